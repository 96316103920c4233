import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The fragments that the headings of a page can be linked to by, as GitHub makes them. */
function anchors(page: string): string[] {
  const titles = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.md'),
);
const pages = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => join('docs', name))];

test('the documents have no marks of a merge conflict', () => {
  for (const page of [...pages, 'CHANGELOG.md']) {
    expect(read(page), page).not.toMatch(/^(<<<<<<<|>>>>>>>) /m);
  }
});

test('every link between the documents leads to an existing page and heading', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)].map(
      ([, file = '', anchor = '']) => ({ page, file, anchor }),
    ),
  );
  expect(links.length).toBeGreaterThan(30);
  for (const { page, file, anchor } of links) {
    const target = read(file === '' ? page : join(dirname(page), file));
    if (anchor) expect(anchors(target), page).toContain(anchor);
  }
});

const sources = ['src', 'test', 'bench', 'scripts', 'migrations'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  ),
);

/** What a page has in backticks, without what its decision has rejected. */
function spans(page: string): string[] {
  const [text = ''] = read(page).split('## Rejected');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

test('every file and folder of the code that the documents name exists', () => {
  const isPath = /^([\w.-]+\/)+[\w.-]*$|^[\w./-]+\.(ts|mjs|sql)$/;
  const isHere = /^(src|test|bench|scripts|migrations)\/|\.(ts|mjs|sql)$/;
  let named = 0;
  for (const page of pages) {
    for (const span of spans(page).filter((each) => isPath.test(each) && isHere.test(each))) {
      const path = span.replace(/\/$/, '');
      expect(
        [...sources, 'src', 'test', 'bench'].some((name) => `/${name}`.endsWith(`/${path}`)),
        `${page}: ${span}`,
      ).toBe(true);
      named++;
    }
  }
  expect(named).toBeGreaterThan(100);
});

// Of Node, and helpers of tests.
const besides = [
  'BlockList',
  ...['runHere', 'runCli', 'openBoard', 'TestBoard', 'TestServer', 'tempFolder'],
];

/** A file without the comments that have lines of their own. A comment may name what is not there any more. */
function codeOf(name: string): string {
  return read(name)
    .replace(/^ *\/\*\*?\s[\s\S]*?\*\//gm, '')
    .replace(/^ *(\/\/|--).*$/gm, '');
}

test('every class, function and field that the documents for developers name is in the code', () => {
  const code = sources.filter((name) => /^(src|bench|migrations).*\.(ts|sql)$/.test(name));
  const words = new Set(
    ['package.json', ...code].flatMap((name) => codeOf(name).match(/[A-Za-z]\w*/g) ?? []),
  );
  for (const name of besides) words.add(name);
  const developers = pages.filter((page) => /architecture|decisions|CONTRIBUTING/.test(page));
  const names = developers.flatMap((page) =>
    spans(page)
      .filter(
        (span) =>
          /^[A-Za-z]+(\.[A-Za-z]+)*(\(\))?$/.test(span) && /[a-z][A-Z]|^[A-Z][a-z]/.test(span),
      )
      .flatMap((span) => (span.match(/[A-Za-z]+/g) ?? []).map((name) => ({ page, name }))),
  );
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(({ name }) => !words.has(name))).toEqual([]);
});

test('docs/architecture.md links every decision record, and each record says what was rejected', () => {
  const records = docs.filter((name) => name.startsWith('decisions/')).sort();
  const table = read('docs/architecture.md').matchAll(/^\| \[\d{3}\]\((decisions\/[^)]*)\) \|/gm);
  expect([...table].map(([, name]) => name)).toEqual(records);
  for (const record of records) {
    const [number = ''] = /\d{3}/.exec(record) ?? [];
    const headings = [...read(join('docs', record)).matchAll(/^#+ (.*)$/gm)].map(
      ([, text]) => text,
    );
    const title = expect.stringMatching(new RegExp(`^${number}: `));
    expect(headings).toEqual([title, 'Context', 'Decision', 'Rejected']);
  }
});

test('the screen in the README is what the client prints', () => {
  const [screen = ''] =
    /^ {4}\[INFO\] Connected to .*\n(?: {4}.*\n)+/m.exec(read('README.md')) ?? [];
  const lines = screen.split('\n').filter(Boolean);
  expect(lines.length).toBeGreaterThan(20);
  const printed = read('docs/chat.md').split('\n');
  for (const line of lines) expect(printed).toContain(line);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/errors.ts';
import { runHere } from '../helpers/cli.ts';
import { administrationRuns, commandsWith, everyCommand, smallBoard } from './commands.ts';
import { boardFolder, tamper } from './seed.ts';

const sections = new Map(
  readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')
    .split(/^##+ /m)
    .map((section): [string, string] => {
      const [title = ''] = section.split('\n');
      return [title, section.slice(title.length)];
    }),
);

function section(title: string): string {
  const found = sections.get(title);
  if (found === undefined) throw new Error(`docs/cli.md has no section ${title}`);
  return found;
}

const commands = everyCommand();

/** The fields that a section tells of: in its table, and of the things that it names. */
function documentedFields(title: string): string[] {
  const text = section(title);
  const things = [...text.matchAll(/\(#a-(\w+)\)/g)].map(([, thing = '']) => `A ${thing}`);
  const cells = [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  const own = cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  return innermost([...things.flatMap(documentedFields), ...own]);
}

/** The names of a document's fields, with the way to those that are further in. */
function fieldsOf(document: unknown, path = ''): string[] {
  if (Array.isArray(document)) {
    const inside = new Set(document.flatMap((element) => fieldsOf(element, path)));
    return inside.size > 0 ? [...inside] : [path];
  }
  if (typeof document !== 'object' || document === null) return [path];
  return Object.entries(document).flatMap(([key, value]) =>
    fieldsOf(value, path === '' ? key : `${path}.${key}`),
  );
}

function innermost(names: string[]): string[] {
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).sort();
}

test('docs/cli.md has a section with the usage of every command, and no other sections', () => {
  const titles = [...sections.keys()].filter((title) => / {4}corkboard /.test(section(title)));
  expect(titles).toEqual([...commands.keys()]);
  for (const [title, command] of commands) {
    const [usage = '', ...examples] = section(title).trim().split('\n');
    expect(usage.trim()).toBe(command.createHelp().commandUsage(command));
    expect(examples[0]).toMatch(new RegExp(`^    \\$ corkboard ${title}\\b`));
    const flags = [...section(title).matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    const known = command.options.flatMap(({ long }) => long ?? []);
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  }
});

test('docs/scripting.md has every exit code', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/scripting.md'), 'utf8');
  const [, rows = ''] = text.split('## Exit codes');
  const codes = [...rows.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.keys(exitCodes).map(Number));
});

test('the --json output of each command has the fields that docs/cli.md lists', async () => {
  const board = await smallBoard();
  const damaged = await boardFolder();
  tamper(damaged, 'UPDATE groups SET member_count = 7 WHERE id = 1');
  const client = ['--host', '127.0.0.1', '--port', String(board.port), '--user', 'guest'];
  const runs = {
    ...administrationRuns(board.data),
    'db check': ['--data', damaged],
    post: ['help', 'one', 'content', '--join', ...client],
    'message show': ['news', '1', '--history', '--data', board.data],
    search: ['one', 'in:help', ...client],
    tail: ['help', '--since', '1', '--count', '1', '--join', ...client],
  };
  expect(Object.keys(runs).sort()).toEqual(commandsWith('--json').sort());

  for (const [title, args] of Object.entries(runs)) {
    const { code, stdout } = await runHere([...title.split(' '), ...args, '--json']);
    expect({ title, code }).toEqual({ title, code: title === 'db check' ? 1 : 0 });
    const fields = innermost(fieldsOf(JSON.parse(stdout)));
    expect({ title, fields }).toEqual({ title, fields: documentedFields(title) });
  }
});

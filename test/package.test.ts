import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { TestBoard } from './helpers/board.ts';
import { tempFolder } from './helpers/temp.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Packed {
  readonly archive: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

function pack(folder: string): Packed {
  const packed = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [{ filename, files }] = JSON.parse(packed) as [
    { filename: string; files: { path: string }[] },
  ];
  return { archive: join(folder, filename), files: files.map(({ path }) => path) };
}

test('the package contains the program and the documents for users, and no other files', () => {
  const { files } = pack(tempFolder());
  expect(files).toContain('dist/cli/main.js');
  expect(files).toContain('dist/client/index.d.ts');
  const known =
    /^(dist\/.*\.js|dist\/(client|protocol)\/.*\.d\.ts|(docs|migrations|contrib|man)\/.*)$/;
  expect(files.filter((path) => !known.test(path)).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  const text = files.filter((path) => /\.(js|ts)$/.test(path));
  const mapped = text.filter((path) =>
    readFileSync(join(root, path), 'utf8').includes('sourceMap'),
  );
  expect(mapped).toEqual([]);
});

test('the packed package installs globally without scripts and without a warning, and the program runs', async () => {
  const folder = tempFolder();
  const prefix = join(folder, 'prefix');
  const install = spawnSync(
    'npm',
    [
      ...['install', '--global', '--ignore-scripts', '--prefix', prefix, '--prefer-offline'],
      pack(folder).archive,
    ],
    // Tests run below npm, which hands its settings down as variables.
    { encoding: 'utf8', cwd: folder, env: withoutNpm(process.env) },
  );
  expect(install.stderr).toBe('');
  expect(install.stdout).not.toMatch(/warn/i);
  expect(existsSync(join(prefix, 'share/man/man1/corkboard.1'))).toBe(true);
  const elsewhere = tempFolder();
  const child = spawn(join(prefix, 'bin/corkboard'), ['serve', '--port', '0'], {
    cwd: elsewhere,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toMatch(/^Listening on 127\.0\.0\.1:\d+\n$/);
  expect(existsSync(join(elsewhere, 'data/corkboard.db'))).toBe(true);
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
}, 180_000);

function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name)));
}

test('the example of the client library compiles and runs against the packed package', async () => {
  const folder = tempFolder();
  execFileSync('tar', ['-xzf', pack(folder).archive, '-C', folder]);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  renameSync(join(folder, 'package'), join(modules, 'corkboard'));
  symlinkSync(join(root, 'node_modules'), join(modules, 'corkboard', 'node_modules'));
  const page = readFileSync(join(root, 'docs/client-api.md'), 'utf8');
  const example = /^```js\n(.*?)^```/ms.exec(page)?.[1] ?? '';
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'greeter.js'), example);

  const board = await TestBoard.start();
  const greeter = spawn(process.execPath, ['greeter.js', '127.0.0.1', String(board.port)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void greeter.kill('SIGKILL'));
  const lines = createInterface({ input: greeter.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  expect(await next()).toBe('Here as greeter.');
  const bob = await board.memberProgram('bob');
  expect(await next()).toBe('Greeted bob in message 1.');
  await bob.call('message.post', { group: 'main', subject: 'thanks', content: 'x' });
  expect(await next()).toBe('main 2: thanks (bob)');
  greeter.kill('SIGTERM');
  expect((await once(greeter, 'exit'))[0]).toBe(0);

  // The example is checked against the declarations, and one wrong use of each kind is refused.
  writeFileSync(
    join(folder, 'wrong.ts'),
    `import { connect } from 'corkboard/client';
const client = await connect({ host: 'localhost', port: 6789, user: 'alice' });
// @ts-expect-error: no such method
await client.call('group.jion', { group: 'main' });
// @ts-expect-error: a list has no subject
(await client.call('message.list', { group: 'main' })).subject;
const { number } = await client.post('main', 'subject', 'content');
const next: number = number + 1;
client.on('lost', ({ pause }) => pause + next);
`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
  const checked = ['--allowJs', '--checkJs', '--types', 'node', '--typeRoots'];
  const types = [join(root, 'node_modules/@types'), 'greeter.js', 'wrong.ts'];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, ...options, ...checked, ...types], { cwd: folder });
});

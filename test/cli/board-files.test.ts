import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { type CliResult, runCli, runHere, startCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { program, TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain, poster, value } from './seed.ts';

/** A server as a process of its own, with so many acknowledged messages in main. */
async function serverWith(messages: number, data?: string): Promise<TestServer> {
  const server = await TestServer.start(data === undefined ? {} : { data });
  const alice = await JsonPeer.login(server.port, 'alice');
  await alice.request('group.join', { group: 'main' });
  for (let number = 1; number <= messages; number++) {
    await alice.call('message.post', { group: 'main', subject: `${number}`, content: 'x' });
  }
  alice.socket.destroy();
  return server;
}

/** What is left of the messages after the server is killed. */
async function messagesAfterKill(server: TestServer): Promise<unknown> {
  server.signal('SIGKILL');
  await server.exited();
  return value(server.data, 'SELECT count(*) FROM messages');
}

/** Every command that writes a file which the user names, as a script would run it. */
const writers: [name: string, run: (target: string, data: string) => Promise<CliResult>][] = [
  ['export --force', (target, data) => runHere(['export', target, '--force', '--data', data])],
  ['db backup --yes', (target, data) => runHere(['db', 'backup', target, '--yes', '--data', data])],
];

const besides = ['', '-wal', '-shm', '-journal', '.lock', '.import', '.partial', '.sock', '.door'];

test.each(writers)(
  '%s does not overwrite a file of its own board, whatever path leads to it',
  async (_, write) => {
    const server = await serverWith(3);
    const { data } = server;
    const file = databaseFile(data);
    const folder = tempFolder();
    const inodes = () => readdirSync(data).map((name) => [name, statSync(join(data, name)).ino]);
    const before = inodes();
    mkdirSync(join(folder, 'x'));
    symlinkSync(data, join(folder, 'data'));
    for (const ending of besides) {
      const own = file + ending;
      const link = join(folder, `link${ending}`);
      symlinkSync(own, link);
      const names = [own, join(data, '..', basename(data), basename(own)), link];
      names.push(
        join(folder, 'data', basename(own)),
        join(folder, 'x', '..', 'data', basename(own)),
      );
      if (existsSync(own) && ending !== '' && ending !== '.sock' && ending !== '.door') {
        linkSync(own, `${link}-hard`);
        names.push(`${link}-hard`);
      }
      for (const name of names) {
        const { code, stdout, stderr } = await write(name, data);
        expect({ name, code, stdout }).toEqual({ name, code: 1, stdout: '' });
        expect(stderr).toMatch(
          /^corkboard: .* is (the database itself|a file of the board in .*); [^\n]*\n$/,
        );
      }
    }
    expect(inodes()).toEqual(before);
    expect(await messagesAfterKill(server)).toBe(3);
  },
);

test.each(writers)(
  '%s does not overwrite a file of another board whose server runs',
  async (_, write) => {
    const server = await serverWith(2);
    const data = await boardFolder();
    const file = databaseFile(server.data);
    for (const ending of besides) {
      const { code, stderr } = await write(file + ending, data);
      expect({ ending, code }).toEqual({ ending, code: 1 });
      expect(stderr).toMatch(/of a server that runs; give another name\.\n$/);
    }
    expect(await messagesAfterKill(server)).toBe(2);
    // Without a server the log and the lock still belong to that database.
    const { code, stderr } = await write(`${file}-wal`, data);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `corkboard: ${file}-wal belongs to the database ${file}; give another name.\n`,
    });
  },
);

test('db backup does not replace a target that became the database while it copied', async () => {
  const data = await boardFolder();
  fillMain(data, 100_000);
  const folder = tempFolder();
  const target = join(folder, 'copy');
  for (const command of [
    ['export', target, '--force'],
    ['db', 'backup', target, '--yes'],
  ]) {
    const watcher = watch(folder);
    const { result } = startCli([...command, '--data', data], { yields: true });
    await once(watcher, 'change');
    watcher.close();
    symlinkSync(databaseFile(data), target);
    const { code, stderr } = await result;
    expect(stderr).toContain('is the database itself; give another name.');
    expect(code).toBe(1);
    rmSync(target);
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('an export redirected to a file of the board does not write to that file', async () => {
  const server = await serverWith(2);
  const lock = `${databaseFile(server.data)}.lock`;
  const before = readFileSync(lock);
  const output = openSync(lock, 'a');
  const args = [program, 'export', '--data', server.data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, 'ignore'] });
  closeSync(output);
  expect((await once(child, 'exit'))[0]).toBe(1);
  expect(readFileSync(lock).equals(before)).toBe(true);
});

test('restore and import refuse a source file that they would have to delete first', async () => {
  const data = await boardFolder();
  const file = databaseFile(data);
  writeFileSync(`${file}.import`, 'an export under a name of its own making');
  const imported = await runHere(['import', `${file}.import`, '--data', data]);
  renameSync(`${file}.import`, `${file}.partial`);
  await runHere(['db', 'backup', join(tempFolder(), 'x'), '--data', data]);
  const other = join(tempFolder(), 'board.db');
  await runHere(['db', 'backup', other, '--data', data]);
  renameSync(other, `${file}.partial`);
  const restored = await runHere(['db', 'restore', `${file}.partial`, '--yes', '--data', data]);
  for (const { code, stderr } of [imported, restored]) {
    expect(code).toBe(1);
    expect(stderr).toMatch(/would be removed by this\. Give it another name first\.\n$/);
  }
  expect(statSync(`${file}.partial`).size).toBeGreaterThan(0);
});

/** The ways to reach the folder or the database of a board by another name. */
const links: [name: string, make: (data: string) => string][] = [
  [
    'a symbolic link to the database',
    (data) => {
      const folder = tempFolder();
      symlinkSync(databaseFile(data), join(folder, 'corkboard.db'));
      return folder;
    },
  ],
  [
    'a symbolic link to the folder',
    (data) => {
      const link = join(tempFolder(), 'link');
      symlinkSync(data, link);
      return link;
    },
  ],
  [
    'a chain of relative links',
    (data) => {
      const folder = tempFolder();
      symlinkSync(data, join(folder, 'a'));
      symlinkSync('a', join(folder, 'b'));
      mkdirSync(join(folder, 'd'));
      symlinkSync('../b/corkboard.db', join(folder, 'd', 'corkboard.db'));
      return join(folder, 'd');
    },
  ],
];

test.each(links)('a board opened through %s has the same server, log and lock', async (_, make) => {
  const server = await serverWith(2);
  const { data } = server;
  const link = make(data);
  await expect(TestServer.start({ data: link })).rejects.toThrow(
    new RegExp(`held by another corkboard server, process ${server.child.pid}\\.`),
  );
  const status = await runHere(['db', 'status', '--json', '--data', link]);
  expect(JSON.parse(status.stdout)).toMatchObject({
    file: databaseFile(data),
    server: server.child.pid,
    rows: { messages: 2 },
  });
  expect(await messagesAfterKill(server)).toBe(2);
  // A restore replaces the database, and no link.
  const backup = join(tempFolder(), 'board.db');
  expect((await runHere(['db', 'backup', backup, '--data', link])).code).toBe(0);
  const { stdout } = await runHere(['db', 'restore', backup, '--yes', '--json', '--data', link]);
  expect(JSON.parse(stdout)).toMatchObject({ file: databaseFile(data), rows: { messages: 2 } });
  expect(databaseFile(link)).toBe(databaseFile(data));
  const through = await serverWith(1, link);
  await expect(TestServer.start({ data })).rejects.toThrow(/held by another corkboard server/);
  expect(await through.stop()).toBe(0);
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(3);
});

test('a link to a file that does not exist yet makes the board at its target', async () => {
  const [folder, real] = [tempFolder(), tempFolder()];
  symlinkSync(join(real, 'board.db'), join(folder, 'corkboard.db'));
  expect((await runHere(['db', 'migrate', '--data', folder])).stdout).toBe(
    `Made ${join(real, 'board.db')}.\n`,
  );
  expect(readdirSync(folder)).toEqual(['corkboard.db']);
  expect(readdirSync(real).sort()).toEqual(['board.db', 'board.db.lock']);
  symlinkSync('corkboard.db', join(real, 'corkboard.db'));
  const { code, stderr } = await runHere(['db', 'status', '--data', real]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `corkboard: ${join(real, 'corkboard.db')} is a symbolic link to itself.\n`,
  });
});

test('a relative --data folder is resolved against the working directory', async () => {
  const folder = tempFolder();
  const { stdout } = await runCli(['db', 'migrate', '--data', 'board'], { cwd: folder });
  expect(stdout).toBe(`Made ${join(folder, 'board', 'corkboard.db')}.\n`);
});

test('a database with a second hard link is refused, except for the link that a restore leaves', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'main', ['one']));
  const file = databaseFile(data);
  const other = join(tempFolder(), 'corkboard.db');
  linkSync(file, other);
  for (const command of [
    ['group', 'list'],
    ['db', 'backup', join(tempFolder(), 'x')],
    ['db', 'migrate'],
  ]) {
    const { code, stderr } = await runHere([...command, '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^corkboard: .* has a second name \(a hard link\).* find \/ -xdev -samefile .*\n$/,
    );
  }
  await expect(TestServer.start({ data })).rejects.toThrow(/has a second name/);
  rmSync(other);
  linkSync(file, `${file}.before-restore-2026-01-01T00-00-00`);
  expect((await runHere(['group', 'list', '--data', data])).code).toBe(0);
  const server = await TestServer.start({ data });
  expect(await server.stop()).toBe(0);
});

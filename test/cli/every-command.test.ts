import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { type CliResult, runCli, runHere } from '../helpers/cli.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { administrationRuns, commandsWith, smallBoard } from './commands.ts';

// The output of each command for the small board.
const says: Record<string, RegExp> = {
  'group list': /^ID .*DESCRIPTION\n 1 {2}main .*\n 3 {2}news +open +1 +2 .* What is new\n/s,
  'group create': /^Group deploys is made; its number is 6\.\n$/,
  'group edit': /^Group news keeps the newest 100 messages, for 90 days\.\n$/,
  'group show':
    /^Name +news\n.*\nAccess +open\n.*\nPinned +1\nClosed +threads 2\nReports +1 open.*\nRemoved next +number 1, .*after 99 more .*\nMEMBER .*\nbot .*\nRESTRICTED .*\nalice +barred .*\nINVITED .*\na code .* 3 .*\n *LINE .*\n$/s,
  'group role': /^User bot is a member of news now\.\n$/,
  'group invite': /^[0-9a-f]{24}\n$/,
  'group revoke': /^1 invitation to deploys ended\.\n$/,
  'group bar': /^User alice is barred from news\.\n$/,
  'group unbar': /^User alice is not barred from news\.\n$/,
  'group silence': /^User bot is silenced in news until .*Z\.\n$/,
  'group unsilence': /^User bot is not silenced in news\.\n$/,
  'group remove': /^User bot is removed from news\.\n$/,
  'group log': /^ *LINE .*\n *\d+ .* The operator barred alice: Advertising\n/s,
  'message pin': /^Message 1 of news is pinned\.\n$/,
  'message unpin': /^Message 1 of news is not pinned\.\n$/,
  'thread close': /^Thread 2 of news is closed\.\n$/,
  'thread reopen': /^Thread 2 of news is open\.\n$/,
  'report list': /^GROUP .*\nnews +1 {2}.*Z {2}bot {2}Advertising\n$/,
  'report close': /^1 report of message 1 of news closed\.\n$/,
  'group rename': /^Group deploys is called releases now\.\n$/,
  'group delete': /^Group releases is deleted, with 0 messages and 0 memberships\.\n$/,
  'user create': /^User carol is made, without a password\.\n$/,
  'user keys': /^The name bot is protected by the SSH key SHA256:\S{43}\.\n$/,
  'user list': /^ID .*\n 1 {2}alice .*\n 2 {2}bot .*\n 3 {2}carol .* never\n$/s,
  'user show':
    /^Name +bot\n.*\nGROUP .*\nnews .* 2\n\nINVITED TO .*\ngeneral +the operator\n\nIN .*\nnews +silenced .*\n$/s,
  'user password': /^The name carol has no password now\.\n$/,
  'user rename': /^User carol is called caro now\.\n$/,
  'user ban': /^User caro is banned\.\n$/,
  'user unban': /^User caro is not banned\.\n$/,
  'user delete': /^User caro is deleted; 0 messages shown as from \[deleted\]\.\n$/,
  'ban add': /^203\.0\.113\.0\/24 is banned without an end\.\n$/,
  'ban list': /^NETWORK .*\n203\.0\.113\.0\/24 {2}.* {2}no end {2}Scanning\n$/,
  'ban remove': /^203\.0\.113\.0\/24 is not banned any more\.\n$/,
  'message list': /^NUMBER .*\n +1 {2}bot .* one\n +2 {2}bot .* two\n$/s,
  'message search': /^GROUP .*\nnews +2 {2}bot .* two\nnews +1 {2}bot .* one\n$/s,
  'message show': /^Group +news\n.*\nSubject +one\n\ncontent of one\n$/s,
  'db status': /\nSchema +current: .*\nUsers +2\nGroups +5\nMemberships +1\nMessages +2\n$/s,
  'db check': /^ok\n$/,
  'db backup': /^Backed up .*: 2 messages, [\d.]+ KiB\.\n$/,
  'db restore': /^Restored .*, with 2 messages\.\n$/,
  'db migrate': /^Made .*\.\n$/,
  'db compact': /^There is no space to return: .*\n$/,
  'db reindex': /^The index is deleted\. A server makes it again, in the background\.\n$/,
  'db clock': /^Clock +\S+\nNewest +\S+\nTrusted +\S+\nRetention +goes by the clock\nLater +0\n$/,
  'ssh fingerprint':
    /^SHA256:\S{43}\nboard\.example ssh-ed25519 \S+\n(?:board\.example IN SSHFP 4 [12] [0-9a-f]+\n){2}$/,
  stats: /^Users +2\nGroups +5\n.*\n2 posted since .*\nnews +2\n.*\nbot +2\n/s,
  export: /^Exported 5 groups, 2 users, 2 messages to .*\.\n$/,
  import: /^Imported 5 groups, 2 users, 2 messages into .*\.\n$/,
  'message delete': /^Deleted 1 message \(1\) of news\.\n$/,
  'group purge': /^Deleted 1 message of news, number 2\.\n$/,
};

// The board has an SSH key by then.
const restoreReminds = expect.stringMatching(
  /^corkboard: Backups do not have the SSH host key\. .*\n$/,
);

// These open no database: sshd runs them, and test/visit has their tests.
const forSshd = ['door', 'ssh-keys'];

test.each([
  { where: 'beside a server', running: true },
  { where: 'where no server runs', running: false },
])('every command on the database works $where', async ({ running }) => {
  const board = await smallBoard();
  if (!running) await board.stop();
  const runs = administrationRuns(board.data);
  expect(['serve', ...forSshd, ...Object.keys(runs)].sort()).toEqual(commandsWith('--data').sort());
  for (const [name, args] of Object.entries(runs)) {
    const result = await runHere([...name.split(' '), ...args]);
    const expected = {
      code: 0,
      stdout: expect.stringMatching(says[name] ?? '^$'),
      stderr: name === 'db restore' ? restoreReminds : '',
    };
    expect({ name, ...result }).toEqual({ name, ...expected });
  }
  if (!running) await board.restart();
  const { groups } = await (await board.program('carol')).call('group.list', {});
  expect(groups.map(({ name, messages }) => `${name} ${messages}`)).toEqual([
    'main 0',
    'general 0',
    'news 2',
    'help 0',
    'random 0',
  ]);
});

test('commands that replace or rewrite the database refuse to run beside a server', async () => {
  const board = await smallBoard();
  const { data } = board;
  const folder = tempFolder();
  const [backup, exported] = [join(folder, 'board.db'), join(folder, 'board.jsonl')];
  await runHere(['db', 'backup', backup, '--data', data]);
  await runHere(['export', exported, '--data', data]);
  const commands = [
    ['db', 'migrate'],
    ['db', 'compact', '--full'],
    ['db', 'clock', '--mend', '--yes'],
    ['db', 'restore', backup, '--yes'],
    ['import', exported],
  ].map((command) => [...command, '--data', data]);

  for (const command of commands) {
    const { code, stdout, stderr } = await runHere(command);
    expect({ command, code, stdout }).toEqual({ command, code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^corkboard: .*process ${process.pid}\\b.*\n$`));
  }
  await board.stop();
  const alone: CliResult[] = [];
  for (const command of commands) alone.push(await runHere(command));
  expect(alone).toMatchObject([
    { code: 0, stdout: expect.stringContaining('is up to date') },
    { code: 0, stdout: expect.stringContaining('no space to return') },
    { code: 0, stdout: expect.stringContaining('goes by the clock') },
    { code: 0, stdout: expect.stringContaining('with 2 messages. The old database is in') },
    { code: 1, stderr: expect.stringContaining('holds a board already') },
  ]);
});

// What makes a database where there is none, on purpose.
const makers = ['serve', 'db migrate', 'db restore', 'import'];

test('commands that need a database report a missing one in one line, and do not create it', async () => {
  const data = join(tempFolder(), 'missing');
  const runs = Object.entries(administrationRuns(data)).filter(([name]) => !makers.includes(name));
  expect(runs.map(([name]) => name).sort()).toEqual(
    commandsWith('--data')
      .filter((name) => ![...makers, ...forSshd].includes(name))
      .sort(),
  );
  const stderr = `corkboard: There is no database at ${databaseFile(data)}. Is --data right?\n`;
  for (const [name, args] of runs) {
    const result = await runHere([...name.split(' '), ...args]);
    expect({ name, ...result }).toEqual({ name, code: 1, stdout: '', stderr });
    expect(existsSync(data), name).toBe(false);
    for (const arg of args) expect(existsSync(arg), `${name} made ${arg}`).toBe(false);
  }
});

test('restore and import make no database from a file that they cannot read', async () => {
  const folder = tempFolder();
  const data = join(folder, 'missing');
  const noBoard = join(folder, 'notes.txt');
  writeFileSync(noBoard, 'Dear diary,\n'.repeat(100));
  for (const file of [noBoard, join(folder, 'nothing')]) {
    for (const command of [
      ['db', 'restore', file],
      ['import', file],
    ]) {
      const { code, stdout, stderr } = await runHere([...command, '--data', data]);
      expect({ command, code, stdout }).toEqual({ command, code: 1, stdout: '' });
      expect(stderr).toMatch(/^corkboard: .*\n$/);
      expect(existsSync(databaseFile(data)), command.join(' ')).toBe(false);
    }
  }
});

test('commands that need no database do not create one', async () => {
  const cwd = tempFolder();
  const commands = [
    ['serve', '--print-config'],
    ['completion', 'bash'],
    ['complete', 'group', 'show', ''],
    ['post', 'main', 'one', 'content', '--user', 'bot', '--port', '1', '--retry', '0'],
  ];
  const results = await Promise.all(commands.map((command) => runCli(command, { cwd })));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 1]);
  expect(readdirSync(cwd)).toEqual([]);
});

test('no command fails because its reader closes standard output early', async () => {
  const board = await smallBoard();
  const ask = ['--host', '127.0.0.1', '--port', String(board.port), '--user', 'guest', '--join'];
  const reads =
    /^(group (list|show)|user (list|show)|ban list|message (list|show)|db (status|check)|stats)$/;
  const runs = [
    ...Object.entries(administrationRuns(board.data)).filter(([name]) => reads.test(name)),
    ['export', ['--data', board.data]] as const,
    ['post', ['help', 'one', 'content', ...ask]] as const,
    ['--help', []] as const,
    ['completion', ['bash']] as const,
    ['serve', ['--print-config']] as const,
  ];
  for (const [name, args] of runs) {
    const child = spawn(process.execPath, [program, ...name.split(' '), ...args]);
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  }
});

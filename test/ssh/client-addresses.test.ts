import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../helpers/cli.ts';
import { Pty } from '../helpers/pty.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardWithSsh, lives } from './board.ts';
import { lacks, makeKey, run, typing } from './support.ts';

const withSsh = test.skipIf(lacks('ssh', 'ssh-keygen'));

/**
 * A board with the message `Lunch` in main, and alice, who reaches it by ssh. In place of her ~/.ssh/config, a script called
 * ssh adds the arguments, and writes down the process of each ssh.
 */
async function aliceOverSsh() {
  const { server, ssh } = await boardWithSsh();
  const key = ['-i', makeKey().file];
  const first = typing('ssh', ssh(...key, '-t', 'alice@127.0.0.1', ' --plain'));
  await first.shows('New here? Your name:');
  first.type('\r');
  await first.shows('Welcome alice');
  first.type('%quit\r');
  expect(await first.exited).toBe(0);
  const post = ssh(...key, '127.0.0.1', 'post main Lunch --join');
  expect(await run('ssh', post, 'At the corner\n')).toMatchObject({ code: 0 });
  const folder = tempFolder();
  const pid = join(folder, 'pid');
  const args = ssh(...key).map((arg) => `'${arg}'`);
  const script = `#!/bin/sh\necho $$ > '${pid}'\nPATH='${process.env.PATH}' exec ssh ${args.join(' ')} "$@"\n`;
  writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
  mkdirSync(join(folder, 'corkboard'));
  writeFileSync(
    join(folder, 'corkboard', 'profiles.toml'),
    '[work]\nhost = "ssh://alice@127.0.0.1"\n',
  );
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    XDG_CONFIG_HOME: folder,
    XDG_STATE_HOME: folder,
  };
  return { server, env, sshProcess: () => Number(readFileSync(pid, 'utf8')) };
}

withSsh('search, tail, tui and profiles accept an address with ssh://', async () => {
  const { env } = await aliceOverSsh();
  const host = 'ssh://alice@127.0.0.1';
  const search = await runCli(['search', 'corner', '--host', host], { env });
  expect(search).toMatchObject({ code: 0, stdout: expect.stringContaining('Lunch') });
  const posted = ['post', 'main', 'Dinner', 'At home', '--profile', 'work'];
  expect(await runCli(posted, { env })).toMatchObject({ code: 0, stderr: '' });
  const tail = ['tail', 'main', '--json', '--since', '1', '-n', '2', '--host', host];
  const { code, stdout } = await runCli(tail, { env });
  const lines = stdout.trim().split('\n');
  expect(code).toBe(0);
  expect(lines.map((line) => JSON.parse(line).subject)).toEqual(['Lunch', 'Dinner']);
  const screen = new Pty(process.execPath, [program, 'tui', host], { cols: 90, env });
  await screen.shows('Lunch');
  await screen.shows('alice');
  screen.type('q');
  screen.signal('SIGTERM');
  await screen.exited;
  const none = await runCli(['tail', 'main', '-n', '1', '--host', 'ssh://-x'], { env });
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('ssh://[user@]host') });
});

withSsh('chat over ssh:// connects again when its ssh is killed, and asks nothing', async () => {
  const { env, sshProcess } = await aliceOverSsh();
  const chat = Pty.chat(['work'], { env });
  await chat.shows('Welcome alice');
  const first = sshProcess();
  process.kill(first, 'SIGKILL');
  await chat.shows('Trying to connect again');
  await chat.until(() => sshProcess() !== first);
  await chat.shows('Connected again');
  const posted = ['post', 'main', 'After it', 'x', '--profile', 'work'];
  const second = sshProcess();
  expect(await runCli(posted, { env })).toMatchObject({ code: 0 });
  await chat.shows('After it');
  expect(chat.screen.match(/After it/g)).toHaveLength(1);
  chat.type('%exit\r');
  expect(await chat.exited).toBe(0);
  await expect.poll(() => lives(second)).toBe(false);
});

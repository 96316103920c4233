import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TestBoard } from './helpers/board.ts';
import { has } from './helpers/programs.ts';
import { tempFolder } from './helpers/temp.ts';

const page = readFileSync(new URL('../docs/clients.md', import.meta.url), 'utf8');

/** Runs the bot of that language as the page has it. */
function runBot(language: string, command: string, port: number): ChildProcess {
  const [, source = ''] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page) ?? [];
  const file = join(tempFolder(), 'bot');
  writeFileSync(file, source);
  // A group of its own, so that what it has started ends with it.
  const child = spawn(command, [file, '127.0.0.1', String(port)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  });
  return child;
}

test.skipIf(!has('nc') || !has('jq'))(
  'the example bot with nc and jq answers messages',
  async () => {
    const board = await TestBoard.start();
    const alice = await board.memberProgram('alice');
    runBot('sh', 'sh', board.port);
    expect(await alice.notice()).toMatchObject({ method: 'member.joined' });
    await alice.call('message.post', { group: 'main', subject: 'hello', content: 'x' });
    await alice.call('message.post', { group: 'main', subject: 'ping', content: 'x' });
    await alice.until(() => alice.received.find(({ method }) => method === 'message.posted'));
    expect(await alice.call('message.get', { group: 'main', number: 3 })).toMatchObject({
      sender: 'ponger',
      subject: 'pong',
      content: 'Hello, alice!',
    });
  },
);

test.skipIf(!has('python3'))(
  'the example bot in Python answers each message once, also those it missed',
  async () => {
    const board = await TestBoard.start();
    const { port } = board;
    const before = await board.memberProgram('alice');
    await before.call('message.post', { group: 'main', subject: 'echo', content: 'too early' });
    const bot = runBot('python', 'python3', port);
    await before.until(() => before.received.find(({ method }) => method === 'member.joined'));
    await before.call('message.post', { group: 'main', subject: 'echo', content: 'one\ntwo é' });
    await before.until(() => before.received.find(({ method }) => method === 'message.posted'));

    await board.restart(() => {}, { port });
    const alice = await board.program('alice');
    await alice.call('message.post', { group: 'main', subject: 'echo again', content: 'three' });
    await alice.until(() => alice.received.find(({ method }) => method === 'message.posted'));
    await alice.call('message.post', { group: 'main', subject: 'other', content: 'x' });
    const { messages } = await alice.call('message.list', { group: 'main' });
    expect(messages.map(({ sender, subject }) => `${sender}: ${subject}`)).toEqual([
      'alice: echo',
      'alice: echo',
      'echo: Re: echo',
      'alice: echo again',
      'echo: Re: echo again',
      'alice: other',
    ]);
    expect(await alice.call('message.get', { group: 'main', number: 3 })).toMatchObject({
      content: 'one\ntwo é',
    });
    expect(bot.exitCode).toBeNull();
  },
);

import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runHere, runJson } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { tamper } from './seed.ts';

function post(port: number, ...args: string[]) {
  return runHere(['post', '--port', String(port), '--user', 'builder', '--join', 'main', ...args]);
}

test('post --reply-to answers a message, under the subject of its thread or one of its own', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('message.post', { group: 'main', subject: 'Build 7', content: 'failed' });
  expect(await post(board.port, 'Fixed.', '--reply-to', '1')).toMatchObject({ code: 0 });
  expect(await post(board.port, 'Build 8', 'passed', '--reply-to', '2')).toMatchObject({ code: 0 });
  const { messages } = await alice.call('message.list', { group: 'main', content: true });
  expect(messages.slice(1)).toMatchObject([
    { subject: 'Re: Build 7', content: 'Fixed.', thread: 1, replyTo: 1 },
    { subject: 'Build 8', content: 'passed', thread: 1, replyTo: 2 },
  ]);
  const missing = await post(board.port, 'to nothing', '--reply-to', '9');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no message 9') });
  expect(await post(board.port)).toMatchObject({ code: 2 });
});

test('tail --thread prints the messages of one thread, which any of them names', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const say = (content: string, replyTo?: number) =>
    alice.call('message.post', { group: 'main', subject: 's', content, replyTo });
  const watcher = await board.memberProgram('watcher');
  watcher.socket.destroy();
  await watcher.closed();
  await say('root');
  await say('other');
  await say('first', 1);
  for (let n = 0; n < 12; n++) await say('between');
  await say('second', 3);
  const tail = (...args: string[]) =>
    runHere(['tail', 'main', '--port', String(board.port), '--user', 'watcher', '--json', ...args]);
  const contents = ({ stdout }: { stdout: string }) =>
    stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line).content] : []));
  const all = await tail('--thread', '3', '--no-follow');
  expect(contents(all)).toEqual(['root', 'first', 'second']);
  expect(contents(await tail('--thread', '1', '--no-follow', '-n', '2'))).toEqual([
    'first',
    'second',
  ]);
  expect(await tail('--thread', '99', '--no-follow')).toMatchObject({ code: 1 });
});

test('an export keeps replies and their threads, and a board with a reply in a wrong thread is found', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const say = (subject: string, replyTo?: number) =>
    alice.call('message.post', { group: 'main', subject, content: 'c', replyTo });
  await say('root');
  await say('reply', 1);
  await say('deep', 2);
  await say('deleted', 3);
  await say('below', 4);
  await board.stop();
  await runHere(['message', 'delete', 'main', '4', '--yes', '--data', board.data]);
  const file = `${tempFolder()}/board.jsonl`;
  const data = `${tempFolder()}/imported`;
  expect(await runHere(['export', file, '--data', board.data])).toMatchObject({ code: 0 });
  expect(await runHere(['import', file, '--data', data])).toMatchObject({ code: 0 });
  const list = (folder: string) => runJson(['message', 'list', 'main', '--data', folder]);
  expect(await list(data)).toEqual(await list(board.data));
  expect(await list(data)).toMatchObject([
    { number: 1, thread: 1 },
    { number: 2, thread: 1, replyTo: 1 },
    { number: 3, thread: 1, replyTo: 2 },
    { number: 5, thread: 1, replyTo: 4 },
  ]);
  tamper(data, 'UPDATE messages SET thread = 2 WHERE number = 3');
  const check = await runHere(['db', 'check', '--data', data]);
  expect(check.code).toBe(1);
  expect(check.stdout + check.stderr).toContain('message 3 of main is not in the thread');
});

test('tail marks a reply to a message that the reader cannot see, and prints only JSON with --json', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const say = (content: string, replyTo?: number) =>
    alice.call('message.post', { group: 'main', subject: 's', content, replyTo });
  for (const content of ['one', 'two', 'three']) await say(content);
  const watcher = await board.memberProgram('watcher');
  watcher.socket.destroy();
  await watcher.closed();
  await say('older', 1);
  await say('newer', 3);
  const tail = (...args: string[]) =>
    runHere(['tail', 'main', '--port', String(board.port), '--user', 'watcher', ...args]);
  const headers = (await tail('--no-follow', '--headers')).stdout.trimEnd().split('\n');
  expect(headers.slice(-2)).toEqual([
    expect.stringMatching(/ \| ↩ 1 \(you cannot see it\)$/),
    expect.stringMatching(/ \| Reply to: 3$/),
  ]);
  expect((await tail('--no-follow')).stdout).toContain('\n↩ 1 (you cannot see it)\n');
  const { stdout, stderr } = await tail('--json', '--join', '--verbose', '-n', '2', '--since', '4');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).replyTo)).toEqual([1, 3]);
  expect(stderr).toContain('Following main as watcher.');
});

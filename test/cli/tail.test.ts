import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { groupRef } from '../../src/board/refs.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard, type TestBoardOptions } from '../helpers/board.ts';
import { runCli, runHere } from '../helpers/cli.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { program } from '../helpers/server.ts';
import { range } from '../server/support.ts';
import { tamper } from './seed.ts';

/** A `tail` that has begun to follow. */
async function following(port: number, ...args: string[]) {
  const command = ['tail', '--port', String(port), '--user', 'watcher', '--verbose', ...args];
  const child = spawn(process.execPath, [program, ...command], { env: { PATH: process.env.PATH } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const seen = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const result = once(child, 'close').then(async () => ({ code: await exit, ...seen }));
  const shows = async (stream: keyof typeof seen, what: string) => {
    while (!seen[stream].includes(what)) {
      await new Promise<void>((resolve) => watchers.add(resolve));
    }
  };
  const tells = (what: string) => shows('stderr', what);
  const prints = (what: string) => shows('stdout', what);
  await tells('Following ');
  return { child, exit, result, tells, prints };
}

function post(peer: JsonPeer, subject: string, content = 'c', group = 'main') {
  return peer.call('message.post', { group, subject, content });
}

/** What JSON Lines hold, a number and a subject each. */
function lines(stdout: string) {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('tail prints messages as they arrive, safe for a terminal, until --count is reached', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('group.join', { group: 'news' });
  await post(alice, 'before');
  const { result } = await following(board.port, 'main', 'news', '--join', '-n', '2');
  await post(alice, 'Lunch', 'Noodles?\nWho is in?');
  await post(alice, 'Fire\u001b[31m', 'in\u001b]0;x\u0007 the hall\u202e', 'news');
  const { code, stdout } = await result;
  expect(code).toBe(0);
  expect(stdout.replace(/^Date: .*$/gm, 'Date:')).toBe(`--- Message ID: 2 (Group: main) ---
Sender: alice
Date:
Subject: Lunch
----------------------------------------
Noodles?
Who is in?
----------------------------------------
--- Message ID: 1 (Group: news) ---
Sender: alice
Date:
Subject: Fire␛[31m
----------------------------------------
in␛]0;x␇ the hall
----------------------------------------
`);
});

test('tail misses and repeats no message while its server restarts', async () => {
  const board = await TestBoard.start();
  await board.memberProgram('watcher').then((watcher) => watcher.call('session.logout', {}));
  const alice = await board.memberProgram('alice');
  const { port } = board;
  const { result, tells } = await following(port, '--json', '-n', '5');
  await post(alice, 'one');
  await post(alice, 'two');
  await board.restart(() => {}, { port });
  await tells('The connection was lost: The server is shutting down. Connecting again.');
  const again = await board.program('alice');
  // Whether the other one is back by then or not.
  for (const subject of ['three', 'four', 'five']) await post(again, subject);
  const { code, stdout } = await result;
  expect(code).toBe(0);
  expect(lines(stdout).map(({ number, subject }) => [number, subject])).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, 'four'],
    [5, 'five'],
  ]);
  expect(lines(stdout)[0]).toEqual({
    group: 'main',
    groupId: 1,
    number: 1,
    senderId: expect.any(Number),
    sender: 'alice',
    postedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    subject: 'one',
    thread: 1,
    content: 'c',
  });
});

test('tail --since begins at a number or a time, and orders messages of all groups by time', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await board.memberProgram('watcher').then(async (watcher) => {
    await watcher.call('group.join', { group: 'news' });
    await watcher.call('session.logout', {});
  });
  await alice.call('group.join', { group: 'news' });
  for (const subject of ['a', 'b', 'c', 'd']) {
    await post(alice, subject, 'x', subject < 'c' ? 'main' : 'news');
  }
  for (let number = 3; number < 40; number++) await post(alice, `m${number}`);
  // As if most of it had been posted long ago; the memberships are older still.
  const day = 24 * 60 * 60 * 1_000_000;
  tamper(
    board.data,
    `UPDATE memberships SET joined_at = joined_at - ${20 * day};
     UPDATE messages SET posted_at = posted_at - ${9 * day} WHERE NOT (group_id = 1 AND number > 36)`,
  );
  const subjects = async (...args: string[]) => {
    const tail = ['tail', '--port', String(board.port), '--user', 'watcher', '--json', ...args];
    const { stdout, stderr } = await runCli([...tail, '--headers']);
    return stderr || lines(stdout).map(({ subject }) => subject);
  };
  expect(await subjects('--since', '8d', '-n', '3')).toEqual(['m37', 'm38', 'm39']);
  expect(await subjects('--since', '10d', '-n', '5')).toEqual(['a', 'b', 'c', 'd', 'm3']);
  expect(await subjects('main', '--since', '38', '-n', '2')).toEqual(['m38', 'm39']);
  expect(await subjects('--since', '38')).toContain('only with exactly one group');
});

/** Lets 900 messages be in `main`, posted after `watcher` joined. */
async function backlog(limits: TestBoardOptions['limits'] = {}) {
  const board = await TestBoard.start({ limits });
  const watcher = await board.memberProgram('watcher');
  await watcher.call('session.logout', {});
  await watcher.closed();
  tamper(
    board.data,
    `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
       WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 900)
       SELECT 1, value, 1, (SELECT joined_at FROM memberships) + value, 's' || value, 'c' || value,
         iif(value % 64, NULL, 1) FROM n;
     UPDATE groups SET last_number = 900, message_count = 900 WHERE id = 1`,
  );
  const run = (...args: string[]) => {
    const command = ['tail', '--port', String(board.port), '--user', 'watcher', ...args];
    return runHere([...command, '--json']);
  };
  return { board, run };
}

test('tail prints a whole backlog, even if it needs more requests than the burst allows', async () => {
  const { run } = await backlog({ commandsPerSecond: 5, commandBurst: 10 });
  const { code, stdout, stderr } = await run('--since', '1d', '-n', '900');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const shown = lines(stdout).map(({ number, content }) => [number, content]);
  expect(shown).toEqual(range(1, 900).map((number) => [number, `c${number}`]));
});

test('tail --no-follow prints the newest messages, or all since a time, and ends', async () => {
  const { board, run } = await backlog();
  const shown = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('--no-follow', '--headers', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return lines(stdout).map(({ group, number }) => `${group} ${number}`);
  };
  const main = (first: number, last: number) =>
    range(first, last).map((number) => `main ${number}`);
  expect(await shown()).toEqual(main(891, 900));
  expect(await shown('--since', '1d')).toEqual(main(1, 900));
  expect(await shown('main', '--since', '800', '-n', '2')).toEqual(main(800, 801));
  const alice = await board.memberProgram('alice', 'news');
  await post(alice, 'one', 'c', 'news');
  expect(await shown('main', 'news', '--join', '-n', '3')).toEqual([...main(899, 900), 'news 1']);
  expect(await shown('news', '--since', '2')).toEqual([]);
});

test('tail ends as soon as head has closed the pipe, without a further message', async () => {
  const { board } = await backlog();
  const tail = `'${process.execPath}' '${program}' tail --port ${board.port} --user watcher --json`;
  const script = `{ ${tail} --since 1d; echo "tail: $?" >&2; } | head -n 1`;
  const child = spawn('sh', ['-c', script], { env: { PATH: process.env.PATH } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(lines(stdout).map(({ number }) => number)).toEqual([1]);
  expect(stderr).toBe('tail: 0\n');
});

test('tail ends as soon as its reader has closed a socket', async () => {
  const board = await TestBoard.start();
  const { child, exit } = await following(board.port, 'main', '--join');
  child.stdout.destroy();
  expect(await exit).toBe(0);
});

test('a closed pipe, Ctrl-C and SIGTERM end tail cleanly', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const { child, exit } = await following(board.port, 'main', '--join', '--headers');
  await post(alice, 'one');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  await post(alice, 'two');
  await post(alice, 'three');
  expect(await exit).toBe(0);
  for (const [signal, code] of [['SIGINT', 130] as const, ['SIGTERM', 143] as const]) {
    const tail = await following(board.port);
    tail.child.kill(signal);
    expect(await tail.result).toMatchObject({ code, stdout: '' });
  }
  // Each has logged out: the name is free at once.
  await board.program('watcher');
});

test('tail ends when its last group is deleted, and prints the name of the group', async () => {
  const board = await TestBoard.start();
  const { result } = await following(board.port, 'news', '--join');
  await board.operate((operator) => operator.deleteGroup(groupRef('news'), toTheEnd));
  const { code, stderr } = await result;
  expect(code).toBe(1);
  expect(stderr).toContain('\ncorkboard: The group news does not exist any more.\n');
});

test('tail says that its user was barred, and ends when no group is left to follow', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const alice = await board.protectedProgram('alice', 'correct horse');
  for (const name of ['plans', 'chess']) await alice.call('group.create', { name });
  const { result, tells } = await following(board.port, 'plans', 'chess', '--join', '--json');
  const on = { user: 'watcher', reason: 'too quiet' };
  await alice.call('group.remove', { group: 'plans', ...on });
  await tells('You were removed from plans by alice: too quiet.\n');
  await alice.call('group.bar', { group: 'chess', ...on });
  const { code, stdout, stderr } = await result;
  expect(stderr).toMatch(/corkboard: You were barred from chess by alice: too quiet\.\n$/);
  expect([code, stdout]).toEqual([1, '']);
});

test('tail --json prints each edit and each deletion once, also those from while it was away', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await post(alice, 'one');
  const { port } = board;
  const { result, tells, prints } = await following(port, 'main', '--join', '--json', '-n', '4');
  // A change is printed at once, perhaps before messages that were posted earlier and are still to be read.
  for (const subject of ['two', 'three']) {
    await post(alice, subject);
    await prints(`"subject":"${subject}"`);
  }
  const first = { group: 'main', number: 1 };
  await alice.call('message.edit', { ...first, content: 'edited once' });
  await prints('edited once');
  await alice.call('message.delete', { group: 'main', number: 2 });
  const deleteThird = () => board.operate((operator) => operator.deleteMessages({ id: 1 }, [3]));
  await board.restart(deleteThird, { port });
  await tells('Connected again.');
  // What happens from here on could be printed before what was missed.
  await prints('"by":null');
  const back = await board.program('alice');
  await post(back, 'four');
  await prints('"subject":"four"');
  await back.call('message.edit', { ...first, content: 'edited twice' });
  await prints('edited twice');
  await post(back, 'five');
  const { code, stdout } = await result;
  expect(code).toBe(0);
  const printed = lines(stdout).map(({ event, number, content, by }) => [
    ...(event === undefined ? [] : [event]),
    number,
    event === 'deleted' ? by : content,
  ]);
  expect(printed).toEqual([
    [2, 'c'],
    [3, 'c'],
    ['edited', 1, 'edited once'],
    ['deleted', 2, 'alice'],
    ['deleted', 3, null],
    [4, 'c'],
    ['edited', 1, 'edited twice'],
    [5, 'c'],
  ]);
});

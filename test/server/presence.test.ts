import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer, Received } from '../helpers/json-peer.ts';
import { range } from './support.ts';

/** Makes members of main, who are away again. */
async function absent(board: TestBoard, ...names: string[]): Promise<void> {
  for (const name of names) {
    const peer = await board.memberProgram(name);
    await peer.call('session.logout', {});
  }
}

/** The next notice of presence. */
function presence(peer: JsonPeer, nth = 0): Promise<Received['params']> {
  return peer.until(
    () => peer.received.filter(({ method }) => method === 'presence.changed')[nth]?.params,
  );
}

/**
 * Plays `scene` until all that comes after its call of `begin` takes less than a second, so that it is announced together: a busy
 * machine can be too slow for that.
 */
async function inOneNotice<T>(scene: (begin: () => void) => Promise<T>): Promise<T> {
  for (;;) {
    let began = 0;
    const result = await scene(() => {
      began = performance.now();
    });
    if (performance.now() - began < 900) return result;
  }
}

test('members are notified, in both encodings, of users who come online and go offline', async () => {
  const { person, program } = await inOneNotice(async (begin) => {
    const board = await TestBoard.start();
    await absent(board, 'carol', 'dave');
    const erin = await board.memberProgram('erin');
    const person = await board.member('alice');
    const program = await board.memberProgram('bot');
    begin();
    await board.program('carol');
    await board.person('dave');
    await erin.call('session.logout', {});
    return { person, program };
  });
  await person.expect('[GROUP:main] [NOTIFY] Online: carol, dave. Offline: erin.\n');
  expect(await presence(program)).toEqual({
    group: 'main',
    groupId: 1,
    online: ['carol', 'dave'],
    offline: ['erin'],
  });
});

test('a group is notified of the presence of its own members only', async () => {
  const board = await TestBoard.start();
  await absent(board, 'carol');
  const inNews = await board.member('alice', 'news');
  const inMain = await board.member('bob');
  await board.program('carol');
  await board.program('dave');
  expect(await inMain.expect('Online: carol.\n')).not.toContain('dave');
  expect(await inNews.receivedSoFar()).toBe('');
});

test('a user who comes and goes within a second is not announced', async () => {
  const alice = await inOneNotice(async (begin) => {
    const board = await TestBoard.start();
    await absent(board, 'carol', 'dave', 'erin');
    const watcher = await board.memberProgram('alice');
    begin();
    for (let turn = 0; turn < 3; turn++) {
      const carol = await board.program('carol');
      await carol.call('session.logout', {});
    }
    await board.program('dave');
    return watcher;
  });
  expect(await presence(alice)).toEqual({
    group: 'main',
    groupId: 1,
    online: ['dave'],
    offline: [],
  });
});

test('a user gets no notice that names only the user', async () => {
  const board = await TestBoard.start();
  await absent(board, 'alice');
  const person = await board.member('bob');
  const alice = await board.program('alice');
  await person.expect('[GROUP:main] [NOTIFY] Online: alice.\n');
  expect(await alice.notices()).toEqual([]);
});

test('a user who left the group is not in a later presence notice', async () => {
  const alice = await inOneNotice(async (begin) => {
    const board = await TestBoard.start();
    await absent(board, 'carol', 'dave');
    const watcher = await board.memberProgram('alice');
    begin();
    const carol = await board.program('carol');
    await carol.call('group.leave', { group: 'main' });
    await carol.call('session.logout', {});
    await board.program('dave');
    return watcher;
  });
  expect(await presence(alice)).toEqual({
    group: 'main',
    groupId: 1,
    online: ['dave'],
    offline: [],
  });
});

test('many reconnects are at most one presence notice a second', async () => {
  const board = await TestBoard.start();
  const names = range(1, 30).map((each) => `member${each}`);
  await absent(board, ...names);
  const watcher = await board.memberProgram('watcher');
  const person = await board.member('person');
  const connected = new Map<string, JsonPeer>();
  const times: number[] = [];
  watcher.socket.on('data', () => {
    const told = watcher.received.filter(({ method }) => method === 'presence.changed').length;
    if (told > times.length) times.push(performance.now());
  });
  // Everyone comes and goes until three notices were told.
  for (let turn = 0; times.length < 3; turn++) {
    const name = names[turn % names.length] ?? '';
    const peer = connected.get(name);
    if (peer) {
      await peer.call('session.logout', {});
      connected.delete(name);
    } else {
      connected.set(name, await board.program(name));
    }
  }
  // Two seconds apart when they are sent; when they are read depends on the machine as well.
  const [first = 0, , third = 0] = times;
  expect(third - first).toBeGreaterThan(1000);
  const lines = (await person.receivedSoFar())
    .split('\n')
    .filter((line) => line.includes('line: '));
  expect(lines.length).toBe(3);
});

test('a person is shown ten names of a presence notice with many', async () => {
  const names = range(10, 21).map((each) => `member${each}`);
  const alice = await inOneNotice(async (begin) => {
    const board = await TestBoard.start();
    await absent(board, ...names);
    const person = await board.member('alice');
    begin();
    for (const name of names) await board.program(name);
    return person;
  });
  await alice.expect(`Online: ${names.slice(0, 10).join(', ')} and 2 more.\n`);
});

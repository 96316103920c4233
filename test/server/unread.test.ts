import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

async function post(peer: TextPeer, count: number, group = 'main'): Promise<void> {
  for (let number = 0; number < count; number++) await peer.ask(`%grouppost ${group} s c`);
}

async function away(peer: TextPeer): Promise<void> {
  peer.send('%exit');
  await peer.toEnd();
}

/** Connects as alice. Returns her connection and the notices that it got on the way. */
async function back(board: TestBoard): Promise<[alice: TextPeer, told: string]> {
  const alice = await board.connect();
  await alice.expect('What is your username? ');
  alice.send('alice');
  return [alice, await alice.ask('')];
}

const nothing = '[INFO] Nothing unread.\n';

test('a member who returns gets the unread count of each group', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await bob.ask('%groupjoin news');
  const before = await board.member('alice');
  await before.ask('%groupjoin news');
  await before.ask('%groupjoin help');
  await away(before);
  await post(bob, 3);
  await post(bob, 1, 'news');

  const [alice, told] = await back(board);
  expect(told).toContain(
    '[INFO] Welcome alice\n[INFO] main: 3 unread\n[INFO] news: 1 unread\n[INFO] Type %next',
  );
  expect(await alice.ask('%unread')).toBe('[INFO] main: 3 unread\n[INFO] news: 1 unread\n');
  expect(await alice.ask('%groups')).toMatch(/news .* joined, 1 unread\n/);
});

test('messages visible on joining are not unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await post(bob, 5);
  const alice = await board.member('alice');
  expect(await alice.ask('%unread')).toBe(nothing);
  await away(alice);
  expect((await back(board))[1]).not.toContain('unread\n');
});

test('messages announced while connected are unread until they are opened', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const alice = await board.member('alice');
  await post(bob, 3);
  await alice.ask('%post mine c');
  expect(await alice.ask('%unread')).toBe('[INFO] main: 3 unread\n');
  await alice.ask('%message 2');
  await away(alice);
  const [again, told] = await back(board);
  expect(told).toContain('[INFO] main: 2 unread\n');
  expect(await again.ask('%unread')).toBe('[INFO] main: 2 unread\n');
});

test.each(['%exit', 'a lost connection', 'a crash of the server'])(
  'after %s, exactly what was not opened is unread',
  async (ending) => {
    const board = await TestBoard.start();
    const bob = await board.memberProgram('bob');
    const alice = await board.member('alice');
    for (const subject of ['one', 'two', 'three']) {
      await bob.call('message.post', { group: 'main', subject, content: 'x' });
    }
    await alice.expect('Subject: three)\n');
    await alice.ask('%message 3');
    if (ending === '%exit') await away(alice);
    else if (ending === 'a lost connection') alice.socket.destroy();
    else await board.restart();
    const again = await board.connectProgram();
    const { memberships } = await again.call('session.login', { user: 'alice' });
    expect(memberships).toMatchObject([{ unread: 2, lastRead: 0, ranges: [[3, 3]] }]);
  },
);

test.each([
  ['%list', '[INFO] main: 5 unread\n'],
  ['%list all', '[INFO] main: 5 unread\n'],
  ['%list before 3', '[INFO] main: 5 unread\n'],
  ['%users', '[INFO] main: 5 unread\n'],
  ['%search s', '[INFO] main: 5 unread\n'],
  ['%message 6', '[INFO] main: 5 unread\n'],
  ['%message 5', '[INFO] main: 4 unread\n'],
  ['%message 3', '[INFO] main: 4 unread\n'],
  ['%message 1', '[INFO] main: 4 unread\n'],
  ['%next', '[INFO] main: 4 unread\n'],
  ['%next\n%next', '[INFO] main: 3 unread\n'],
  ['%message 2\n%message 2', '[INFO] main: 4 unread\n'],
  ['%post mine c', '[INFO] main: 5 unread\n'],
  ['%catchup', nothing],
  ['%catchup main', nothing],
  ['%catchup all', nothing],
  ['%message 4\n%catchup\n%undo', '[INFO] main: 4 unread\n'],
  ['%leave\n%join', nothing],
])('of five unread messages, %s leaves: %s', async (line, left) => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await away(await board.member('alice'));
  await post(bob, 5);
  const [alice] = await back(board);
  await alice.ask(line);
  expect(await alice.ask('%unread')).toBe(left);
  await away(alice);
  const [again] = await back(board);
  expect(await again.ask('%unread')).toBe(left);
});

test('reading an older message does not make newer messages unread', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await post(alice, 5);
  await alice.ask('%list');
  await alice.ask('%message 1');
  await away(alice);
  expect((await back(board))[1]).not.toContain('unread\n');
});

test('a program marks messages as read itself', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const before = await board.memberProgram('alice');
  await before.call('session.logout', {});
  await post(bob, 5);
  const alice = await board.program('alice');
  const unread = async () => (await alice.call('group.list', {})).groups[0]?.unread;
  await alice.call('message.list', { group: 'main' });
  await alice.call('message.get', { group: 'main', number: 5 });
  expect(await unread()).toBe(5);
  await alice.call('message.markRead', { group: 'main', number: 3 });
  expect(await unread()).toBe(2);
  await alice.call('message.markRead', { group: 'main', number: 1 });
  expect(await unread()).toBe(2);
  await alice.call('message.markRead', { group: 'main', number: 99 });
  expect(await unread()).toBe(0);
  await alice.call('session.logout', {});
  const again = await board.connectProgram();
  expect(await again.call('session.login', { user: 'alice' })).toMatchObject({
    memberships: [{ group: 'main', unread: 0, lastRead: 5, lastNumber: 5 }],
  });
});

test('marking past the last number does not mark later messages', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const before = await board.memberProgram('alice');
  await before.call('message.markRead', { group: 'main', number: 99 });
  await before.call('session.logout', {});
  await post(bob, 2);
  expect((await back(board))[1]).toContain('[INFO] main: 2 unread\n');
});

test('joining again starts with nothing unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await away(await board.member('alice'));
  await post(bob, 5);
  const [alice] = await back(board);
  await alice.ask('%leave');
  await alice.ask('%join');
  expect(await alice.ask('%unread')).toBe(nothing);
});

test('a read mark set in one session is sent to the user’s other programs', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const bob = await board.memberProgram('bob');
  const laptop = await board.protectedProgram('alice', 'correct horse');
  await laptop.call('group.join', { group: 'main' });
  const phone = await board.protectedProgram('alice', 'correct horse');
  const terminal = await board.connect();
  terminal.send('alice');
  await terminal.expect('Password: ');
  terminal.send('correct horse');
  await terminal.expect('%help for every command.\n');
  for (const subject of ['one', 'two', 'three']) {
    await bob.call('message.post', { group: 'main', subject, content: 'x' });
  }
  for (const peer of [bob, laptop, phone]) await peer.notices();
  await terminal.expect('Subject: three)\n');

  await phone.call('message.markRead', { group: 'main', number: 2 });
  expect(await laptop.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'marks.changed',
    params: { group: 'main', groupId: 1, lastRead: 2, ranges: [] },
  });
  // A read that moves no mark sends no notice, and other users get no notice of any mark.
  await phone.call('message.markRead', { group: 'main', number: 1 });
  expect(await laptop.notices()).toEqual([]);
  expect([...(await phone.notices()), ...(await bob.notices())]).toEqual([]);
  expect(await terminal.receivedSoFar()).toBe('');
  await terminal.ask('%message 3');
  expect((await laptop.notice()).params).toMatchObject({ lastRead: 3 });
});

test('ranges that were read in one session are sent to the other, once for a turn', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const bob = await board.memberProgram('bob');
  const laptop = await board.protectedProgram('alice', 'correct horse');
  await laptop.call('group.join', { group: 'main' });
  const phone = await board.protectedProgram('alice', 'correct horse');
  for (let number = 1; number <= 8; number++) {
    await bob.call('message.post', { group: 'main', subject: 's', content: 'x' });
  }
  for (const peer of [bob, laptop, phone]) await peer.notices();
  const reads = [3, 5, 6].map((number) =>
    phone.call('message.markRead', { group: 'main', ranges: [[number, number]] }),
  );
  const marks = {
    lastRead: 0,
    ranges: [
      [3, 3],
      [5, 6],
    ],
  };
  expect((await Promise.all(reads)).at(-1)).toEqual(marks);
  const told = await laptop.notices();
  expect(told.at(-1)?.params).toEqual({ group: 'main', groupId: 1, ...marks });
  expect(told.length).toBeLessThanOrEqual(3);
  expect(await phone.notices()).toEqual([]);
  // Several sessions change them at once: each hears what the others have read.
  await Promise.all([
    phone.call('message.markRead', { group: 'main', ranges: [[1, 2]] }),
    laptop.call('message.markRead', { group: 'main', ranges: [[8, 8]] }),
  ]);
  const all = {
    lastRead: 3,
    ranges: [
      [5, 6],
      [8, 8],
    ],
  };
  for (const peer of [phone, laptop]) {
    const { groups } = await peer.call('group.list', {});
    expect(groups[0]).toMatchObject({ unread: 2, ...all });
  }
  const last = [...(await phone.notices()), ...(await laptop.notices())].at(-1);
  expect(last?.params).toMatchObject(all);
});

test('a program catches up with a group, and takes it back', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const alice = await board.memberProgram('alice');
  await post(bob, 5);
  await alice.call('message.markRead', { group: 'main', ranges: [[2, 3]] });
  const { lastRead, was } = await alice.call('group.markRead', { group: 'main' });
  expect({ lastRead, was }).toEqual({ lastRead: 5, was: { lastRead: 0, ranges: [[2, 3]] } });
  const next = () => alice.call('message.next', { group: 'main' });
  expect(await next()).toEqual({ group: 'main', groupId: 1 });
  await alice.call('group.restoreMarks', { group: 'main', ...was });
  expect((await next()).message).toMatchObject({ number: 1, content: 'c' });
  const { groups } = await alice.call('group.list', {});
  expect(groups[0]).toMatchObject({ unread: 3, ...was });
});

test('%undo takes %catchup all back, but not what was read after it', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await bob.ask('%groupjoin news');
  const alice = await board.member('alice');
  await alice.ask('%groupjoin news');
  await post(bob, 3);
  await post(bob, 1, 'news');
  await alice.receivedSoFar();
  expect(await alice.ask('%catchup all')).toBe(
    '[SUCCESS] Marked as read: main (3), news (1). Type %undo to take it back.\n',
  );
  await post(bob, 2);
  await alice.receivedSoFar();
  await alice.ask('%message 5');
  expect(await alice.ask('%unread')).toBe('[INFO] main: 1 unread\n');
  expect(await alice.ask('%undo')).toBe('[SUCCESS] Unread again: main (4), news (1).\n');
  expect(await alice.ask('%undo')).toBe('[INFO] There is no %catchup to take back.\n');
  expect(await alice.ask('%unread')).toBe('[INFO] main: 4 unread\n[INFO] news: 1 unread\n');
  expect(await alice.ask('%catchup help')).toContain('[ERROR] You are not a member of help');
});

test('%undo in one session marks nothing as read that %undo in another has made unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const alice = await board.member('alice');
  await alice.ask('%password correct-horse');
  const laptop = await board.connect();
  await laptop.expect('What is your username? ');
  laptop.send('alice');
  await laptop.expect('Password: ');
  laptop.send('correct-horse');
  await laptop.expect('%help for every command.\n');
  await post(bob, 2);
  await alice.receivedSoFar();
  await alice.ask('%catchup');
  await post(bob, 2);
  await alice.receivedSoFar();
  await laptop.receivedSoFar();
  await laptop.ask('%catchup');
  expect(await alice.ask('%undo')).toBe('[SUCCESS] Unread again: main (2).\n');
  expect(await laptop.ask('%undo')).toBe('[SUCCESS] Unread again: main (4).\n');
  expect(await alice.ask('%catchup')).toContain('main (4)');
  expect(await laptop.ask('%catchup')).toBe('[INFO] Nothing unread.\n');
  expect(await alice.ask('%undo')).toBe('[SUCCESS] Unread again: main (4).\n');
  await laptop.ask('%undo');
  expect(await alice.ask('%unread')).toBe('[INFO] main: 4 unread\n');
});

test('%next reads through a thread before the rest of the group', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.member('alice');
  const say = (subject: string, replyTo?: number) =>
    bob.call('message.post', {
      group: 'main',
      subject,
      content: subject,
      ...(replyTo && { replyTo }),
    });
  await say('lunch');
  await say('train');
  await say('pizza', 1);
  await say('late', 2);
  await say('soup', 3);
  await alice.expect('soup');
  const read = async () => /Message ID: (\d+)/.exec(await alice.ask('%next'))?.[1];
  expect([await read(), await read(), await read()]).toEqual(['1', '3', '5']);
  expect(await alice.ask('%unread')).toBe('[INFO] main: 2 unread\n');
  expect([await read(), await read()]).toEqual(['2', '4']);
  expect(await alice.ask('%next')).toBe(nothing);
});

test('welcome, %unread, %groups and %next say the same number, at the limit of the count too', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await away(await board.member('alice'));
  const posts = Array.from({ length: limits.unread + 1 }, () =>
    bob.call('message.post', { group: 'main', subject: 's', content: 'x' }),
  );
  await Promise.all(posts);
  const [alice, told] = await back(board);
  expect(told).toContain('[INFO] main: 1000+ unread\n');
  for (const shown of ['1000+', '999', '998']) {
    expect(await alice.ask('%next')).toContain(`[INFO] ${shown} left: main ${shown}.\n`);
    expect(await alice.ask('%unread')).toBe(`[INFO] main: ${shown} unread\n`);
    expect(await alice.ask('%groups')).toMatch(
      new RegExp(`joined, ${shown.replace('+', '\\+')} unread`),
    );
  }
  await away(alice);
  expect((await back(board))[1]).toContain('[INFO] main: 998 unread\n');
});

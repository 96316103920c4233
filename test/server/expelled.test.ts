import { expect, test } from 'vitest';
import type { OutsideEvent } from '../../src/board/events.ts';
import { userName } from '../../src/board/names.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

const main = { id: 1, name: 'main' };

/** Changes the database as another process does: the change and its event in one transaction. */
function change(board: TestBoard, statement: string, event: OutsideEvent): void {
  const database = board.database();
  database.transaction(() => {
    database.exec(statement);
    database.prepare('INSERT INTO outside_changes (event) VALUES (?)').run(JSON.stringify(event));
  })();
}

function userNamed(board: TestBoard, name: string): { id: number; name: string } {
  const find = board
    .database()
    .prepare<[string], { id: number; name: string }>('SELECT id, name FROM users WHERE name = ?');
  const user = find.get(name);
  if (!user) throw new Error(`there is no ${name}`);
  return user;
}

function ban(board: TestBoard, name: string, reason: string): void {
  const user = userNamed(board, name);
  change(
    board,
    `UPDATE users SET banned_at = 1, ban_reason = '${reason}', token_epoch = token_epoch + 1
     WHERE id = ${user.id}`,
    { type: 'user.expelled', user, reason: 'You were banned by the operator.' },
  );
}

test('a banned user is sent the reason and disconnected in every session at once', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const program = await board.protectedProgram('alice', 'correct horse');
  const person = await board.connect();
  person.send('alice', 'correct horse');
  await person.expect('%help for every command.\n');
  ban(board, 'alice', 'spam');
  expect(await program.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'session.closing',
    params: { reason: 'You were banned by the operator.', code: 'EXPELLED' },
  });
  await program.closed();
  expect(await person.toEnd()).toBe('[INFO] You were banned by the operator. Goodbye.\n');
});

test('other members stay, and are notified that the banned user is offline', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.memberProgram('alice');
  await bob.notice();
  ban(board, 'alice', '');
  await alice.closed();
  expect(await bob.notice()).toMatchObject({
    method: 'presence.changed',
    params: { online: [], offline: ['alice'] },
  });
});

test('a banned user can log in neither by name nor by token, and gets the reason', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  const { token } = await alice.call('session.login', { user: 'alice' });
  ban(board, 'alice', 'spam');
  await alice.closed();
  const again = await board.connectProgram();
  const { error } = await again.request('session.login', { user: 'ALICE' });
  expect(error).toEqual({
    code: 109,
    message: 'You are banned from this board: spam.',
    data: { code: 'BANNED' },
  });
  expect((await again.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
  const person = await board.connect();
  person.send('alice');
  await person.expect('[ERROR] You are banned from this board: spam.\n');
});

test('the reason of a ban cannot control a terminal', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  ban(board, 'alice', '\u001b[2J\u009b31m\u202espam\nmore');
  await alice.toEnd();
  const person = await board.connect();
  await person.expect('username? ');
  person.send('alice');
  expect(await person.expect('\n')).toBe(
    '[ERROR] You are banned from this board: ␛[2J\ufffd31mspam more.\n',
  );
});

test('members are notified of a user’s new name, and it is in force for open sessions', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.member('bob');
  const carol = await board.memberProgram('carol', 'news');
  await alice.notices();
  const user = userNamed(board, 'alice');
  const renamed = { id: user.id, name: 'Alicia' };
  const columns =
    "name = 'Alicia', name_key = 'alicia', skeleton = 'alicia', key_skeleton = 'alicia'";
  change(board, `UPDATE users SET ${columns} WHERE id = ${user.id}`, {
    type: 'user.renamed',
    user: renamed,
    was: 'alice',
    groups: [main],
  });
  expect(await bob.expect('\n')).toBe('[GROUP:main] [NOTIFY] User alice is now called Alicia.\n');
  expect(await alice.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'member.renamed',
    params: { group: 'main', groupId: 1, user: 'Alicia', userId: user.id, was: 'alice' },
  });
  await alice.call('message.post', { group: 'main', subject: 'hello', content: 'x' });
  await bob.expect('New message from Alicia (ID: 1,');
  expect(await bob.ask('%users')).toContain('Alicia (online), bob (online)');
  // The old name is anyone's now, and the new one is held.
  await board.program('alice');
  const other = await board.connectProgram();
  expect((await other.errorOf('session.login', { user: 'alicia' })).word).toBe('NAME_IN_USE');
  expect(await carol.notices()).toEqual([]);
});

test('a renaming is sent once to each session, however many groups it shares with the user', async () => {
  const board = await TestBoard.start();
  const groups = ['main', 'news', 'help'];
  const inAll = async (peer: JsonPeer) => {
    for (const group of groups) await peer.call('group.join', { group });
    return peer;
  };
  const alice = await inAll(await board.program('alice'));
  const carol = await inAll(await board.program('carol'));
  const person = await board.member('bob', 'news');
  await person.ask('%join');
  const other = await board.memberProgram('dave', 'random');
  for (const peer of [alice, carol, other]) await peer.notices();
  await board.operate((operator) => operator.renameUser('alice', userName('Alicia')));
  expect((await carol.notice()).method).toBe('member.renamed');
  await alice.call('message.post', { group: 'main', subject: 'hello', content: 'x' });
  expect(await person.expect('New message from Alicia (ID: 1,')).toMatch(
    /^\[GROUP:\w+\] \[NOTIFY\] User alice is now called Alicia\.\n\[GROUP:main\]/,
  );
  const methods = async (peer: JsonPeer) => (await peer.notices()).map(({ method }) => method);
  expect(await methods(carol)).toEqual(['message.posted']);
  expect(await methods(alice)).toEqual(['member.renamed']);
  expect(await methods(other)).toEqual([]);
});

import { expect, test } from 'vitest';
import { groupName, userName } from '../../src/board/names.ts';
import { nameColumns } from '../../src/storage/sqlite/file/names.ts';
import { TestBoard } from '../helpers/board.ts';

test('a new name that looks like an existing one is refused', async () => {
  const board = await TestBoard.start();
  await board.program('alice');
  const stranger = await board.connectProgram();
  const reply = await stranger.request('session.login', { user: 'ali̇ce' });
  expect(reply.error).toEqual({
    code: 114,
    message: '"ali̇ce" looks like alice, a name that is taken.',
    data: { code: 'NAME_TOO_SIMILAR' },
  });
  for (const user of ['аlice', 'AIice', 'a1ice']) {
    expect(await stranger.errorOf('session.login', { user })).toMatchObject({
      word: 'NAME_TOO_SIMILAR',
    });
  }
  const secret = { password: 'a long password', create: true };
  expect(await stranger.errorOf('session.login', { user: 'аlice', ...secret })).toMatchObject({
    word: 'NAME_TOO_SIMILAR',
  });
  expect(await stranger.errorOf('session.login', { user: 'ali\u{16fe4}ce' })).toMatchObject({
    word: 'NAME_INVALID',
  });
  expect(await stranger.call('session.login', { user: 'alicia' })).toMatchObject({
    user: 'alicia',
  });
});

test('a user whose name looks like another one sees which, and is asked again', async () => {
  const board = await TestBoard.start();
  await board.program('alice');
  const peer = await board.connect();
  await peer.expect('username? ');
  peer.send('аlice');
  expect(await peer.expect('username? ')).toBe(
    '[ERROR] "аlice" looks like alice, a name that is taken. Please choose another.\n' +
      'What is your username? ',
  );
});

test('old names that look the same, or show nothing, stay usable', async () => {
  const board = await TestBoard.start();
  const names = ['alice', 'аlice', 'ali\u{16fe4}ce', 'аdmin'];
  await board.restart(() => {
    const database = board.database();
    const add = database.prepare(
      'INSERT INTO users (name, name_key, skeleton, key_skeleton, created_at) VALUES (:name, :nameKey, :skeleton, :keySkeleton, 0)',
    );
    for (const name of names) add.run(nameColumns(userName(name)));
    database.close();
  });
  for (const user of names) {
    const peer = await board.connectProgram();
    expect(await peer.call('session.login', { user })).toMatchObject({ user });
  }
});

test('an operator cannot make a name that looks like an existing user or group', async () => {
  const board = await TestBoard.start();
  const similar = { code: 'NAME_TOO_SIMILAR' };
  await board.operate(async (operator) => {
    await operator.createUser(userName('alice'), null);
    await operator.createUser(userName('bob'), null);
    await expect(operator.createUser(userName('ali̇ce'), null)).rejects.toMatchObject(similar);
    await expect(operator.renameUser('bob', userName('аlice'))).rejects.toMatchObject(similar);
    await expect(operator.createUser(userName('аdmin'), null)).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
    await expect(operator.createGroup(groupName('mаin'), '')).rejects.toMatchObject(similar);
    await expect(operator.renameGroup({ id: 3 }, groupName('gеneral'))).rejects.toMatchObject(
      similar,
    );
    // A name may change into what looks like itself.
    expect(await operator.renameUser('alice', userName('Alice'))).toMatchObject({ name: 'Alice' });
    expect(await operator.renameGroup({ id: 3 }, groupName('nеws'))).toMatchObject({
      name: 'nеws',
    });
  });
});

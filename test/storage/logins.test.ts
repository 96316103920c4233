import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { newLogin, openBoard, presented } from '../helpers/storage.ts';

test('logins that come at once share a few transactions for reading, and leave none open', async () => {
  const board = openBoard();
  const logins = [];
  for (let n = 0; n < 100; n++) {
    logins.push(await board.accounts.login(userName(`user${n}`), newLogin(), null));
  }
  const { client, statements } = board.store;
  const { membershipsOf } = statements;
  const list = membershipsOf.all;
  // Whether each login reads within a transaction.
  const shared: boolean[] = [];
  membershipsOf.all = (values) => {
    shared.push(client.inTransaction);
    return list(values);
  };
  const resumed = await Promise.all(
    logins.map((login) => board.accounts.resume(presented(login), null)),
  );
  membershipsOf.all = list;
  expect(resumed.map(({ user }) => user.name)).toEqual(logins.map(({ user }) => user.name));
  expect(shared).toEqual(logins.map(() => true));
  expect(client.inTransaction).toBe(false);
});

import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { MessageList } from '../../src/board/message-list.ts';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { ExportEncoder } from '../../src/cli/printing/export-encoder.ts';
import type { BoardError } from '../../src/protocol/errors.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { exportLines } from '../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../src/storage/sqlite/moving/import.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { ActPerformer } from '../../src/storage/sqlite/serving/act-performer.ts';
import { plain } from '../../src/storage/sqlite/serving/repository.ts';
import { prepareStatements } from '../../src/storage/sqlite/statements/statements.ts';
import { toTheEnd } from '../contract/storage.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import {
  connect,
  errorCodeOf,
  groupNamed,
  login,
  openBoard,
  post,
  type StoredBoard,
} from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';

async function protectedUser(board: StoredBoard, name: string): Promise<Actor> {
  const passwordHash = await quickPasswords().hash('correct horse battery');
  await board.store.run('createUser', { name: userName(name), passwordHash });
  return login(board, name);
}

function problems({ client }: Pick<StoredBoard, 'client'>): string[] {
  return healthChecks.flatMap((check) => problemsOf(check, client));
}

function operator({ store }: StoredBoard): SqliteAdministration {
  return new SqliteAdministration(store);
}

async function exported(file: string): Promise<string> {
  const snapshot = await Snapshot.take(file, undefined, toTheEnd);
  try {
    return [
      ...new ExportEncoder().encode(exportLines(snapshot, { whole: true, passwords: true })),
    ].join('');
  } finally {
    snapshot.close();
  }
}

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

test('an exported and imported board has the same conversations and blocks, though user ids change', async () => {
  const board = openBoard();
  await protectedUser(board, 'first');
  const alice = await protectedUser(board, 'alice');
  const dave = await protectedUser(board, 'dave');
  const erin = await protectedUser(board, 'erin');
  await operator(board).deleteUser('first', 'keep', toTheEnd);
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  await post(board, dave, 'two', { group: groupNamed('@alice') });
  await post(board, erin, 'three', { group: groupNamed('@alice') });
  await board.repository.block(dave, 'erin');
  await operator(board).deleteUser('erin', 'keep', toTheEnd);
  await board.repository.block(alice, 'dave');
  await board.close();

  const text = await exported(board.file);
  expect(text).toContain(
    '"type":"direct","id":6,"name":"@6","users":["alice","dave"],"createdBy":"alice"',
  );
  expect(text).toContain('"type":"block","user":"alice","blocked":"dave"');
  const file = join(tempFolder(), 'copy.db');
  await importBoard(file, bytesOf(text), { ...toTheEnd, restart: false });
  expect(await exported(file)).toBe(text);
  const copy = openBoard({ file });
  expect(problems(copy)).toEqual([]);
  expect(
    copy.client.prepare("SELECT name FROM groups WHERE kind = 'direct'").pluck().all(),
  ).toEqual(['@1,2', '@-7,1']);
  const again = await login(copy, 'alice');
  const ask = copy.repository.messages(again, groupNamed('@dave'), { limit: 10 });
  expect((await ask).messages.map(({ subject }) => subject)).toEqual(['one', 'two']);
  expect(await errorCodeOf(post(copy, again, 'four', { group: groupNamed('@dave') }))).toBe(
    'BLOCKED',
  );
  await copy.repository.unblock(again, 'dave');
  expect(await post(copy, again, 'four', { group: groupNamed('@dave') })).toMatchObject({
    number: 3,
  });
});

test('the conversations of a user at the limit are counted once for many posts, until one of them is taken away', async () => {
  const board = openBoard({ durable: false });
  const alice = await protectedUser(board, 'alice');
  const dave = await protectedUser(board, 'dave');
  await protectedUser(board, 'erin');
  await board.repository.openDirect(alice, 'dave');
  const client = connect(board.file);
  client
    .prepare(
      `INSERT INTO groups (name, name_key, created_at, kind, created_by)
       WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1999)
       SELECT 'old' || n, 'old' || n, n, 'direct', ? FROM numbers`,
    )
    .run(alice.user.id);
  const statements = prepareStatements(client);
  const count = vi.spyOn(statements.conversationsBegun, 'get');
  const performer = new ActPerformer(statements);
  let at = 2e15;
  const outcome = (actor: Actor, to: string) => {
    const messages = new MessageList({ subject: 's', content: 'c' });
    const args = { actor: plain(actor), group: groupNamed(to), messages };
    try {
      performer.perform({ act: 'post', args }, () => {}, { ask: () => ++at, now: at });
      return 'posted';
    } catch (error) {
      return (error as BoardError).code;
    }
  };
  client.exec('BEGIN IMMEDIATE');
  performer.begin(1);
  const outcomes = Array.from({ length: 20 }, () => outcome(alice, '@erin'));
  expect(new Set(outcomes)).toEqual(new Set(['DIRECT_LIMIT']));
  const full = () => count.mock.calls.filter(([given]) => given?.since === 0);
  expect(full()).toHaveLength(1);
  // dave begins the conversation that alice has begun and in which nobody has written. So it is no longer one of hers.
  expect(outcome(dave, '@alice')).toBe('posted');
  expect(outcome(alice, '@erin')).toBe('posted');
  client.exec('ROLLBACK');
});

test('a conversation without the right members is found by db check', async () => {
  const board = openBoard();
  const alice = await protectedUser(board, 'alice');
  await protectedUser(board, 'dave');
  const erin = await protectedUser(board, 'erin');
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  expect(problems(board)).toEqual([]);
  const broken = [
    `INSERT INTO memberships (group_id, user_id, joined_at, last_read_number) VALUES (6, ${erin.user.id}, 1, 0)`,
    `UPDATE memberships SET user_id = ${erin.user.id} WHERE group_id = 6 AND user_id = ${alice.user.id}`,
    `DELETE FROM memberships WHERE group_id = 6 AND user_id = ${alice.user.id}`,
    'DELETE FROM memberships WHERE group_id = 6',
    "UPDATE groups SET kind = 'group' WHERE id = 6",
    "UPDATE groups SET name_key = 'other' WHERE id = 6",
  ];
  for (const sql of broken) {
    board.client.exec(`SAVEPOINT before; ${sql}`);
    expect(problems(board).join(), sql).toContain('does not agree with its members');
    board.client.exec('ROLLBACK TO before; RELEASE before');
  }
});

test('a conversation is deleted with the second of its two users', async () => {
  const board = openBoard();
  const alice = await protectedUser(board, 'alice');
  await protectedUser(board, 'dave');
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  const count = board.client.prepare('SELECT count(*) FROM messages').pluck();
  await operator(board).deleteUser('dave', 'keep', toTheEnd);
  expect(await operator(board).groups('direct')).toMatchObject([{ id: 6, name: '@alice' }]);
  await operator(board).deleteUser('alice', 'keep', toTheEnd);
  expect(await operator(board).groups('direct')).toEqual([]);
  expect(count.get()).toBe(0);
  expect(problems(board)).toEqual([]);
});

test('the operator reads a conversation by its number, and cannot rename it', async () => {
  const board = openBoard();
  const alice = await protectedUser(board, 'alice');
  await protectedUser(board, 'dave');
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  const groups = await operator(board).groups();
  expect(groups.map(({ kind }) => kind)).not.toContain('direct');
  const { group, messages } = await operator(board).messages({ id: 6 }, { limit: 10 });
  expect(group.name).toBe('@alice,@dave');
  expect(messages).toMatchObject([{ subject: 'one', sender: 'alice' }]);
  const { memberships } = await operator(board).user('dave');
  expect(memberships).toMatchObject([{ group: '@alice' }]);
  expect(await errorCodeOf(operator(board).renameGroup({ id: 6 }, userName('other')))).toBe(
    'DIRECT_FIXED',
  );
  expect(await errorCodeOf(operator(board).editGroup({ id: 6 }, { description: 'd' }))).toBe(
    'DIRECT_FIXED',
  );
  await operator(board).editGroup({ id: 6 }, { keepMessages: 1 });
});

test('a reader who may not know of a conversation causes the same queries as for no group', async () => {
  const board = openBoard();
  const alice = await protectedUser(board, 'alice');
  const dave = await protectedUser(board, 'dave');
  const eve = await protectedUser(board, 'eve');
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  const queries: string[] = [];
  for (const [name, statement] of Object.entries(board.store.statements)) {
    for (const kind of ['get', 'all', 'rows', 'each']) {
      const run: unknown = Reflect.get(statement, kind);
      if (typeof run !== 'function') continue;
      Reflect.set(statement, kind, (...args: unknown[]) => {
        queries.push(name);
        return run.apply(statement, args);
      });
    }
  }
  const asked = async (reader: Actor, ref: Parameters<typeof board.repository.messages>[1]) => {
    queries.length = 0;
    await board.repository.messages(reader, ref, { limit: 10 }).catch(() => {});
    return [...queries];
  };
  const none = await asked(eve, { id: 999 });
  expect(await asked(eve, { id: 6 })).toEqual(none);
  expect(none.length).toBeGreaterThan(0);
  expect((await asked(dave, { id: 6 })).length).toBeGreaterThan(none.length);
  const unknown = await asked(eve, groupNamed('@nobody'));
  expect(await asked(eve, groupNamed('@dave'))).toEqual(unknown);
  expect(await asked(eve, groupNamed(`@${alice.user.id},${dave.user.id}`))).toEqual(unknown);
});

test('no conversation is left of two users who are deleted at the same time', async () => {
  const board = openBoard();
  const alice = await protectedUser(board, 'alice');
  await protectedUser(board, 'dave');
  await post(board, alice, 'one', { group: groupNamed('@dave') });
  await Promise.all(
    ['alice', 'dave'].map((name) => operator(board).deleteUser(name, 'keep', toTheEnd)),
  );
  const left = "SELECT (SELECT count(*) FROM groups WHERE kind = 'direct'), count(*) FROM messages";
  expect(board.client.prepare(left).raw().get()).toEqual([0, 0]);
  expect(problems(board)).toEqual([]);
});

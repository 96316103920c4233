import { expect, test } from 'vitest';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { upgrade } from '../../src/storage/sqlite/file/migrate.ts';
import { connect, newFile, openBoard } from '../helpers/storage.ts';
import { provenKey } from '../helpers/vouched-peer.ts';
import { earlierMigrations, readJournal } from './migrations.ts';

test('a board from before SSH keys keeps its protected names, roles and unprotected names', () => {
  const before = readJournal().entries.findIndex(({ tag }) => tag.endsWith('_user_keys'));
  const file = newFile();
  const client = connect(file, { create: true });
  upgrade(file, client, earlierMigrations(before));
  client.exec(`
    INSERT INTO users (name, name_key, password_hash, created_at) VALUES ('alice', 'alice', 'hash', 1);
    INSERT INTO users (name, name_key, created_at) VALUES ('guest', 'guest', 2);
    INSERT INTO groups (name, name_key, created_at, member_count, created_by) VALUES ('own', 'own', 3, 1, 1);
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, role, role_since)
      SELECT id, 1, 4, 0, 'owner', 4 FROM groups WHERE name = 'own'`);
  upgrade(file, client);
  expect(client.prepare('SELECT name, is_protected, key_count FROM users').all()).toEqual([
    { name: 'alice', is_protected: 1, key_count: 0 },
    { name: 'guest', is_protected: 0, key_count: 0 },
  ]);
  expect(healthChecks.flatMap((check) => problemsOf(check, client))).toEqual([]);
  client.close();
});

test('a check finds a count of SSH keys that is wrong, and a fingerprint that is none', async () => {
  const board = openBoard();
  await board.store.run('createUser', {
    name: { name: 'alice', key: 'alice' },
    passwordHash: null,
  });
  await board.store.run('addUserKey', { name: 'alice', key: provenKey('a') });
  const problems = () => healthChecks.flatMap((check) => problemsOf(check, board.client));
  expect(problems()).toEqual([]);
  const tampering = connect(board.file);
  tampering.exec("UPDATE users SET key_count = 2; UPDATE user_keys SET fingerprint = 'SHA256:x'");
  tampering.close();
  expect(problems()).toEqual([
    'alice says it has 2 SSH keys, and has 1, so that the name is protected or is not',
    '"SHA256:x" is no fingerprint of an SSH key',
  ]);
});

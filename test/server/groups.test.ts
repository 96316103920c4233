import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { limits } from '../../src/protocol/limits.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

const password = 'correct horse battery';
const group = 'plans';

/** Members of the group `plans`, the first one its owner. */
async function members(names: readonly string[], access: 'open' | 'secret' = 'open') {
  const board = await TestBoard.start({ durability: 'relaxed', groupCreation: 'protected' });
  const peers: JsonPeer[] = [];
  for (const name of names) {
    await board.protect(name, password);
    peers.push(await board.protectedProgram(name, password));
  }
  const [owner, ...others] = peers as [JsonPeer, ...JsonPeer[]];
  await owner.call('group.create', { name: group, access });
  const { code } = await owner.call('group.invite', { group, uses: 10 });
  for (const peer of others) await peer.call('group.join', { group, code });
  return { board, peers: peers as [JsonPeer, JsonPeer, JsonPeer] };
}

async function refusal(answer: Promise<{ error?: { data?: unknown; message: string } }>) {
  const { error } = await answer;
  return error && { ...(error.data as { code?: string }), message: error.message };
}

test('a group that is renamed to the name of another catches no message for the other', async () => {
  const { peers } = await members(['mallory', 'bob', 'alice']);
  const [mallory, bob, alice] = peers;
  const secret = await alice.call('group.create', { name: 'ours', access: 'secret' });
  await alice.call('group.invite', { group: 'ours', user: 'bob' });
  await bob.call('group.join', { group: 'ours' });
  await mallory.call('group.edit', { group, name: 'ours' });
  const { groupId } = await mallory.call('group.show', { group: 'ours' });

  const said = await refusal(
    bob.request('message.post', { group: 'ours', subject: 'words', content: 'a secret' }),
  );
  expect(said?.message).toBe(
    `You are in several groups that are named ours: say the number of the group, ${groupId} or ${secret.groupId}.`,
  );
  expect(
    await bob.call('message.post', {
      group: secret.groupId,
      subject: 'words',
      content: 'a secret',
    }),
  ).toMatchObject({ groupId: secret.groupId });
  expect(await bob.call('message.list', { group: groupId })).toMatchObject({ messages: [] });
  // Who is in one of them goes on as before, and learns nothing of the other.
  await mallory.call('message.post', { group: 'ours', subject: 'words', content: 'hello' });
  await bob.call('group.leave', { group: groupId });
  expect(
    await bob.call('message.post', { group: 'ours', subject: 'words', content: 'again' }),
  ).toMatchObject({
    groupId: secret.groupId,
  });
});

test('many reports of old messages hide no report of a new one from a new moderator', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  const old = limits.reportsListed + 1;
  for (let number = 1; number <= old + 2; number++) {
    await alice.call('message.post', { group, subject: 'words', content: `message ${number}` });
  }
  const client = board.database();
  const add = client.prepare(
    "INSERT INTO reports (group_id, number, reason, created_at) SELECT id, ?, 'old', 1 FROM groups WHERE name = 'plans'",
  );
  for (let number = 1; number <= old; number++) add.run(number);
  await board.protect('carol', password);
  const carol = await board.protectedProgram('carol', password);
  await carol.call('group.join', { group });
  await alice.call('group.setRole', { group, user: 'carol', role: 'moderator' });
  await bob.call('message.report', { group, number: old + 2, reason: 'new' });
  expect((await carol.call('report.list', { group })).reports).toMatchObject([{ reason: 'new' }]);
});

test('a silenced member deletes a message, and gives no reason', async () => {
  const { peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  await bob.call('message.post', { group, subject: 'words', content: 'noise' });
  const until = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z');
  await alice.call('group.silence', { group, user: 'bob', until });
  const loud = bob.request('message.delete', { group, number: 1, reason: 'more noise' });
  expect(await refusal(loud)).toMatchObject({ code: 'SILENCED' });
  await bob.call('message.delete', { group, number: 1 });
});

test('a user who is blocked gives the other no reason for a deletion', async () => {
  const { peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  await bob.call('message.post', { group: '@alice', subject: 'words', content: 'hello' });
  await alice.call('user.block', { user: 'bob' });
  const loud = bob.request('message.delete', { group: '@alice', number: 1, reason: 'hello again' });
  expect(await refusal(loud)).toMatchObject({ code: 'BLOCKED' });
  await bob.call('message.delete', { group: '@alice', number: 1 });
});

test('an owner who steps down without another moderator is not the owner again', async () => {
  const { peers } = await members(['alice', 'bob']);
  const [alice] = peers;
  await alice.call('group.setRole', { group, user: 'alice', role: 'moderator' });
  const shown = await alice.call('group.show', { group });
  expect(shown).toMatchObject({ role: 'moderator', moderators: ['alice'] });
  expect(shown).not.toHaveProperty('owner');
});

test('a group has only so many moderators', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice] = peers;
  board
    .database()
    .exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.moderators - 1})
    INSERT INTO users (name, name_key, skeleton, key_skeleton, created_at) SELECT 'm' || i, 'm' || i, 'm' || i, 'm' || i, 1 FROM n;
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, role, role_since)
    SELECT groups.id, users.id, 1, 0, 'moderator', 1 FROM users, groups WHERE groups.name = 'plans' AND users.name GLOB 'm[0-9]*'`);
  const one = alice.request('group.setRole', { group, user: 'bob', role: 'moderator' });
  expect(await refusal(one)).toMatchObject({
    code: 'FORBIDDEN',
    message: `plans has ${limits.moderators} moderators, which is the limit.`,
  });
});

test('a user can be in only so many groups, and direct conversations do not count', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice] = peers;
  // With `plans`, the first of them makes as many as a user can be in, but one.
  board
    .database()
    .exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.groupsJoined - 2})
    INSERT INTO groups (name, name_key, skeleton, key_skeleton, created_at) SELECT 'x' || i, 'x' || i, 'x' || i, 'x' || i, 1 FROM n;
    INSERT INTO memberships (group_id, user_id, joined_at, last_read_number)
    SELECT groups.id, users.id, 1, 0 FROM users, groups WHERE users.name = 'alice' AND groups.name GLOB 'x[0-9]*'`);
  await alice.call('group.join', { group: 'main' });
  const full = { code: 'GROUP_LIMIT', message: 'You are in 1000 groups, which is the limit.' };
  const join = () => alice.request('group.join', { group: 'news' });
  expect(await refusal(join())).toMatchObject(full);
  expect(await refusal(alice.request('group.create', { name: 'another' }))).toMatchObject(full);
  await alice.call('direct.open', { user: 'bob' });
  await alice.call('group.leave', { group: 'main' });
  expect(await refusal(join())).toBeUndefined();
});

test('a list has the groups of its reader and a limited number of others, however many there are', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  board
    .database()
    .exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO groups (name, name_key, skeleton, key_skeleton, created_at) SELECT 'x' || i, 'x' || i, 'x' || i, 'x' || i, 1 FROM n`);
  await alice.call('group.create', { name: 'late' });
  await bob.call('group.create', { name: 'later' });
  const { groups, more } = await alice.call('group.list', {});
  expect(groups.filter(({ joined }) => joined).map(({ name }) => name)).toEqual([group, 'late']);
  expect(groups.filter(({ joined }) => !joined)).toHaveLength(limits.groupsListed);
  expect(more).toBe(true);
  const carol = await board.person('carol');
  expect(await carol.ask('%groups')).toContain('There are more groups.');
  // The library reads it, within its own limits of an answer.
  const client = await connect({ host: '127.0.0.1', port: board.port, user: 'dan' });
  onTestFinished(() => client.close());
  expect((await client.call('group.list', {})).groups).toHaveLength(limits.groupsListed);
});

test('a login lists a limited number of ranges, so that a client reads it, and the board keeps the others', async () => {
  const { board } = await members(['alice']);
  const dan = await board.person('dan');
  dan.send('%exit');
  await dan.toEnd();
  const ranges = Array.from({ length: 250 }, (_, at) => 2 * at + 2);
  const database = board.database();
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80)
    INSERT INTO groups (name, name_key, skeleton, key_skeleton, created_at, last_number) SELECT 'x' || i, 'x' || i, 'x' || i, 'x' || i, 1, 600 FROM n`);
  database
    .prepare(`INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, read_ranges)
      SELECT groups.id, users.id, 1, 0, ? FROM users, groups WHERE users.name = 'dan' AND groups.name GLOB 'x[0-9]*'`)
    .run(ranges.join(','));
  const client = await connect({ host: '127.0.0.1', port: board.port, user: 'dan' });
  onTestFinished(() => client.close());
  const { memberships } = await client.call('session.show', {});
  const { groups } = await client.call('group.list', {});
  for (const listed of [memberships, groups]) {
    const all = listed.flatMap((entry) => entry.ranges);
    expect(all).toHaveLength(limits.rangesListed);
  }
  const read = await client.call('message.markRead', { group: 'x80', number: 0 });
  expect(read).toEqual({ lastRead: 0, ranges: ranges.map((number) => [number, number]) });
});

test('leaving groups again and again makes room for no more than the groups of a day', async () => {
  const { peers } = await members(['alice']);
  const [alice] = peers;
  for (let made = 1; made < limits.groupsPerDay; made++) {
    const name = `g${made}`;
    await alice.call('group.create', { name });
    await alice.call('group.leave', { group: name });
  }
  const again = () => alice.request('group.create', { name: 'again' });
  expect(await refusal(again())).toMatchObject({ code: 'GROUP_LIMIT' });
  await alice.call('group.delete', { group });
  expect(await refusal(again())).toBeUndefined();
});

test('a user declines an invitation, and does not know of the secret group then', async () => {
  const { board, peers } = await members(['alice', 'bob'], 'secret');
  const [alice] = peers;
  await board.protect('carol', password);
  const carol = await board.protectedProgram('carol', password);
  const declined = () => carol.request('invitation.revoke', { group, user: 'carol' });
  expect(await refusal(declined())).toMatchObject({ code: 'GROUP_NOT_FOUND' });
  await alice.call('group.invite', { group, user: 'carol' });
  expect(await carol.call('invitation.revoke', { group, user: 'carol' })).toMatchObject({
    revoked: 1,
  });
  expect(await carol.call('invitation.list', {})).toEqual({ received: [] });
  expect(await refusal(carol.request('group.show', { group }))).toMatchObject({
    code: 'GROUP_NOT_FOUND',
  });
  const { invitations = [] } = await alice.call('invitation.list', { group });
  expect(invitations.filter(({ user }) => user !== undefined)).toEqual([]);
});

test('a full list of invitations has room again when a code has ended', async () => {
  const { board, peers } = await members(['alice']);
  const [alice] = peers;
  for (let count = 1; count < limits.invitations; count++) {
    await alice.call('group.invite', { group });
  }
  expect(await refusal(alice.request('group.invite', { group }))).toMatchObject({
    code: 'INVITATION_LIMIT',
  });
  const one = 'UPDATE invitations SET until = 1 WHERE id = (SELECT max(id) FROM invitations)';
  board.database().exec(one);
  await alice.call('group.invite', { group });
  const { invitations } = await alice.call('invitation.list', { group });
  expect(invitations).toHaveLength(limits.invitations);
});

test('a moderator who is removed cannot come back by a code of their own', async () => {
  const { peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  await alice.call('group.edit', { group, access: 'invite' });
  await alice.call('group.setRole', { group, user: 'bob', role: 'moderator' });
  const { code } = await bob.call('group.invite', { group });
  await alice.call('group.remove', { group, user: 'bob' });
  const join = { group, code };
  expect(await refusal(bob.request('group.join', join))).toMatchObject({
    code: 'INVITATION_INVALID',
  });
  const { code: valid } = await alice.call('group.invite', { group });
  await bob.call('group.join', { group, code: valid });
});

test('an edit that changes nothing about a group tells nobody, however often it is sent', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  const same = { description: '', about: '', access: 'open', posting: 'members' } as const;
  await alice.call('group.edit', { group, ...same });
  await alice.call('group.edit', { group, name: group });
  for (const changes of [same, { description: 'What we do' }]) {
    await board.operate((operator) => operator.editGroup({ key: group, name: group }, changes));
  }

  const told = () => bob.received.filter(({ method }) => /^group\./.test(method ?? ''));
  await bob.until(() => told().find(({ method }) => method === 'group.logged'));
  expect(told().map(({ method, params }) => [method, params?.description])).toEqual([
    ['group.changed', 'What we do'],
    ['group.logged', undefined],
  ]);
});

test('a barred user with a code of a secret group gets another group of its name, as if there were no other', async () => {
  const { peers } = await members(['alice', 'bob', 'carol'], 'secret');
  const [alice, bob, carol] = peers;
  const { code } = await alice.call('group.invite', { group, uses: 10 });
  await alice.call('group.bar', { group, user: 'bob' });
  await alice.call('group.bar', { group, user: 'carol' });
  await carol.call('group.create', { name: group, access: 'invite' });

  const wrong = 'f'.repeat(24);
  const refused = await refusal(bob.request('group.join', { group, code }));
  expect(refused).toEqual(await refusal(bob.request('group.join', { group, code: wrong })));
  expect(refused?.code).toBe('INVITATION_INVALID');
  await carol.call('group.edit', { group, access: 'open' });
  const joined = await bob.call('group.join', { group, code });
  expect(joined).toMatchObject({ group, access: 'open', total: 2 });
});

test('a purge shows a member no line of the log about messages from before joining', async () => {
  const { board, peers } = await members(['alice', 'bob']);
  const [alice, bob] = peers;
  await bob.call('group.leave', { group });
  for (const content of ['one', 'two', 'three', 'four']) {
    await alice.call('message.post', { group, subject: content, content });
  }
  await bob.call('group.join', { group });
  for (const number of [1, 4]) {
    await alice.call('message.pin', { group, number });
    await alice.call('thread.close', { group, thread: number });
  }
  const shown = async () => {
    const { lines } = await bob.call('group.log', { group });
    return lines.map(({ act, number }) => [act, number]);
  };
  const lines = [
    ['close', 4],
    ['pin', 4],
  ];
  expect(await shown()).toEqual(lines);
  for (const keep of [1, 0]) {
    await board.operate(async (operator) => {
      const plan = await operator.planPurge({ key: group, name: group }, { keep });
      await operator.purge(plan, toTheEnd);
    });
    expect(await shown()).toEqual(keep === 1 ? lines : []);
  }
});

test('an owner who leaves or steps down is answered who owns the group now, or that nobody does', async () => {
  const { peers } = await members(['alice', 'bob', 'carol']);
  const [alice, bob, carol] = peers;
  for (const user of ['carol', 'bob']) {
    await alice.call('group.setRole', { group, user, role: 'moderator' });
  }
  const groupId = (await alice.call('group.show', { group })).groupId;
  // Carol has been a moderator for longest.
  expect(await alice.call('group.leave', { group })).toEqual({ group, groupId, owner: 'carol' });
  const down = { group, user: 'carol', role: 'member' } as const;
  expect(await carol.call('group.setRole', down)).toMatchObject({ role: 'member', owner: 'bob' });
  expect(await carol.call('group.leave', { group })).toEqual({ group, groupId });
  const up = { group, user: 'bob', role: 'moderator' } as const;
  expect(await bob.call('group.setRole', up)).toMatchObject({ role: 'moderator', owner: null });
  expect((await bob.call('group.show', { group })).owner).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import type { BoardEvent } from '../../src/board/events.ts';
import { groupName, userName } from '../../src/board/names.ts';
import { type Group, openRules, type StoredKey } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import {
  errorCodeOf,
  groupNamed,
  login,
  main,
  member,
  newLogin,
  post,
  presented,
  purgeReach,
  seen,
} from '../helpers/storage.ts';
import { provenKey } from '../helpers/vouched-peer.ts';
import { logged, type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

const sides = ['in a process of its own', 'in the server'] as const;
const news = groupNamed('news');

/** The administration of a side, and what it has announced to members since the last call. */
function sideOf(board: StorageUnderTest, side: (typeof sides)[number]) {
  const operator = side === 'in the server' ? board.serverAdministration : board.administration;
  const announced = async (): Promise<BoardEvent[]> => {
    if (side !== 'in the server') expect(board.events()).toEqual([]);
    await board.repository.announceOutsideChanges();
    return board.events();
  };
  return { operator, announced };
}

/** The event of a deletion by the operator. */
function deletedByOperator(about: { group: Group; number: number; postedAt: number }) {
  const anyNumber: unknown = expect.any(Number);
  const by = { origin: null, by: null, change: anyNumber, until: anyNumber };
  return { type: 'message.deleted', ...by, ...about };
}

let origins = 1000;

/** A login by an SSH key. */
async function byKey(board: StorageUnderTest, { id, fingerprint }: StoredKey) {
  const admission = { by: 'key', key: id, fingerprint } as const;
  const origin = ++origins;
  const name = userName('whoever');
  const opened = await board.accounts.login(name, { ...newLogin(), admission }, origin);
  const { user, proof } = opened;
  return { opened, actor: { user, origin, proof } };
}

/** Every act of the operator, driven from both sides. */
export function actsContract(open: OpenStorage): void {
  describe.each(sides)('%s', (side) => {
    test('a new group can be joined, and its name is taken', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const made = await operator.createGroup(groupName('Chess'), 'Moves');
      expect(made).toMatchObject({ name: 'Chess', description: 'Moves', members: 0, messages: 0 });
      expect(made.createdAt).toBeGreaterThan(0);
      expect(await announced()).toEqual([{ type: 'groups.changed' }]);
      const again = operator.createGroup(groupName('CHESS'), '');
      expect(await errorCodeOf(again)).toBe('GROUP_EXISTS');
      expect(await errorCodeOf(operator.createGroup(groupName('new\u0455'), ''))).toBe(
        'NAME_TOO_SIMILAR',
      );
      const alice = await login(board, 'alice');
      const { group } = await board.repository.join(alice, groupNamed('chess'));
      expect(group).toEqual({ id: made.id, name: 'Chess' });
      expect(await operator.group({ id: made.id })).toMatchObject({ members: 1 });
    });

    test('an edit changes and announces only the given properties', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const group = { id: 3, name: 'news' };
      expect(await operator.editGroup(news, { keepMessages: 5 })).toMatchObject({
        ...{ description: 'What is new', keepMessages: 5, keepDays: null },
      });
      expect(await announced()).toEqual([{ type: 'retention.changed', group }]);
      await operator.editGroup({ id: 3 }, { description: 'Old', keepDays: 7 });
      expect(await announced()).toEqual([
        { type: 'retention.changed', group },
        {
          type: 'group.changed',
          group,
          was: 'news',
          description: 'Old',
          rules: openRules,
          changed: ['description'],
        },
        { type: 'groups.changed' },
        logged(group, { act: 'edit', detail: 'description' }),
      ]);
      expect(await operator.group(news)).toMatchObject({
        ...{ description: 'Old', keepMessages: 5, keepDays: 7 },
      });
      expect(await errorCodeOf(operator.editGroup({ id: 77 }, {}))).toBe('GROUP_NOT_FOUND');
    });

    test('a group is renamed unless it is the public one, or the name is taken', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      expect(await operator.renameGroup(news, groupName('Tidings'))).toMatchObject({
        ...{ id: 3, name: 'Tidings' },
      });
      expect(await announced()).toEqual([
        {
          type: 'group.changed',
          group: { id: 3, name: 'Tidings' },
          was: 'news',
          description: 'What is new',
          rules: openRules,
          changed: ['name'],
        },
        { type: 'groups.changed' },
        logged({ id: 3, name: 'Tidings' }, { act: 'rename', detail: 'news to Tidings' }),
      ]);
      await operator.renameGroup({ id: 3 }, groupName('Tidings'));
      expect(await errorCodeOf(operator.renameGroup(main, groupName('public')))).toBe(
        'GROUP_PROTECTED',
      );
      expect(await errorCodeOf(operator.renameGroup({ id: 3 }, groupName('help')))).toBe(
        'GROUP_EXISTS',
      );
      expect(await announced()).toEqual([]);
      expect((await operator.group(groupNamed('TIDINGS'))).id).toBe(3);
    });

    test('deleting a group deletes its messages and memberships', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const alice = await login(board, 'alice');
      await board.repository.join(alice, news);
      for (let n = 0; n < 250; n++) await post(board, alice, `${n}`, { group: news });
      board.events();
      expect(await errorCodeOf(operator.deleteGroup(main, toTheEnd))).toBe('GROUP_PROTECTED');
      const progress: number[] = [];
      const control = { ...toTheEnd, progress: (done: number) => progress.push(done) };
      expect(await operator.deleteGroup(news, control)).toMatchObject({
        ...{ deleted: 250, complete: true },
      });
      expect(progress).toEqual([200, 250]);
      expect(await announced()).toEqual([
        { type: 'group.removed', group: { id: 3, name: 'news' } },
        { type: 'groups.changed' },
      ]);
      expect(await errorCodeOf(board.repository.join(alice, news))).toBe('GROUP_NOT_FOUND');
      expect((await operator.user('alice')).memberships).toEqual([]);
    });

    test('deleted messages are announced one by one; if one cannot be deleted, none is', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const alice = await member(board, 'alice');
      const first = await post(board, alice, 'one');
      await post(board, alice, 'two');
      const third = await post(board, alice, 'three');
      board.events();
      expect(await errorCodeOf(operator.deleteMessages(main, [1, 2, 4]))).toBe('MESSAGE_NOT_FOUND');
      // Others of the same commit are not hurt by the refusal.
      const [refused, posted] = await Promise.all([
        errorCodeOf(operator.deleteMessages(main, [2, 9])),
        post(board, alice, 'four'),
      ]);
      expect([refused, posted.number]).toEqual(['MESSAGE_NOT_FOUND', 4]);
      board.events();
      expect(await seen(board, alice)).toEqual([1, 2, 3, 4]);
      expect(await operator.deleteMessages(main, [3, 1, 3])).toEqual({ id: 1, name: 'main' });
      const group = { id: 1, name: 'main' };
      expect(await announced()).toEqual([
        deletedByOperator({ group, number: 1, postedAt: first.postedAt }),
        deletedByOperator({ group, number: 3, postedAt: third.postedAt }),
      ]);
      expect(await seen(board, alice)).toEqual([2, 4]);
      expect((await operator.group(main)).messages).toBe(2);
      expect(await errorCodeOf(operator.deleteMessages(main, [3]))).toBe('MESSAGE_NOT_FOUND');
    });

    test('a purge in steps is announced once, and a stopped purge with what it has deleted', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const alice = await member(board, 'alice');
      for (let n = 1; n <= 450; n++) await post(board, alice, `${n}`);
      board.events();
      const stop = new AbortController();
      const plan = await operator.planPurge(main, { keep: 10 });
      expect(plan).toMatchObject({ count: 440, first: 1, last: 440 });
      const stopped = await operator.purge(plan, {
        signal: stop.signal,
        progress: () => stop.abort(),
      });
      expect(stopped).toMatchObject({ count: 200, first: 1, last: 200, complete: false });
      const group = { id: 1, name: 'main' };
      const purged = { type: 'messages.purged', group, ...purgeReach };
      expect(await announced()).toEqual([{ ...purged, count: 200, first: 1, last: 200 }]);
      const rest = await operator.planPurge(main, { keep: 10 });
      expect(await operator.purge(rest, toTheEnd)).toMatchObject({ count: 240, complete: true });
      expect(await announced()).toEqual([{ ...purged, count: 240, first: 201, last: 440 }]);
      expect(await operator.group(main)).toMatchObject({ messages: 10, lastNumber: 450 });
      expect((await seen(board, alice))[0]).toBe(441);
    });

    test('a user is created, renamed, banned and let in again', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const made = await operator.createUser(userName('alice'), null);
      expect(made).toMatchObject({ name: 'alice', protected: false, lastSeenAt: null, groups: 0 });
      expect(await errorCodeOf(operator.createUser(userName('ALICE'), null))).toBe('USER_EXISTS');
      const alice = await member(board, 'alice');
      expect(alice.user.id).toBe(made.id);
      board.events();
      expect(await operator.renameUser('Alice', userName('alice.b'))).toMatchObject({
        ...{ id: made.id, name: 'alice.b', groups: 1 },
      });
      const user = { id: made.id, name: 'alice.b' };
      expect(await announced()).toEqual([
        { type: 'user.renamed', user, was: 'alice', groups: [{ id: 1, name: 'main' }] },
      ]);
      const banned = await operator.banUser('alice.b', 'spam');
      expect(banned.banReason).toBe('spam');
      expect(banned.bannedAt).toBeGreaterThan(0);
      const reason = 'You were banned from this board: spam.';
      expect(await announced()).toEqual([{ type: 'user.expelled', user, reason }]);
      expect(await errorCodeOf(login(board, 'alice.b'))).toBe('BANNED');
      expect(await errorCodeOf(post(board, alice, 'still here'))).toBe('BANNED');
      expect(await operator.unbanUser('alice.b')).toMatchObject({
        ...{ bannedAt: null, banReason: null },
      });
      await login(board, 'alice.b');
      expect(await errorCodeOf(operator.renameUser('nobody', userName('somebody')))).toBe(
        'USER_NOT_FOUND',
      );
    });

    test('a changed password ends sessions and tokens', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const alice = await member(board, 'alice');
      const opened = await board.accounts.login(
        userName('alice'),
        {
          admission: { by: 'name', access: 'open', create: undefined },
          newPasswordHash: null,
          network: '192.0.2.1',
          tokenId: 'token',
        },
        99,
      );
      board.events();
      expect(await operator.setPassword('alice', 'hash')).toMatchObject({ protected: true });
      const reason = 'Your password was changed by the operator. Log in again.';
      expect(await announced()).toEqual([{ type: 'user.expelled', user: alice.user, reason }]);
      expect(await errorCodeOf(board.repository.groups(alice))).toBe('SESSION_ENDED');
      expect(await errorCodeOf(board.accounts.resume(presented(opened), 100))).toBe(
        'TOKEN_INVALID',
      );
      expect(await board.accounts.knows(alice.user, '192.0.2.1')).toBe(false);
      expect(await operator.setPassword('alice', null)).toMatchObject({ protected: false });
    });

    test('the first SSH key protects a name: sessions and tokens from before end', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const opened = await board.accounts.login(userName('alice'), newLogin(), 99);
      const alice = { ...opened, origin: 99 };
      board.events();
      const { key } = await operator.addUserKey('ALICE', provenKey('laptop'));
      expect(key).toMatchObject({ ...provenKey('laptop'), lastUsedAt: null });
      const reason = 'The operator has protected your name with an SSH key. Log in again.';
      expect(await announced()).toEqual([{ type: 'user.expelled', user: alice.user, reason }]);
      expect(await errorCodeOf(board.repository.groups(alice))).toBe('SESSION_ENDED');
      expect(await errorCodeOf(board.accounts.resume(presented(opened), 100))).toBe(
        'TOKEN_INVALID',
      );
      const byName = board.accounts.login(userName('alice'), newLogin(), 101);
      expect(await errorCodeOf(byName)).toBe('PASSWORD_REQUIRED');
      expect(await operator.user('alice')).toMatchObject({
        ...{ protected: true, hasPassword: false, keys: 1, sshKeys: [key] },
      });
      // A second key changes nothing for those who are connected.
      await operator.addUserKey('alice', provenKey('phone'));
      expect(await announced()).toEqual([]);
      expect(await operator.addUserKey('alice', provenKey('phone'))).toMatchObject({
        user: { name: 'alice' },
      });
      await operator.createUser(userName('bob'), null);
      expect(await errorCodeOf(operator.addUserKey('bob', provenKey('phone')))).toBe(
        'SSH_KEY_TAKEN',
      );
      for (let nth = 3; nth <= limits.sshKeys; nth++) {
        await operator.addUserKey('alice', provenKey(`${nth}`));
      }
      expect(await errorCodeOf(operator.addUserKey('alice', provenKey('one more')))).toBe(
        'SSH_KEY_LIMIT',
      );
      expect(board.problems()).toEqual([]);
    });

    test('a removed SSH key ends the session and the token that rest on it, and no others', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      await operator.createUser(userName('alice'), 'hash');
      const keys = [provenKey('laptop'), provenKey('phone')] as const;
      const [lost, kept] = await Promise.all(
        keys.map(async (proven) => {
          const { key } = await operator.addUserKey('alice', proven);
          return byKey(board, key);
        }),
      );
      if (!lost || !kept) throw new Error('Nobody has logged in.');
      await board.repository.join(lost.actor, main);
      await post(board, lost.actor, 'before');
      board.events();
      const { fingerprint } = keys[0];
      expect(await operator.removeUserKey('alice', fingerprint)).toMatchObject({
        isProtected: true,
      });
      const removed = { origin: null, user: lost.actor.user, key: lost.opened.proof.key };
      expect(await announced()).toEqual([{ type: 'key.removed', ...removed }]);
      expect(await errorCodeOf(post(board, lost.actor, 'after'))).toBe('SESSION_ENDED');
      expect(await errorCodeOf(board.repository.groups(lost.actor))).toBe('SESSION_ENDED');
      expect(await errorCodeOf(operator.removeUserKey('alice', fingerprint))).toBe(
        'SSH_KEY_NOT_FOUND',
      );
      await operator.addUserKey('alice', keys[0]);
      expect(await errorCodeOf(board.accounts.resume(presented(lost.opened), 100))).toBe(
        'TOKEN_INVALID',
      );
      await post(board, kept.actor, 'after');
      await post(board, await login(board, 'alice'), 'by the password');
      await board.accounts.resume(presented(kept.opened), 101);
      expect(board.problems()).toEqual([]);
    });

    test('a name keeps its roles as long as a password or an SSH key protects it', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      await operator.createUser(userName('alice'), 'hash');
      const { key } = await operator.addUserKey('alice', provenKey('laptop'));
      const { actor } = await byKey(board, key);
      await board.repository.join(actor, main);
      board.events();
      await operator.moderation.setRole(main, 'alice', 'moderator');
      const roles = async () => (await operator.user('alice')).memberships.map(({ role }) => role);
      await operator.setPassword('alice', null);
      expect(await roles()).toEqual(['moderator']);
      await operator.setPassword('alice', 'hash');
      await operator.removeUserKey('alice', key.fingerprint);
      expect(await roles()).toEqual(['moderator']);
      const { key: again } = await operator.addUserKey('alice', provenKey('phone'));
      await operator.setPassword('alice', null);
      await announced();
      const { isProtected } = await operator.removeUserKey('alice', again.fingerprint);
      expect(isProtected).toBe(false);
      expect(await roles()).toEqual(['member']);
      expect((await announced())[0]).toMatchObject({ type: 'user.expelled' });
      expect(board.problems()).toEqual([]);
    });

    test('a deleted user’s SSH keys are free, and a banned user’s are not', async () => {
      const board = open();
      const { operator } = sideOf(board, side);
      await operator.createUser(userName('alice'), null);
      await operator.createUser(userName('bob'), null);
      const proven = provenKey('laptop');
      const { key } = await operator.addUserKey('alice', proven);
      await operator.banUser('alice', '');
      expect(await errorCodeOf(byKey(board, key))).toBe('BANNED');
      expect(await errorCodeOf(operator.addUserKey('bob', proven))).toBe('SSH_KEY_TAKEN');
      await operator.renameUser('alice', userName('mallory'));
      await operator.unbanUser('mallory');
      expect((await byKey(board, key)).actor.user.name).toBe('mallory');
      await operator.deleteUser('mallory', 'keep', toTheEnd);
      expect(await errorCodeOf(byKey(board, key))).toBe('SSH_KEY_NOT_FOUND');
      await operator.addUserKey('bob', proven);
      expect(board.problems()).toEqual([]);
    });

    test.each(['keep', 'purge'] as const)(
      'a deleted user leaves groups, and their messages are handled as by %s',
      async (disposal) => {
        const board = open();
        const { operator, announced } = sideOf(board, side);
        const alice = await member(board, 'alice');
        const bob = await member(board, 'bob');
        for (let n = 0; n < 250; n++) await post(board, bob, `${n}`);
        await post(board, alice, 'by alice');
        board.events();
        const deleted = await operator.deleteUser('bob', disposal, toTheEnd);
        expect(deleted).toEqual({ messages: 250, complete: true });
        const group = { id: 1, name: 'main' };
        const reason = 'Your name was removed from this board by the operator.';
        const purged = {
          type: 'messages.purged',
          group,
          ...purgeReach,
          count: 250,
          first: 1,
          last: 250,
        };
        expect(await announced()).toEqual([
          { type: 'user.expelled', user: bob.user, reason },
          { type: 'member.left', origin: null, group, user: bob.user },
          ...(disposal === 'purge' ? [{ ...purged, change: expect.any(Number) }] : []),
        ]);
        const left = disposal === 'purge' ? 1 : 251;
        expect(await operator.group(main)).toMatchObject({ members: 1, messages: left });
        expect(await errorCodeOf(operator.user('bob'))).toBe('USER_NOT_FOUND');
        expect(await errorCodeOf(board.repository.groups(bob))).toBe('USER_NOT_FOUND');
        const { messages } = await board.repository.messages(alice, main, { limit: 2 });
        expect(messages.at(-1)).toMatchObject({ number: 251, sender: 'alice' });
        expect(messages.slice(0, -1).map(({ sender }) => sender)).toEqual(
          disposal === 'purge' ? [] : [null],
        );
        expect((await login(board, 'bob')).user.id).toBeGreaterThan(bob.user.id);
      },
    );

    test.each(['keep', 'purge'] as const)(
      'messages deleted while their sender is being deleted are counted once (%s)',
      async (disposal) => {
        const board = open();
        const { operator, announced } = sideOf(board, side);
        const alice = await member(board, 'alice');
        const bob = await member(board, 'bob');
        for (const subject of ['one', 'two', 'three']) await post(board, bob, subject);
        await post(board, alice, 'by alice');
        board.events();
        // In a server, the deletion finds its messages while another act that removes them waits for the same commit.
        const plan = await operator.planPurge(main, { keep: 3 });
        const [, , deleted] = await Promise.all([
          operator.purge(plan, toTheEnd),
          operator.deleteMessages(main, [2]),
          operator.deleteUser('bob', disposal, toTheEnd),
        ]);
        expect(deleted).toEqual({ messages: 1, complete: true });
        const left = disposal === 'keep' ? [3, 4] : [4];
        expect(await seen(board, alice)).toEqual(left);
        expect(await operator.group(main)).toMatchObject({ messages: left.length });
        const removed = (await announced()).filter(({ type }) => type.startsWith('message'));
        const group = { id: 1, name: 'main' };
        const span = (number: number) => ({ group, count: 1, first: number, last: number });
        expect(removed).toMatchObject([
          ...[span(1), { type: 'message.deleted', group, number: 2 }],
          ...(disposal === 'keep' ? [] : [span(3)]),
        ]);
      },
    );

    test('a message posted while its sender is being deleted is deleted in its own group', async () => {
      const board = open();
      const { operator } = sideOf(board, side);
      await member(board, 'alice');
      const bob = await member(board, 'bob');
      await board.repository.join(bob, news);
      await post(board, bob, 'the newest message of the board', { group: news });
      const plan = await operator.planPurge(news, 'all');
      // A storage may identify the new message as it did the purged one. A command has deleted bob before he posts.
      await Promise.allSettled([
        operator.purge(plan, toTheEnd),
        post(board, bob, 'another'),
        operator.deleteUser('bob', 'purge', toTheEnd),
      ]);
      expect(await operator.group(news)).toMatchObject({ members: 0, messages: 0 });
      expect(await operator.group(main)).toMatchObject({ members: 1, messages: 0 });
    });

    test('a ban of a network is announced, replaced and removed', async () => {
      const board = open();
      const { operator, announced } = sideOf(board, side);
      const network = '192.0.2.0/24';
      const changed = { type: 'networkBans.changed' };
      await operator.banNetwork({ network, reason: 'spam', endsAt: null });
      expect(await announced()).toEqual([changed]);
      const endsAt = (Date.now() + 60_000) * 1000;
      await operator.banNetwork({ network, reason: null, endsAt });
      expect(await announced()).toEqual([changed]);
      expect(await operator.networkBans()).toMatchObject([{ network, reason: null, endsAt }]);
      expect(await operator.unbanNetwork(network)).toMatchObject({ network });
      expect(await announced()).toEqual([changed]);
      expect(await operator.unbanNetwork(network)).toBeUndefined();
      expect(await announced()).toEqual([]);
      expect(await operator.networkBans()).toEqual([]);
    });
  });
}

import { describe, expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import type { BoardEvent } from '../../src/board/events.ts';
import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Moderation } from '../../src/board/ports/moderation.ts';
import type { GroupRef } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import type { Access, LogAct } from '../../src/protocol/rights.ts';
import { errorCodeOf, groupNamed, login, post } from '../helpers/storage.ts';
import type { OpenStorage, StorageUnderTest } from './storage.ts';

/** Who does the acts: they are the same acts, in three ways into the storage. */
const sides = ['the owner', 'the operator in the server', 'the operator in a process'] as const;
type Side = (typeof sides)[number];

const plans = groupNamed('plans');
const hour = 3_600_000_000;

type BothDo = Exclude<keyof Moderation, 'reports' | 'log'>;
type Acts = Pick<Moderation, BothDo>;

/** What both an owner and the operator do in a group, done by one of them. */
function actsOf(board: StorageUnderTest, side: Side, owner: Actor): Acts {
  if (side === 'the operator in the server') return board.serverAdministration.moderation;
  if (side === 'the operator in a process') return board.administration.moderation;
  return new Proxy({} as Acts, {
    get:
      (_, act: BothDo) =>
      (...args: unknown[]) =>
        (board.groups[act] as (...args: unknown[]) => unknown)(owner, ...args),
  });
}

/** What was announced since the last call, also by a process of the operator. */
async function announced(board: StorageUnderTest): Promise<BoardEvent[]> {
  await board.repository.announceOutsideChanges();
  return board.events();
}

/** The lines of the log as a member sees them, the newest first: `bar bob spam`. */
async function logged(board: StorageUnderTest, actor: Actor, group: GroupRef = plans) {
  const page = { before: Number.MAX_SAFE_INTEGER, limit: 100 };
  const { lines } = await board.groups.log(actor, group, page);
  return lines.map(({ act, by, user, number, detail }) =>
    [by ?? 'operator', act, user ?? number ?? '', detail].join(' ').trim(),
  );
}

/** Alice's group `plans`, of which bob and carol are members. All names but carol's are protected. */
async function world(open: OpenStorage, access: Access = 'open', side: Side = 'the owner') {
  const board = open();
  for (const name of ['alice', 'bob', 'dave']) {
    await board.administration.createUser(userName(name), 'hash');
  }
  const [alice, bob, carol, dave] = await Promise.all([
    login(board, 'alice'),
    login(board, 'bob'),
    login(board, 'carol'),
    login(board, 'dave'),
  ]);
  const wanted = { name: groupName('plans'), description: 'What to do', access };
  const { group } = await board.groups.create(alice, wanted, 'protected');
  for (const actor of [bob, carol]) {
    await board.groups.invite(alice, { id: group.id }, actor.user.name);
    await board.repository.join(actor, plans);
  }
  const acts = actsOf(board, side, alice);
  const by = side === 'the owner' ? 'alice' : 'operator';
  await announced(board);
  return { board, alice, bob, carol, dave, group, acts, by };
}

/** The groups that users make and look after, and what the operator does in them. */
export function groupsContract(open: OpenStorage): void {
  test('the maker of a group owns it, and it is in the log', async () => {
    const { board, alice, bob, group } = await world(open, 'invite');
    expect(await board.groups.show(bob, plans)).toMatchObject({
      ...{ group, description: 'What to do', access: 'invite', members: 3 },
      ...{ owner: 'alice', moderators: [], role: 'member', isMember: true, pins: [] },
    });
    expect((await logged(board, alice)).at(-1)).toBe('alice create');
    expect(await board.administration.group(plans)).toMatchObject({
      owner: 'alice',
      createdBy: alice.user.id,
    });
    expect(board.problems()).toEqual([]);
  });

  test('who may make a group is what the board says, and how many', async () => {
    const { board, alice, carol } = await world(open);
    const make = (
      actor: Actor,
      name: string,
      access: Access,
      creation: 'operator' | 'protected' | 'anyone',
    ) => board.groups.create(actor, { name: groupName(name), description: '', access }, creation);
    expect(await errorCodeOf(make(alice, 'a', 'open', 'operator'))).toBe('FORBIDDEN');
    expect(await errorCodeOf(make(carol, 'a', 'open', 'protected'))).toBe('NAME_UNPROTECTED');
    expect(await errorCodeOf(make(carol, 'a', 'secret', 'anyone'))).toBe('NAME_UNPROTECTED');
    expect(await errorCodeOf(make(alice, 'PLANS', 'open', 'protected'))).toBe('GROUP_EXISTS');
    await make(carol, 'unowned', 'open', 'anyone');
    expect((await board.groups.show(carol, groupNamed('unowned'))).owner).toBeNull();
    for (let n = 1; n < limits.groupsOwned; n++) await make(alice, `g${n}`, 'open', 'protected');
    expect(await errorCodeOf(make(alice, 'more', 'open', 'protected'))).toBe('GROUP_LIMIT');
  });

  test('an owner changes the name and the rules of a group, and a member cannot', async () => {
    const { board, alice, bob, group } = await world(open);
    const changes = { access: 'secret', posting: 'moderators', about: 'Rules' } as const;
    const edit = { name: groupName('deeds'), changes };
    expect(await errorCodeOf(board.groups.edit(bob, plans, edit))).toBe('FORBIDDEN');
    const renamed = { id: group.id, name: 'deeds' };
    expect(await board.groups.edit(alice, plans, edit)).toEqual({ group: renamed });
    const rules = { access: 'secret', posting: 'moderators', replying: 'members' };
    expect(await announced(board)).toMatchObject([
      { type: 'group.changed', group: renamed, was: 'plans', rules, by: 'alice' },
      { type: 'groups.changed' },
      { type: 'group.logged', line: { act: 'rename', detail: 'plans to deeds' } },
      {
        type: 'group.logged',
        line: { act: 'edit', detail: 'access: secret, posting: moderators, about' },
      },
    ]);
    expect(await board.groups.show(bob, groupNamed('deeds'))).toMatchObject({
      ...rules,
      about: 'Rules',
    });
    expect(await errorCodeOf(post(board, bob, 's', { group: { id: group.id } }))).toBe('FORBIDDEN');
  });

  test('a group that its owner deletes is gone at once, for everybody', async () => {
    const { board, alice, bob, group } = await world(open);
    await post(board, alice, 'one', { group: plans });
    await announced(board);
    expect(await errorCodeOf(board.groups.delete(bob, plans))).toBe('FORBIDDEN');
    await board.groups.delete(alice, plans);
    expect(await announced(board)).toMatchObject([
      { type: 'group.removed', group, by: 'alice' },
      { type: 'groups.changed' },
    ]);
    for (const ref of [plans, { id: group.id }]) {
      expect(await errorCodeOf(board.groups.show(bob, ref))).toBe('GROUP_NOT_FOUND');
      expect(await errorCodeOf(board.administration.group(ref))).toBe('GROUP_NOT_FOUND');
    }
    expect(board.problems()).toEqual([]);
  });

  test('a member reports a message once, and its moderators are told', async () => {
    const { board, alice, bob, carol } = await world(open);
    await post(board, bob, 'an insult', { group: plans });
    await announced(board);
    await board.groups.report(carol, plans, 1, 'rude');
    expect(await announced(board)).toMatchObject([
      { type: 'message.reported', number: 1, user: carol.user, moderators: [alice.user.id] },
    ]);
    await board.groups.report(carol, plans, 1, 'very rude');
    expect(await announced(board)).toEqual([]);
    const { reports } = await board.groups.reports(alice, plans);
    expect(reports).toMatchObject([{ number: 1, user: 'carol', reason: 'very rude' }]);
    expect(await errorCodeOf(board.groups.reports(bob, plans))).toBe('FORBIDDEN');
    expect(await errorCodeOf(board.groups.report(carol, plans, 9, 'x'))).toBe('MESSAGE_NOT_FOUND');
    expect(await board.administration.moderation.reports(undefined)).toMatchObject(reports);
  });

  test('a member sees the log since joining, and a moderator all of it', async () => {
    const { board, alice, bob, dave } = await world(open);
    await board.groups.bar(alice, plans, { user: 'carol', reason: 'spam' });
    await board.repository.join(dave, plans);
    await board.groups.setRole(alice, plans, 'bob', 'moderator');
    expect(await logged(board, dave)).toEqual(['alice role bob moderator']);
    expect(await logged(board, bob)).toContain('alice bar carol spam');
    const page = { before: Number.MAX_SAFE_INTEGER, limit: 1 };
    const newest = await board.groups.log(alice, plans, page);
    expect([newest.lines.length, newest.more]).toEqual([1, true]);
    const { lines } = await board.administration.moderation.log(plans, { limit: 100 });
    expect(lines.at(-1)?.act).toBe('role' satisfies LogAct);
  });

  describe('a full log', () => {
    /** Alice's group, in which bob, carol and dave are moderators, and a function for many acts of one of them. */
    async function staffed() {
      const { board, alice, bob, dave } = await world(open);
      await board.repository.join(dave, plans);
      const { number } = await post(board, alice, 'one', { group: plans });
      for (const name of ['bob', 'dave']) {
        await board.groups.setRole(alice, plans, name, 'moderator');
      }
      const act = async (actor: Actor, times: number) => {
        for (let nth = 0; nth < times; nth++) {
          await board.groups.closeThread(actor, plans, number, nth % 2 === 0);
        }
      };
      /** How many lines each author has. */
      const lines = async () => {
        const page = { before: Number.MAX_SAFE_INTEGER, limit: 2 * limits.logLines };
        const { lines: all } = await board.groups.log(alice, plans, page);
        const by = (name: string) => all.filter((line) => line.by === name).length;
        return { all: all.length, alice: by('alice'), bob: by('bob'), dave: by('dave') };
      };
      return { board, alice, bob, dave, act, lines };
    }
    const share = limits.logLines / limits.moderators;

    test('an author with many lines pushes out own lines, not those of the author with the most', async () => {
      const { board, alice, bob, act, lines } = await staffed();
      await act(bob, 100);
      await act(alice, limits.logLines - (await lines()).all);
      const before = await lines();
      expect(before).toMatchObject({ all: limits.logLines, bob: 100 });
      await act(bob, 500);
      expect(await lines()).toEqual(before);
      expect((await logged(board, alice))[0]).toMatch(/^bob reopen/);
      expect(board.problems()).toEqual([]);
    });

    test('moderators who act together push out as many lines of others as their shares', async () => {
      const { bob, dave, alice, act, lines } = await staffed();
      await act(alice, limits.logLines);
      const { alice: before } = await lines();
      for (let round = 0; round < 5; round++) {
        await act(bob, 2 * share);
        await act(dave, 2 * share);
      }
      expect(await lines()).toMatchObject({ bob: share, dave: share, alice: before - 2 * share });
    });

    test('others who act after a moderator has filled the log keep their shares', async () => {
      const { bob, dave, alice, act, lines } = await staffed();
      await act(bob, limits.logLines);
      await act(dave, 3 * share);
      await act(alice, 3 * share);
      await act(bob, 3 * share);
      const { all, ...kept } = await lines();
      expect(all).toBe(limits.logLines);
      expect(kept.dave).toBe(share);
      expect(kept.alice).toBeGreaterThanOrEqual(share);
    });
  });

  describe.each(sides)('by %s', (side) => {
    test('an invited user joins once, and an invitation that was taken back is none', async () => {
      const { board, acts, bob, dave, group } = await world(open, 'secret', side);
      expect(await acts.invite(plans, 'dave')).toEqual({ group, user: dave.user });
      expect(await announced(board)).toMatchObject([
        { type: 'group.invited', user: dave.user, group },
        { type: 'group.logged', line: { act: 'invite' } },
      ]);
      expect(await board.groups.received(dave)).toMatchObject([
        { name: 'plans', access: 'secret' },
      ]);
      expect(await acts.revoke(plans, 'dave')).toEqual({ group, revoked: 1 });
      expect(await acts.revoke(plans, 'dave')).toEqual({ group, revoked: 0 });
      expect(await errorCodeOf(board.repository.join(dave, plans))).toBe('GROUP_NOT_FOUND');
      await acts.invite(plans, 'dave');
      await board.repository.join(dave, plans);
      expect(await board.groups.received(dave)).toEqual([]);
      expect(await errorCodeOf(acts.invite(plans, 'dave'))).toBe('ALREADY_MEMBER');
      expect(await errorCodeOf(acts.invite(plans, 'nobody'))).toBe('USER_NOT_FOUND');
      await board.repository.leave(bob, plans);
      expect(await errorCodeOf(board.repository.join(bob, plans))).toBe('GROUP_NOT_FOUND');
      expect(board.problems()).toEqual([]);
    });

    test('a code lets in as many users as it says, until it is revoked', async () => {
      const { board, acts, bob, carol, dave, group } = await world(open, 'invite', side);
      for (const actor of [bob, carol]) await board.repository.leave(actor, plans);
      const code = 'c'.repeat(24);
      await acts.makeCode(plans, { code, uses: 2, until: null });
      expect(await errorCodeOf(board.repository.join(bob, plans))).toBe('INVITATION_NEEDED');
      expect(await errorCodeOf(board.repository.join(bob, plans, 'x'))).toBe('INVITATION_INVALID');
      await board.repository.join(bob, plans, code);
      await board.repository.join(carol, plans, code);
      expect(await errorCodeOf(board.repository.join(dave, plans, code))).toBe(
        'INVITATION_INVALID',
      );
      const other = 'd'.repeat(24);
      await acts.makeCode(plans, { code: other, uses: null, until: null });
      expect(await acts.revoke(plans, undefined)).toEqual({ group, revoked: 1 });
      expect(await errorCodeOf(board.repository.join(dave, plans, other))).toBe(
        'INVITATION_INVALID',
      );
      const past = acts.makeCode(plans, { code: 'e'.repeat(24), uses: 1, until: 1 });
      expect(await errorCodeOf(past)).toBe('INVALID_PARAMS');
    });

    test('a removed member may join again, and a barred one only after it was lifted', async () => {
      const { board, acts, alice, bob, group, by } = await world(open, 'open', side);
      expect(await acts.removeMember(plans, { user: 'bob', reason: '' })).toEqual({
        group,
        user: bob.user,
      });
      const ended = {
        type: 'membership.ended',
        group,
        user: bob.user,
        by: by === 'operator' ? null : by,
      };
      expect(await announced(board)).toMatchObject([
        { ...ended, act: 'remove', reason: '' },
        { type: 'group.logged', line: { act: 'remove', user: 'bob' } },
      ]);
      const again = acts.removeMember(plans, { user: 'bob', reason: '' });
      expect(await errorCodeOf(again)).toBe('NOT_MEMBER');
      await board.repository.join(bob, plans);
      await acts.bar(plans, { user: 'bob', reason: 'spam' });
      expect((await announced(board)).slice(1)).toMatchObject([
        { ...ended, act: 'bar', reason: 'spam' },
        { type: 'group.logged', line: { act: 'bar', user: 'bob', detail: 'spam' } },
      ]);
      expect(await errorCodeOf(board.repository.join(bob, plans))).toBe('BARRED');
      expect(await errorCodeOf(acts.invite(plans, 'bob'))).toBe('BARRED');
      expect((await board.administration.group(plans)).moderation.restrictions).toMatchObject([
        { user: 'bob', kind: 'barred', reason: 'spam' },
      ]);
      await acts.unbar(plans, { user: 'bob', reason: '' });
      await acts.unbar(plans, { user: 'bob', reason: '' });
      await board.repository.join(bob, plans);
      expect(await logged(board, alice)).toEqual([
        ...[`${by} unbar bob`, `${by} bar bob spam`, `${by} remove bob`],
        ...['alice invite carol', 'alice invite bob', 'alice create'],
      ]);
      expect(board.problems()).toEqual([]);
    });

    test('a silence holds after leaving and joining again, until it ends', async () => {
      const { board, acts, bob, group } = await world(open, 'open', side);
      const until = Date.now() * 1000 + hour;
      await acts.silence(plans, { user: 'bob', reason: 'calm', until });
      expect(await errorCodeOf(post(board, bob, 's', { group: plans }))).toBe('SILENCED');
      await board.repository.leave(bob, plans);
      await board.repository.join(bob, plans);
      expect((await board.groups.show(bob, plans)).silencedUntil).toBe(until);
      expect(await errorCodeOf(post(board, bob, 's', { group: plans }))).toBe('SILENCED');
      const past = { user: 'bob', reason: '', until: 1 };
      expect(await errorCodeOf(acts.silence(plans, past))).toBe('INVALID_PARAMS');
      expect(await acts.unsilence(plans, { user: 'bob', reason: '' })).toEqual({
        group,
        user: bob.user,
      });
      expect((await post(board, bob, 's', { group: plans })).number).toBe(1);
    });

    test('a role is given to protected members, and there is one owner', async () => {
      const { board, acts, alice, bob, group, by } = await world(open, 'open', side);
      expect(await acts.setRole(plans, 'bob', 'moderator')).toEqual({
        group,
        user: bob.user,
        role: 'moderator',
      });
      expect(await announced(board)).toMatchObject([
        { type: 'group.logged', line: { act: 'role', user: 'bob', detail: 'moderator' } },
      ]);
      expect(await errorCodeOf(acts.setRole(plans, 'carol', 'moderator'))).toBe('NAME_UNPROTECTED');
      expect(await errorCodeOf(acts.setRole(plans, 'dave', 'moderator'))).toBe('NOT_MEMBER');
      expect(await errorCodeOf(acts.setRole(plans, 'nobody', 'owner'))).toBe('USER_NOT_FOUND');
      await acts.setRole(plans, 'bob', 'owner');
      expect(await board.groups.show(bob, plans)).toMatchObject({
        owner: 'bob',
        moderators: ['alice'],
      });
      expect(await logged(board, alice)).toContain(`${by} role bob owner`);
      expect(board.problems()).toEqual([]);
    });

    test('in a closed thread moderators alone reply, until it is opened again', async () => {
      const { board, acts, alice, bob, group } = await world(open, 'open', side);
      await post(board, bob, 'a thread', { group: plans });
      const reply = (actor: Actor) =>
        new Board(board.repository).post(actor, 'plans', { content: 'c', replyTo: 1 });
      await announced(board);
      expect(await acts.closeThread(plans, 1, true)).toEqual({ group, thread: 1 });
      await acts.closeThread(plans, 1, true);
      expect(await announced(board)).toMatchObject([
        { type: 'group.logged', line: { act: 'close', number: 1 } },
      ]);
      expect(await errorCodeOf(reply(bob))).toBe('THREAD_CLOSED');
      await reply(alice);
      await acts.closeThread(plans, 2, false);
      expect((await reply(bob)).message.number).toBe(3);
      expect(await errorCodeOf(acts.closeThread(plans, 9, true))).toBe('MESSAGE_NOT_FOUND');
    });

    test('as many messages are pinned as the limit says, and a pin ends with its message', async () => {
      const { board, acts, alice, bob, group } = await world(open, 'open', side);
      for (let n = 0; n <= limits.pins; n++) await post(board, bob, `${n}`, { group: plans });
      for (let number = 1; number <= limits.pins; number++) {
        expect(await acts.pin(plans, number, true)).toEqual({ group });
      }
      const pinned = async () =>
        (await board.groups.show(alice, plans)).pins.map(({ number }) => number);
      expect(await errorCodeOf(acts.pin(plans, limits.pins + 1, true))).toBe('PINS_FULL');
      expect(await errorCodeOf(acts.pin(plans, 99, true))).toBe('MESSAGE_NOT_FOUND');
      await acts.pin(plans, 2, false);
      await board.administration.deleteMessages(plans, [1]);
      expect(await pinned()).toEqual([3, 4, 5]);
      await acts.pin(plans, limits.pins + 1, true);
      expect(await pinned()).toEqual([3, 4, 5, 6]);
      expect(board.problems()).toEqual([]);
    });

    test('closing the reports of a message closes all of them', async () => {
      const { board, acts, alice, bob, carol, group } = await world(open, 'open', side);
      await post(board, alice, 's', { group: plans });
      for (const actor of [bob, carol]) await board.groups.report(actor, plans, 1, 'rude');
      expect(await acts.closeReports(plans, 1)).toEqual({ group, closed: 2 });
      expect(await acts.closeReports(plans, 1)).toEqual({ group, closed: 0 });
      expect((await board.groups.reports(alice, plans)).reports).toEqual([]);
      await board.groups.report(bob, plans, 1, 'again');
      expect((await board.groups.reports(alice, plans)).reports).toMatchObject([
        { reason: 'again' },
      ]);
    });
  });
}

import type { Notify } from '../../../src/board/types.ts';
import { everyone } from '../../../src/protocol/mentions.ts';
import type { Access, Role } from '../../../src/protocol/rights.ts';
import type { Act, ActOnUser, GroupPlace, Mentioned, OnMessage, UserName } from './acts.ts';

// The seats: see `seats`.
const [alice, aliceTyping, bob, carolTyping, carol, dave] = [0, 1, 2, 3, 4, 5] as const;

const plans = 'plans';
const byNumber: GroupPlace = { made: 0, by: 'number' };
const bySecretName: GroupPlace = { made: 0, by: 'both' };

const create = (seat: number, access: Access, name: 'plans' | 'general' = plans): Act => {
  return { do: 'create', seat, name, access };
};
const join = (seat: number, group: GroupPlace = plans): Act => ({ do: 'join', seat, group });
const joinByCode = (seat: number, code = 0, group: GroupPlace = plans): Act => {
  return { do: 'joinByCode', seat, group, code };
};
const leave = (seat: number, group: GroupPlace = plans): Act => ({ do: 'leave', seat, group });
const invite = (seat: number, user: UserName, group: GroupPlace = plans): Act => {
  return { do: 'invite', seat, group, user };
};
const makeCode = (seat: number, uses = 1): Act => {
  return { do: 'makeCode', seat, group: byNumber, uses, hasEnd: false };
};
const post = (seat: number, posts = 1, place: GroupPlace = byNumber): Act => {
  return { do: 'post', seat, place, posts, mentioned: undefined };
};
const reply = (seat: number, number: number, mentioned?: Mentioned): Act => {
  return { do: 'reply', seat, place: byNumber, number, mentioned };
};
const edit = (seat: number, number: number, mentioned?: Mentioned): Act => {
  return { do: 'edit', seat, place: byNumber, number, mentioned };
};
const toAll = (seat: number, posts = 1): Act => {
  return { do: 'post', seat, place: byNumber, posts, mentioned: everyone };
};
const mute = (seat: number, notify: Notify): Act => {
  return { do: 'muteGroup', seat, place: byNumber, notify };
};
const asksForMentions = (seat: number): Act[] => [
  ...(['mentions', 'unread'] as const).map((what): Act => ({ do: what, seat })),
  ...['is:mention', 'is:unread'].map((word): Act => ({ do: 'search', seat, word })),
  ...([
    { do: 'threads', seat, place: byNumber },
    { do: 'next', seat, place: byNumber },
  ] as const),
];
const deletes = (seat: number, number: number, reason?: string): Act => {
  return { do: 'deleteOwn', seat, place: byNumber, number, reason };
};
const onUser = (
  seat: number,
  act: ActOnUser,
  user: UserName,
  reason = '',
  group: GroupPlace = byNumber,
): Act => {
  return { do: act, seat, group, user, reason };
};
const role = (seat: number, user: UserName, given: Role): Act => {
  return { do: 'setRole', seat, group: byNumber, user, role: given };
};
const on = (seat: number, act: OnMessage, number: number): Act => {
  return { do: act, seat, place: byNumber, number };
};
const report = (seat: number, number: number, reason = 'spam'): Act => {
  return { do: 'report', seat, place: byNumber, number, reason };
};
const log = (seat: number): Act => ({ do: 'log', seat, group: byNumber });
const about = (seat: number, group: GroupPlace = byNumber): Act => ({ do: 'about', seat, group });
const go = (seat: number, place: GroupPlace = plans): Act => {
  return { do: 'go', seat, place, number: undefined };
};
const say = (seat: number): Act => ({ do: 'say', seat, mentioned: undefined });

/** Bob owns a group, of which Alice is a moderator and Carol and Dave are members. All have their sessions. */
function bobsGroup(access: Access): Act[] {
  return [
    create(bob, access),
    ...(['alice', 'carol', 'dave'] as const).map((user) => invite(bob, user)),
    ...[join(alice), join(carol), join(dave), about(aliceTyping), about(carolTyping)],
    role(bob, 'alice', 'moderator'),
  ];
}

/** Everybody asks for the group in every way. */
const asked: Act[] = [alice, aliceTyping, bob, carolTyping, carol, dave].flatMap((seat): Act[] => [
  ...[about(seat, plans), about(seat), about(seat, bySecretName), log(seat)],
  ...[post(seat), { do: 'groups', seat } as const, { do: 'invited', seat } as const],
]);

/** What random histories of groups seldom do. */
export const writtenGroups: Readonly<Record<string, readonly Act[]>> = {
  'a secret group is left, and its members are removed': [
    ...[...bobsGroup('secret'), post(bob, 2), leave(carolTyping), ...asked],
    ...[onUser(aliceTyping, 'remove', 'dave', 'spam'), ...asked],
    ...[invite(alice, 'dave'), about(dave), about(dave, plans), post(dave)],
    ...[{ do: 'revoke', seat: dave, group: plans, user: 'dave' } as const, about(dave, plans)],
    ...[create(carol, 'open'), join(dave), post(dave, 1, plans), about(alice, plans)],
    ...[invite(bob, 'dave', byNumber), about(dave, plans), join(dave, byNumber), leave(dave)],
    ...[join(dave, byNumber), ...asked],
  ],
  'codes are used, used up and revoked': [
    ...[create(bob, 'secret'), makeCode(bob), joinByCode(alice), joinByCode(carol)],
    ...[makeCode(bob, 2), onUser(bob, 'bar', 'carol'), joinByCode(carol), joinByCode(dave)],
    ...[onUser(bob, 'unbar', 'carol'), joinByCode(carol), role(bob, 'alice', 'moderator')],
    ...[makeCode(alice), leave(dave), onUser(bob, 'remove', 'alice'), joinByCode(dave)],
    ...[makeCode(bob), { do: 'revokeCodes', seat: bob, group: plans } as const, joinByCode(dave)],
    { do: 'setGroup', seat: bob, group: plans, change: { field: 'access', value: 'invite' } },
    ...[joinByCode(dave), join(dave), joinByCode(dave, 2)],
  ],
  'a barred user has a code of a secret group, and another group has its name': [
    ...[create(bob, 'secret'), makeCode(bob, 2), joinByCode(carol), create(alice, 'open')],
    ...[onUser(bob, 'bar', 'carol'), joinByCode(carol, 0, byNumber), joinByCode(carol)],
    ...[post(carol, 1, plans), post(alice, 1, plans), joinByCode(dave), leave(dave)],
    {
      ...{ do: 'setGroup', seat: alice, group: plans },
      change: { field: 'access', value: 'invite' },
    } as const,
    ...[leave(carol), joinByCode(carol), join(carol), joinByCode(dave)],
  ],
  'a barred user tries to come back': [
    ...[...bobsGroup('invite'), onUser(aliceTyping, 'bar', 'carol', 'spam'), join(carol)],
    ...[makeCode(bob, 2), joinByCode(carolTyping), invite(bob, 'carol'), about(carol), post(carol)],
    { do: 'setGroup', seat: bob, group: plans, change: { field: 'access', value: 'open' } },
    ...[join(carol), onUser(alice, 'unbar', 'carol'), onUser(alice, 'unbar', 'carol'), join(carol)],
    ...[
      onUser(alice, 'bar', 'bob'),
      onUser(alice, 'remove', 'bob'),
      onUser(alice, 'silence', 'bob'),
    ],
    ...[role(alice, 'bob', 'member'), onUser(alice, 'bar', 'alice'), log(carol), log(alice)],
  ],
  'a silenced member writes nothing': [
    ...[...bobsGroup('open'), post(carol, 2), post(bob), onUser(bob, 'silence', 'carol', 'calm')],
    ...[post(carol), reply(carol, 3), edit(carol, 1), edit(carol, 3), deletes(carol, 1, 'sorry')],
    ...[
      deletes(carol, 1),
      report(carol, 3),
      leave(carol),
      join(carol),
      post(carol),
      go(carolTyping),
    ],
    ...[say(carolTyping), about(carolTyping), onUser(alice, 'unsilence', 'carol'), post(carol)],
    ...[onUser(bob, 'silence', 'alice'), post(alice), onUser(alice, 'unsilence', 'alice')],
    ...[deletes(alice, 3), deletes(alice, 2, 'spam'), onUser(alice, 'remove', 'dave', 'spam')],
  ],
  'moderators mention all members, and others nobody': [
    ...[...bobsGroup('secret'), mute(carol, 'mentions'), mute(dave, 'none')],
    ...[toAll(bob, 2), toAll(carol), post(alice), reply(aliceTyping, 1, everyone)],
    ...[reply(bob, 1, 'carol'), ...asksForMentions(carol), ...asksForMentions(carolTyping)],
    ...[edit(bob, 2), edit(carol, 3, everyone), edit(alice, 4, everyone)],
    ...[{ do: 'muteUser', seat: carol, other: 0 } as const, ...asksForMentions(carolTyping)],
    ...[role(bob, 'alice', 'member'), edit(alice, 4, everyone), toAll(alice)],
    ...[leave(dave), invite(bob, 'dave', byNumber), join(dave, byNumber), mute(dave, 'mentions')],
    ...[toAll(bob), ...asksForMentions(dave), deletes(bob, 8), { do: 'copy' } as const],
    ...[...asksForMentions(dave), ...asksForMentions(alice), ...asksForMentions(carol)],
    ...[{ do: 'unprotect', user: 'bob' } as const, toAll(bob), ...asksForMentions(dave)],
  ],
  'threads are closed, and only moderators write': [
    ...[...bobsGroup('open'), post(carol, 3), on(alice, 'closeThread', 1), reply(carol, 1)],
    ...[reply(aliceTyping, 1), reply(carol, 4), on(alice, 'closeThread', 4), reply(dave, 2)],
    ...[join(carol, 'general'), on(carol, 'reopenThread', 1), on(bob, 'reopenThread', 4)],
    ...[reply(carol, 1), log(carol)],
    { do: 'setGroup', seat: bob, group: plans, change: { field: 'posting', value: 'moderators' } },
    ...[
      post(carol),
      reply(carol, 2),
      post(alice),
      edit(carol, 3),
      go(carolTyping),
      say(carolTyping),
    ],
    { do: 'setGroup', seat: bob, group: plans, change: { field: 'replying', value: 'moderators' } },
    ...[reply(carol, 2), reply(carol, 99), reply(bob, 2), { do: 'copy' } as const, reply(carol, 2)],
  ],
  'the first message of a closed thread is purged, and the others are deleted': [
    ...[...bobsGroup('open'), post(bob, 3), leave(dave), reply(bob, 1), post(bob), join(dave)],
    ...[on(alice, 'closeThread', 1), log(dave), { do: 'purge', group: 5, keep: 3 } as const],
    ...[reply(carol, 5), on(bob, 'closeThread', 3), { do: 'copy' } as const, reply(carol, 5)],
    ...[{ do: 'delete', group: 5, newest: [2] } as const, reply(carol, 5), log(dave), log(alice)],
    ...[{ do: 'copy' } as const, on(alice, 'reopenThread', 1), on(alice, 'reopenThread', 3)],
    { do: 'purge', group: 5, keep: 0 },
  ],
  'messages from before a join are pinned, reported, closed and deleted': [
    ...[create(bob, 'open'), join(alice), post(bob, 3), post(bob, 3), report(alice, 1)],
    ...[on(bob, 'pin', 1), on(bob, 'pin', 2), on(bob, 'pin', 6), join(carol), join(dave)],
    ...[about(carolTyping), go(carolTyping), role(bob, 'carol', 'moderator')],
    ...[report(alice, 2), report(alice, 6), report(alice, 6, 'an insult'), report(dave, 6)],
    ...[{ do: 'reports', seat: carol, group: plans } as const, on(carol, 'closeReports', 1)],
    ...[on(carol, 'unpin', 1), on(carol, 'pin', 3), on(bob, 'pin', 3), on(bob, 'pin', 4)],
    ...[on(bob, 'pin', 5), on(bob, 'unpin', 2), on(carol, 'closeThread', 2)],
    ...[on(bob, 'closeThread', 2), deletes(bob, 2), deletes(carol, 3), deletes(carol, 6, 'spam')],
    ...[deletes(alice, 5), log(carol), log(dave), log(alice)],
    ...[{ do: 'exit', seat: carol } as const, report(alice, 5), about(carol)],
    ...[on(carol, 'closeReports', 5), report(alice, 5), on(carol, 'pin', 5)],
  ],
  'the owner steps down, leaves, is banned, unprotected and deleted': [
    ...[...bobsGroup('open'), role(bob, 'dave', 'moderator'), role(bob, 'carol', 'moderator')],
    ...[role(bob, 'bob', 'member'), role(alice, 'bob', 'moderator'), leave(alice), join(alice)],
    ...[post(alice), onUser(alice, 'remove', 'bob'), role(carol, 'alice', 'moderator')],
    ...[{ do: 'ban', user: 'carol' } as const, role(bob, 'carol', 'moderator'), about(carol)],
    ...[{ do: 'unprotect', user: 'bob' } as const, onUser(bob, 'remove', 'dave')],
    ...[
      role(alice, 'carol', 'owner'),
      onUser(alice, 'bar', 'carol'),
      role(carol, 'alice', 'owner'),
    ],
    ...[{ do: 'copy' } as const, makeCode(alice), invite(alice, 'dave')],
    ...[{ do: 'deleteUser', user: 'alice', messages: 'keep' } as const, about(carol), log(carol)],
    ...[{ do: 'protect', seat: dave } as const, role(carol, 'dave', 'owner')],
    ...[{ do: 'unprotect', user: 'dave' } as const, role(dave, 'carol', 'member'), about(carol)],
  ],
  'several groups have one name': [
    ...[
      join(alice, 'general'),
      create(alice, 'secret', 'general'),
      create(bob, 'secret', 'general'),
    ],
    ...[invite(bob, 'carol', 'general'), about(carol, 'general'), join(carolTyping, 'general')],
    ...[post(carol, 2, 'general'), post(bob, 1, 'general'), post(alice, 1, 'general')],
    ...[go(carolTyping, 'general'), say(carolTyping), join(carol, { made: 0, by: 'both' })],
    ...[create(dave, 'open'), create(carol, 'invite'), invite(carol, 'bob'), join(bob)],
    { do: 'setGroup', seat: bob, group: 'general', change: { field: 'name', value: 'plans' } },
    ...[post(bob, 1, plans), about(carol, plans), post(carol, 1, plans), say(carolTyping)],
    { do: 'setGroup', seat: bob, group: byNumber, change: { field: 'access', value: 'open' } },
    ...[leave(carol, byNumber), post(carol, 1, plans), { do: 'copy' } as const, ...asked],
  ],
  'the operator looks after groups': [
    ...[...bobsGroup('secret'), join(bob, 'news'), join(dave, 'news'), post(bob, 2)],
    { do: 'operatorRole', group: 2, user: 'bob', role: 'moderator' },
    { do: 'operatorRole', group: 2, user: 'dave', role: 'moderator' },
    ...[post(dave, 1, 'news'), post(bob, 1, 'news')],
    { do: 'operatorRole', group: 5, user: 'alice', role: 'owner' },
    { do: 'operatorOnUser', group: 5, act: 'bar', user: 'alice', reason: 'spam' },
    { do: 'operatorOnUser', group: 5, act: 'silence', user: 'bob', reason: '' },
    ...[join(alice), post(bob), report(carol, 1)],
    { do: 'operatorOnMessage', group: 5, act: 'closeReports', newest: 2 },
    { do: 'operatorOnMessage', group: 5, act: 'pin', newest: 1 },
    { do: 'operatorOnMessage', group: 5, act: 'closeThread', newest: 1 },
    { do: 'operatorInvite', group: 5, user: 'alice' },
    { do: 'operatorOnUser', group: 5, act: 'unbar', user: 'alice', reason: '' },
    { do: 'operatorInvite', group: 5, user: 'alice' },
    { do: 'operatorCode', group: 5, uses: 2 },
    ...[leave(carol), joinByCode(carol), join(alice), reply(carol, 2), go(carolTyping)],
    { do: 'operatorSet', group: 5, change: { field: 'access', value: 'open' } },
    ...[log(carol), log(bob), { do: 'deleteGroup', seat: bob, group: plans } as const, ...asked],
  ],
};

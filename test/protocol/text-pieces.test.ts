import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import type { Membership, Result } from '../../src/protocol/schemas.ts';
import { renderWelcome } from '../../src/protocol/text/render.ts';
import { type Answers, type } from './shell.ts';

// The longest answers that the limits allow, for a user who is in as many groups as a user can be in.

const wide = '字';
const time = '2026-11-22T19:36:12.345678Z';
const upTo = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n + 1));
const groupName = (n: number) => String(n).padStart(limits.groupName, wide);
const userName = (n: number) => String(n).padStart(limits.userName, wide);

const unread = { unread: limits.unread, mentions: limits.unread, lastRead: 0, ranges: [] };
const rules = { access: 'secret', posting: 'moderators', replying: 'members' } as const;
const membership = (n: number): Membership => ({
  ...{ id: n, group: groupName(n), ...unread, lastNumber: 9999, change: 0, notify: 'none' },
  ...{ ...rules, role: 'moderator' },
});
const groups = upTo(limits.groupsJoined, (n) => {
  const { group: name, ...rest } = membership(n);
  const description = wide.repeat(limits.description);
  return { ...rest, name, description, members: 9999, messages: 9999, joined: true, invited: true };
});
const users = (count: number) => upTo(count, (n) => ({ user: userName(n), userId: n }));
const inGroup = (n: number) => ({ group: groupName(n), groupId: n });
const header = (number: number) => ({
  ...{ number, senderId: 1, sender: userName(1), postedAt: time, thread: number },
  subject: wide.repeat(limits.subject),
});
const found = upTo(limits.searchDefault, (n) => ({ ...header(n), ...inGroup(n) }));
const mostMessage = { ...header(1), content: 'x'.repeat(limits.content) };
const members = upTo(limits.membersDefault, (n) => ({ name: userName(n), online: true }));

const answers: Answers = {
  'group.list': { groups },
  'direct.list': { conversations: upTo(limits.directsDefault, membership) },
  'user.blocked': { users: users(limits.blocks) },
  'mute.list': {
    groups: upTo(limits.groupsJoined, (n) => ({ ...inGroup(n), notify: 'mentions' })),
    threads: upTo(limits.mutedThreads, (n) => ({ ...inGroup(n), thread: n })),
    users: users(limits.mutedUsers),
  },
  'mention.list': { messages: found, more: true, next: time },
  'message.search': { messages: found, more: true, next: time },
  'message.next': { ...inGroup(1), message: mostMessage },
  'message.markRead': { lastRead: 1, ranges: [] },
  'group.markRead': { ...inGroup(1), lastRead: 1, was: { lastRead: 0, ranges: [] } },
  'message.list': { ...inGroup(1), messages: upTo(limits.listMost, header), more: false },
  'group.members': { group: groupName(1), members, total: 9999 },
  'group.show': {
    ...{ ...inGroup(1), description: '', about: wide.repeat(limits.about / 3), ...rules },
    ...{ members: 1, joined: true, role: 'moderator', invited: false, owner: userName(1) },
    moderators: upTo(limits.moderators, userName),
    pins: upTo(limits.pins, header),
  },
  'invitation.list': {
    received: upTo(limits.invitationsReceived, (n) => ({
      ...{ ...inGroup(n), by: userName(n), access: 'secret' },
      description: wide.repeat(limits.description),
    })),
    invitations: upTo(limits.invitations, (n) => ({
      ...{ id: n, user: userName(n), by: userName(n), until: time, createdAt: time },
    })),
  },
  'report.list': {
    ...inGroup(1),
    reports: upTo(limits.reportsListed, (n) => ({
      ...{ id: n, number: n, user: userName(n), createdAt: time },
      reason: wide.repeat(limits.reason),
    })),
  },
  'group.log': {
    ...inGroup(1),
    more: true,
    // `%log` asks for so many.
    lines: upTo(20, (n) => ({
      ...{ id: n, at: time, act: 'silence' as const, by: userName(n), user: userName(n) },
      ...{ until: time, detail: wide.repeat(limits.reason) },
    })),
  },
  'account.keys': {
    keys: upTo(limits.sshKeys, (n) => ({
      ...{ fingerprint: `SHA256:${String(n).padStart(43, 'A')}`, type: 'ssh-ed25519' },
      ...{ comment: wide.repeat(100), addedAt: time, lastUsedAt: null, confirmed: false },
    })),
  },
};

// Other users wait while a piece is made, and a peer that does not read has one piece waiting.
const mostBytes = 64 * 1024;

test.each([
  '%groups',
  '%unread',
  '%whoami',
  '%next',
  '%catchup all',
  '%tell',
  '%block',
  '%mute',
  '%mentions',
  '%search x',
  '%list 1000',
  '%users',
  '%about main',
  '%invitations',
  '%invitations main',
  '%reports main',
  '%log main',
  '%pins',
  '%key',
])('%s prints at most 64 KiB at a time, whatever the board answers', async (line) => {
  const { pieces, lines } = await type(line, answers);
  expect(lines.join('')).not.toContain('[ERROR]');
  expect(Math.max(...pieces.map((piece) => Buffer.byteLength(piece)))).toBeLessThan(mostBytes);
});

test('a login prints at most 64 KiB, and says where the rest of the unread groups is shown', () => {
  const session: Result<'session.login'> = {
    ...{ user: userName(1), userId: 1, token: '', readOnly: true },
    memberships: upTo(limits.groupsJoined, membership),
    invitations: upTo(limits.invitationsReceived, inGroup),
    reports: upTo(20, (n) => ({ ...inGroup(n), open: limits.reportsListed })),
  };
  const welcome = renderWelcome(session);
  expect(Buffer.byteLength(welcome)).toBeLessThan(mostBytes);
  expect(welcome).toContain('[INFO] And in 950 more groups: type %unread.\n');
});

test('a command that names groups names the first fifty, and says which command shows all', async () => {
  const { lines } = await type('%whoami', answers);
  expect(lines[0]).toMatch(/ and 950 more \(%groups shows all\)\.$/);
  const { lines: after } = await type('%next', answers);
  expect(after.at(-1)).toMatch(/ and 1050 more \(%unread shows all\)\.$/);
});

test('the columns of a long table of groups are aligned from the first row to the last', async () => {
  const { lines } = await type('%groups', {
    'group.list': { groups: groups.map((group, n) => ({ ...group, name: `g${10 ** (n % 9)}` })) },
  });
  expect(lines).toHaveLength(limits.groupsJoined + 2);
  const bars = lines
    .slice(1, -1)
    .map((row) => [...row].findIndex((each, at) => at > 6 && each === '|'));
  expect(new Set(bars).size).toBe(1);
});

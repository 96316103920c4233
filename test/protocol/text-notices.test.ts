import { describe, expect, test } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import type { Notice } from '../../src/protocol/schemas.ts';
import { renderError, renderWelcome } from '../../src/protocol/text/render.ts';
import { renderNotice } from '../../src/protocol/text/render-notices.ts';
import { asMember, openRules } from './shell.ts';

const main = { group: 'main', groupId: 1 };
const message = {
  number: 7,
  senderId: 1,
  sender: 'alice',
  postedAt: '2026-11-22T19:36:12.345678Z',
  subject: 'he\nllo\u001b[2J',
  thread: 7,
};
const names = Array.from({ length: 12 }, (_, index) => `user${index}`);

describe('a notice is one line', () => {
  test.each<[string, Notice, string | null]>([
    [
      'of a message',
      { method: 'message.posted', params: { ...main, message } },
      '[GROUP:main] [NOTIFY] New message from alice (ID: 7, Date: 2026-11-22T19:36:12Z, Subject: he llo␛[2J)',
    ],
    [
      'of a reply, with the number of the message that it replies to',
      {
        method: 'message.posted',
        params: { ...main, message: { ...message, subject: 'Re: hi', thread: 3, replyTo: 5 } },
      },
      '[GROUP:main] [NOTIFY] New message from alice (ID: 7, Date: 2026-11-22T19:36:12Z, Subject: Re: hi) | Reply to: 5',
    ],
    [
      'of one who joined',
      {
        method: 'member.joined',
        params: { ...main, user: 'alice', userId: 1, lastNumber: 0, change: 0 },
      },
      '[GROUP:main] [NOTIFY] User alice joined the group.',
    ],
    [
      'of one who left',
      { method: 'member.left', params: { ...main, user: 'alice', userId: 1 } },
      '[GROUP:main] [NOTIFY] User alice left the group.',
    ],
    [
      'of those who came',
      { method: 'presence.changed', params: { ...main, online: ['a', 'b'], offline: [] } },
      '[GROUP:main] [NOTIFY] Online: a, b.',
    ],
    [
      'of those who went',
      { method: 'presence.changed', params: { ...main, online: [], offline: ['a'] } },
      '[GROUP:main] [NOTIFY] Offline: a.',
    ],
    [
      'of those who came and went',
      { method: 'presence.changed', params: { ...main, online: ['a'], offline: ['b'] } },
      '[GROUP:main] [NOTIFY] Online: a. Offline: b.',
    ],
    [
      'of a storm of them, cut short',
      {
        method: 'presence.changed',
        params: { ...main, online: names, offline: names.slice(0, 10) },
      },
      `[GROUP:main] [NOTIFY] Online: ${names.slice(0, 10).join(', ')} and 2 more. Offline: ${names.slice(0, 10).join(', ')}.`,
    ],
    [
      'of a storm that the board has counted',
      {
        method: 'presence.changed',
        params: { ...main, online: names, offline: [], moreOnline: 1350, moreOffline: 2 },
      },
      `[GROUP:main] [NOTIFY] Online: ${names.slice(0, 10).join(', ')} and 1352 more. Offline: 2 more.`,
    ],
    [
      'of a new name',
      {
        method: 'group.changed',
        params: { group: 'new', groupId: 2, was: 'old', description: 'd', ...openRules },
      },
      '[GROUP:old] [NOTIFY] The group is now called new.',
    ],
    [
      'of a new description',
      {
        method: 'group.changed',
        params: { ...main, was: 'main', description: 'a\tb', ...openRules },
      },
      '[GROUP:main] [NOTIFY] The description is now: a b',
    ],
    [
      'of a group that went',
      { method: 'group.removed', params: main },
      '[GROUP:main] [NOTIFY] The group was removed by the operator.',
    ],
    [
      'of a message that went',
      { method: 'messages.purged', params: { ...main, count: 1, first: 3, last: 3 } },
      '[GROUP:main] [NOTIFY] Message 3 was removed by the operator.',
    ],
    [
      'of several that went',
      { method: 'messages.purged', params: { ...main, count: 5, first: 3, last: 9 } },
      '[GROUP:main] [NOTIFY] 5 messages between 3 and 9 were removed by the operator.',
    ],
    [
      'of what was read elsewhere, which text has no words for',
      { method: 'marks.changed', params: { ...main, lastRead: 7, ranges: [] } },
      null,
    ],
    [
      'of the end',
      { method: 'session.closing', params: { reason: 'The server is\nshutting down.' } },
      '[INFO] The server is shutting down. Goodbye.',
    ],
  ])('%s', (_, notice, line) => {
    expect(renderNotice(notice)).toBe(line && `${line}\n`);
  });
});

describe('an error is one line', () => {
  test.each([
    [boardError('NAME_IN_USE'), 'Username already in use. Please choose another.'],
    [boardError('STORAGE_FAILED'), boardError('STORAGE_FAILED').message],
    [
      boardError('ALREADY_MEMBER', 'main'),
      'You are a member of main already. Type %grouplist <group> to see its messages, or %list for main.',
    ],
    [
      boardError('GROUP_NOT_FOUND', 'a\nb\u001b'),
      'There is no group a b␛. Type %groups to see the groups.',
    ],
  ])('%s', (error, line) => {
    expect(renderError(error)).toBe(`[ERROR] ${line}\n`);
  });
});

describe('a welcome', () => {
  test('shows a new user how to begin', () => {
    expect(renderWelcome({ user: 'alice', userId: 1, token: '', memberships: [] })).toBe(
      '[INFO] Welcome alice\n' +
        '[INFO] Type %groups to see the groups, %join to join main, %help for every command.\n',
    );
  });

  test('shows a returning member the unread counts', () => {
    const rest = { lastRead: 0, ranges: [], lastNumber: 9, change: 0, ...asMember };
    const memberships = [
      { id: 1, group: 'main', unread: 3, mentions: 1, notify: 'all' as const, ...rest },
      { id: 3, group: 'news', unread: 0, mentions: 0, notify: 'all' as const, ...rest },
    ];
    expect(renderWelcome({ user: 'alice', userId: 1, token: '', memberships })).toBe(
      '[INFO] Welcome alice\n' +
        '[INFO] main: 3 unread, 1 mentions you\n' +
        '[INFO] Type %next to read the oldest of them, %help for every command.\n',
    );
  });
});

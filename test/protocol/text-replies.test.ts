import { describe, expect, test } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import { limits } from '../../src/protocol/limits.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { asMember, group, headers, openRules, shown, type } from './shell.ts';

const rule = '-'.repeat(40);
const date = '2026-11-22T19:36:12Z';

test('%groups is a table of all groups', async () => {
  const { lines } = await type('%groups', {
    'group.list': {
      groups: [
        group('main', { id: 1, description: 'Public', members: 12, messages: 1, joined: true }),
        group('announcements', { id: 10, description: 'a\nb', members: 1, messages: 3 }),
        group('news', { id: 3, joined: true, unread: 5 }),
      ],
    },
  });
  expect(lines).toEqual([
    '--- Groups ---',
    '1  | main          | Public | 12 members | 1 message  | joined, 0 unread',
    '10 | announcements | a b    | 1 member   | 3 messages | not joined',
    '3  | news          |        | 0 members  | 0 messages | joined, 5 unread',
    rule,
  ]);
});

test('%groups of a board without groups is an empty table', async () => {
  expect((await type('%groups', { 'group.list': { groups: [] } })).lines).toEqual([
    '--- Groups ---',
    rule,
  ]);
});

test('%join shows the members and the visible messages', async () => {
  const members = [
    { name: 'alice', online: true },
    { name: 'bob', online: false },
  ];
  const { lines } = await type('%groupjoin NEWS', {
    'group.join': {
      id: 3,
      group: 'news',
      members,
      total: 2,
      messages: headers(6, 7),
      ...openRules,
      change: 0,
    },
  });
  expect(lines).toEqual([
    '[SUCCESS] You joined news.',
    '[INFO] Members of news (2): alice (online), bob',
    '--- Group: news History ---',
    `ID: 6 | Sender: bob | Date: ${date} | Subject: about 6`,
    `ID: 7 | Sender: bob | Date: ${date} | Subject: about 7`,
    rule,
  ]);
});

test('%join of an empty group says that there are no messages', async () => {
  const { lines } = await type('%join', {
    'group.join': {
      id: 1,
      group: 'main',
      members: [{ name: 'alice', online: true }],
      total: 1,
      messages: [],
      ...openRules,
      change: 0,
    },
  });
  expect(lines.slice(2)).toEqual(['--- Group: main History ---', '(no messages)', rule]);
});

test('%post prints the number and the subject, and %leave the group', async () => {
  const [header] = headers(7);
  if (!header) throw new Error('no header');
  const posted = await type('%post s c', {
    'message.post': { ...header, group: 'main', groupId: 1 },
  });
  expect(posted.lines).toEqual(['[SUCCESS] Message 7 posted in main. Subject: about 7']);
  const left = await type('%groupleave NEWS', { 'group.leave': { group: 'news', groupId: 2 } });
  expect(left.lines).toEqual(['[SUCCESS] You left news.']);
});

test('%users shows which members are online', async () => {
  const members = [
    { name: 'alice', online: true },
    { name: 'bob', online: false },
  ];
  const page = { group: 'main', members, total: 2 };
  const { lines } = await type('%users', {
    'group.members': page,
    'group.show': shown({ owner: 'bob' }),
  });
  expect(lines).toEqual(['[INFO] Members of main (2): alice (online), bob (owner)']);
});

describe('%message', () => {
  const found = {
    number: 7,
    senderId: 2,
    sender: 'bob',
    postedAt: '2026-11-22T19:36:12.345678Z',
    subject: 'he\nllo\u001b',
    content: 'two\nlines \u001b[2J',
    group: 'main',
    groupId: 1,
    thread: 7,
    revision: 0,
  };

  test('shows the cleaned message in a frame, and marks it as read', async () => {
    const { lines, calls } = await type('%message 7', {
      'message.get': found,
      'message.markRead': { lastRead: 7, ranges: [] },
    });
    expect(lines).toEqual([
      '--- Message ID: 7 (Group: main) ---',
      'Sender: bob',
      `Date: ${date}`,
      'Subject: he llo␛',
      rule,
      'two',
      'lines ␛[2J',
      rule,
    ]);
    expect(calls).toEqual([
      ['message.get', { group: 'main', number: 7 }],
      ['message.markRead', { group: 1, ranges: [[7, 7]] }],
    ]);
  });

  test('of a message that does not exist prints an error and marks nothing as read', async () => {
    const { lines, calls } = await type('%message 9', {
      'message.get': boardError('MESSAGE_NOT_FOUND', 'main', 9),
    });
    expect(lines).toEqual([
      '[ERROR] There is no message 9 for you in main. Type %list or %grouplist to see which there are.',
    ]);
    expect(calls).toHaveLength(1);
  });
});

describe('%list', () => {
  test('shows the messages oldest first, and marks none as read', async () => {
    const { lines, calls } = await type('%list', {
      'message.list': { group: 'main', groupId: 1, messages: headers(6, 7), more: false },
    });
    expect(lines).toEqual([
      '--- Group: main History ---',
      `ID: 6 | Sender: bob | Date: ${date} | Subject: about 6`,
      `ID: 7 | Sender: bob | Date: ${date} | Subject: about 7`,
      rule,
    ]);
    expect(calls).toHaveLength(1);
  });

  test('of a group without messages says so', async () => {
    const { lines, calls } = await type('%list', {
      'message.list': { group: 'main', groupId: 1, messages: [], more: false },
    });
    expect(lines).toEqual(['--- Group: main History ---', '(no messages)', rule]);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['%list 2', '%list 2 before 8, or %list all'],
    ['%grouplist main 2', '%list 2 before 8, or %list all'],
  ])('says how many older messages were left out and how to see them: %s', async (line, how) => {
    const { lines, calls } = await type(line, {
      'message.list': [
        { group: 'main', groupId: 1, messages: headers(8, 9), more: true },
        { group: 'main', groupId: 1, messages: headers(3), more: true },
      ],
    });
    expect(lines.at(-1)).toBe(`[INFO] Up to 5 older messages (from ID 3): type ${how}.`);
    expect(calls[1]).toEqual(['message.list', { group: 'main', after: 0, limit: 1 }]);
    expect(calls).toHaveLength(2);
  });

  test('of another group names the group in the command for older messages', async () => {
    const { lines } = await type('%grouplist NEWS 1 before 10', {
      'message.list': [
        { group: 'news', groupId: 2, messages: headers(9), more: true },
        { group: 'news', groupId: 2, messages: headers(8), more: true },
      ],
    });
    expect(lines.at(-1)).toBe(
      '[INFO] Up to 1 older message (from ID 8): type %grouplist news 1 before 9, or %grouplist news all.',
    );
  });

  test('all prints page after page in one frame', async () => {
    const { lines, pieces, calls } = await type('%list all', {
      'message.list': [
        { group: 'main', groupId: 1, messages: headers(1, 2), more: true },
        { group: 'main', groupId: 1, messages: headers(4), more: true },
        { group: 'main', groupId: 1, messages: headers(5), more: false },
      ],
    });
    expect(lines).toEqual([
      '--- Group: main History ---',
      ...[1, 2, 4, 5].map((n) => `ID: ${n} | Sender: bob | Date: ${date} | Subject: about ${n}`),
      rule,
    ]);
    expect(pieces.filter((piece) => piece.startsWith('ID'))).toHaveLength(3);
    expect(calls).toEqual([
      ['message.list', { group: 'main', after: 0, limit: 20 }],
      ['message.list', { group: 'main', after: 2, limit: 20 }],
      ['message.list', { group: 'main', after: 4, limit: 20 }],
    ]);
  });

  test('all of a group without messages says so', async () => {
    const { lines, calls } = await type('%list all', {
      'message.list': { group: 'main', groupId: 1, messages: [], more: false },
    });
    expect(lines).toEqual(['--- Group: main History ---', '(no messages)', rule]);
    expect(calls).toHaveLength(1);
  });

  test('of a group without membership prints only the error', async () => {
    const refusal = boardError('NOT_MEMBER', 'main');
    for (const line of ['%list', '%list all']) {
      const { lines } = await type(line, { 'message.list': refusal });
      expect(lines).toEqual([
        '[ERROR] You are not a member of main. Join it first: %groupjoin <group>, or %join for main.',
      ]);
    }
  });
});

const direct = {
  conversations: [
    {
      id: 9,
      group: '@dave',
      unread: 2,
      mentions: 0,
      notify: 'all' as const,
      lastRead: 0,
      ranges: [],
      lastNumber: 2,
      change: 0,
      ...asMember,
    },
    {
      id: 10,
      group: '@erin',
      unread: 0,
      mentions: 0,
      notify: 'all' as const,
      lastRead: 2,
      ranges: [],
      lastNumber: 2,
      change: 0,
      ...asMember,
    },
  ],
};

test('%unread shows the groups and direct conversations with unread messages', async () => {
  const groups = [
    group('main', { joined: true, unread: 3 }),
    group('news', { joined: true }),
    group('help', { joined: true, unread: 1 }),
  ];
  const some = await type('%unread', { 'group.list': { groups }, 'direct.list': direct });
  expect(some.lines).toEqual([
    '[INFO] main: 3 unread',
    '[INFO] help: 1 unread',
    '[INFO] @dave: 2 unread',
  ]);
  const none = await type('%unread', {
    'group.list': { groups: [group('main')] },
    'direct.list': { conversations: [] },
  });
  expect(none.lines).toEqual(['[INFO] Nothing unread.']);
});

test('an unread count at its limit is printed with a plus sign', async () => {
  const groups = [
    group('main', { joined: true, unread: limits.unread - 1 }),
    group('news', { joined: true, unread: limits.unread }),
  ];
  const { lines } = await type('%unread', { 'group.list': { groups }, 'direct.list': direct });
  expect(lines).toEqual([
    '[INFO] main: 999 unread',
    '[INFO] news: 1000+ unread',
    '[INFO] @dave: 2 unread',
  ]);
});

test('%whoami prints the name and the groups', async () => {
  const groups = [group('main', { joined: true }), group('news'), group('x', { joined: true })];
  const some = await type('%whoami', { 'group.list': { groups } });
  expect(some.lines).toEqual(['[INFO] You are alice, a member of main, x.']);
  const none = await type('%whoami', { 'group.list': { groups: [group('main')] } });
  expect(none.lines).toEqual(['[INFO] You are alice, in no group yet.']);
});

test('%ping prints pong', async () => {
  expect((await type('%ping', { ping: {} })).lines).toEqual(['[INFO] pong']);
});

describe('%help', () => {
  test('shows how every command is typed and what it does, on one screen', async () => {
    const { lines } = await type('%help');
    for (const { words, form, summary, topic, twin } of textCommands) {
      // Of these, the form for main is shown.
      if ((topic === 'more' && twin) || topic === 'moderation') continue;
      const use = `${words.join(' or ')} ${form.replace(/ ?\[.*/, '')}`.trim();
      const among = lines.filter((line) => `${line} `.includes(`  ${use} `));
      expect(among, use).toHaveLength(1);
      const isDense = topic === 'main' || topic === 'more';
      expect(isDense || among[0]?.endsWith(`  ${summary}`), use).toBe(true);
    }
    // A screen of 80 by 24, with a row for what is typed next.
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });

  test.each(textCommands.flatMap(({ words }) => words[0]))(
    '%s shows lines that fit a screen of 80 columns',
    async (word) => {
      const { lines } = await type(`%help ${word}`);
      const [use = '', ...details] = lines;
      const summary = use.slice(use.indexOf(': ') + 2);
      expect(summary.length, summary).toBeLessThanOrEqual(38);
      for (const line of details) expect(line.length, line).toBeLessThanOrEqual(80);
    },
  );

  test('moderation shows every command for groups of one’s own, on one screen', async () => {
    const { lines, done } = await type('%help moderation');
    expect(done).toBe(true);
    for (const { words, form, summary, topic, undoes } of textCommands) {
      if (topic !== 'moderation' || words[0].startsWith('%group')) continue;
      const use = `${words[0]} ${form.replace(/ ?\[[^\]]*\]/g, '').trim()}`.trim();
      const among = lines.filter((line) => `${line} `.includes(`  ${use} `));
      expect(among, use).toHaveLength(1);
      expect(undoes || among[0]?.endsWith(`  ${summary}`), use).toBe(true);
    }
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });

  test.each(['%help %list', '%help list', '%help LIST', '%HELP %List '])(
    'on one command shows its form and an example: %s',
    async (line) => {
      const { lines } = await type(line);
      expect(lines.at(-1)).toBe('    Example: %list 20 before 140');
      expect(lines[0]).toMatch(
        /^\[INFO\] %list \[count or all\] \[before <number>\]: .*%grouplist main$/,
      );
    },
  );

  test('on an unknown command suggests the nearest', async () => {
    const { lines, done } = await type('%help lits');
    expect(lines[0]).toContain('There is no command %lits. Did you mean %list?');
    expect(done).toBe(false);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { isRead, type NumberRange, withRead } from '../../src/protocol/marks.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { prepareStatements } from '../../src/storage/sqlite/statements/statements.ts';
import {
  complete,
  login,
  main,
  member,
  newLogin,
  openBoard,
  post,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';

/** Every prepared query with its plan, one step a line. */
function plans(client: Client): [name: string, plan: string[]][] {
  return Object.entries(prepareStatements(client))
    .flatMap(([name, query]) => ('getQuery' in query ? { name, ...query.getQuery() } : []))
    .filter(({ sql }) => !sql.startsWith('insert'))
    .map(({ name, sql, params }) => {
      const explain = client.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
      return [name, explain.all(...params.map(() => 1)).map(({ detail }) => detail)];
    });
}

function fill({ client }: StoredBoard, count: number, from: number): void {
  const group = "(SELECT id FROM groups WHERE name = 'main')";
  const add = client.prepare(
    `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
     VALUES (${group}, @number, 1, @at, 'subject', 'content', iif(@number % 64, NULL, 1))`,
  );
  client.transaction(() => {
    for (let number = 1; number <= count; number++) add.run({ number, at: from + number });
    client
      .prepare(`UPDATE groups SET last_number = @count, message_count = @count WHERE id = ${group}`)
      .run({ count });
  })();
}

// A rule is looked for in each, and the counts of all are summed up.
// The other tables have a row or none for long, and a user has eleven networks at most.
const allowed: Record<string, string[]> = {
  allGroups: ['SCAN groups'],
  retained: ['SCAN groups'],
  holdings: ['SCAN groups'],
  // An index of the open reports alone.
  openReports: ['SCAN reports USING INDEX reports_open'],
  wallClock: ['SCAN wall_clock'],
  // One row.
  tokenKey: ['SCAN token_key'],
  searchIndex: ['SCAN search_index'],
  setSearchIndex: ['SCAN search_index'],
  // FTS5 finds a message, or a term and a range of ids: see below.
  removeFromIndex: ['SCAN message_index VIRTUAL TABLE INDEX 0:='],
  removeOldestFromIndex: ['SCAN message_index VIRTUAL TABLE INDEX 0:='],
  newestWithTerm: ['SCAN message_index VIRTUAL TABLE INDEX 192:M1><'],
  allWithTerm: ['SCAN message_index VIRTUAL TABLE INDEX 192:M1><'],
  termFrom: ['SCAN message_index_words VIRTUAL TABLE INDEX 1537:'],
  firstVisible: ['SCAN CONSTANT ROW'],
  firstVisibleRow: ['SCAN CONSTANT ROW'],
  knownGroup: ['SCAN CONSTANT ROW'],
  loginFlags: ['SCAN CONSTANT ROW'],
  // The newest messages of a group, found by an index.
  walkThreads: ['SCAN walked'],
  countReplies: ['SCAN some'],
  // At most as many messages as the limit, found by an index.
  unreadWindow: ['SCAN seen'],
  countWindow: ['SCAN seen'],
  unreadWindowBefore: ['SCAN seen'],
  mentionWindow: ['SCAN mentioned'],
  threadWindow: ['SCAN seen'],
  threadMentionWindow: ['SCAN seen'],
  // At most as many as the limit of a day, found by an index.
  conversationsBegun: ['SCAN some'],
  groupsMade: ['SCAN some'],
  joinedCount: ['SCAN some'],
  outsideChanges: ['SCAN outside_changes'],
  forgetNetworksPast: ['USE TEMP B-TREE FOR ORDER BY'],
  // The authors of the lines of one group.
  trimLog: ['USE TEMP B-TREE FOR GROUP BY', 'USE TEMP B-TREE FOR ORDER BY'],
  // Bans of networks are few.
  allNetworkBans: ['SCAN network_bans'],
  currentNetworkBans: ['SCAN network_bans', 'USE TEMP B-TREE FOR ORDER BY'],
  endedNetworkBan: ['SCAN network_bans'],
  removeEndedNetworkBans: ['SCAN network_bans'],
  // Lists for the operator, in the order of names.
  allUsers: ['SCAN users', 'USE TEMP B-TREE FOR ORDER BY'],
  memberDetailsOf: ['USE TEMP B-TREE FOR ORDER BY'],
  // `user delete` counts messages in its own process. Users and groups are deleted without foreign keys, which are the scan.
  countSentBy: ['SCAN messages'],
  removeUser: ['SCAN messages'],
  removeGroup: ['SCAN messages'],
};

// With statistics SQLite may scan groups of which there are five, and a table of which it wants every row.
const scannedBy: Record<string, RegExp> = {
  groupLike: /^SCAN groups$/,
  // Few rows, for commands of the operator.
  restrictionsIn: /^USE TEMP B-TREE FOR ORDER BY$/,
  restrictionsOf: /^USE TEMP B-TREE FOR ORDER BY$/,
  secretGroupsNamed: /^(SCAN groups|USE TEMP B-TREE FOR ORDER BY)$/,
  memberDetailsOf: /^SCAN memberships$/,
};

// One step to the last id, and a range of ids that the caller bounds.
const allowedSearches: Record<string, string[]> = {
  lastMessageId: ['SEARCH messages'],
  rowFromId: ['SEARCH messages USING INTEGER PRIMARY KEY (rowid>?)'],
  nextToIndex: ['SEARCH messages USING INTEGER PRIMARY KEY (rowid>?)'],
  lastToIndex: ['SEARCH messages USING INTEGER PRIMARY KEY (rowid<?)'],
  timeUpToId: ['SEARCH messages USING INTEGER PRIMARY KEY (rowid<?)'],
  sentBy: ['SEARCH messages USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
};

// The ids of the few users whom a message mentions.
const mentionedNames = 'SCAN mentioned VIRTUAL TABLE INDEX 1:';

function expectIndexSearches(board: StoredBoard): void {
  const found = plans(board.client);
  expect(found.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'newest',
      'oldest',
      'messageFrom',
      'messageUpTo',
      'tombstoneFrom',
      'oldestRows',
      'removeMessages',
      'membershipsOf',
      'groupsFor',
      'ownGroup',
      'unreadWindow',
      'countWindow',
      'unreadWindowBefore',
      'mentionWindow',
      'threadWindow',
      'threadMentionWindow',
      'memberByKey',
      'mentionTimes',
      'marksOf',
      'membersOf',
      'userLike',
      'staleTokens',
    ]),
  );
  for (const [name, plan] of found) {
    const exceptions = [...(allowedSearches[name] ?? []), ...(allowed[name] ?? [])];
    const messages = plan.filter((step) => /\bmessages\b/.test(step) && !exceptions.includes(step));
    expect(messages, name).toEqual(
      messages.map(() =>
        expect.stringMatching(
          /^SEARCH messages (?:EXISTS )?USING ((COVERING )?INDEX |INTEGER PRIMARY KEY \(rowid=\?\))/,
        ),
      ),
    );
    // A subquery that is stepped through holds no more than are counted.
    const others = plan.filter(
      (step) => /SCAN (?!\(subquery)|TEMP B-TREE/.test(step) && step !== mentionedNames,
    );
    if (scannedBy[name]?.test(others[0] ?? '')) continue;
    expect(others, name).toEqual(allowed[name] ?? []);
  }
}

test('every query of the server searches an index and sorts nothing', () => {
  expectIndexSearches(openBoard());
});

test('every query still searches an index after SQLite has gathered statistics on a board in use', async () => {
  const board = openBoard({ now: () => 2_000_000 });
  board.client.pragma('synchronous = OFF');
  const people = Array.from({ length: 300 }, (_, n) => member(board, `user${n}`));
  await Promise.all(people);
  fill(board, 5000, 1_000_000);
  board.client.exec('ANALYZE');
  expectIndexSearches(board);
});

test('every query still searches an index on a board that was tiny when it was last closed', async () => {
  const board = openBoard();
  await post(board, await member(board, 'alice'), 'hello');
  await board.close();
  expectIndexSearches(openBoard({ file: board.file }));
});

/** Microseconds that a run takes, in the best of several rounds. */
function timeOf(run: () => unknown): number {
  const rounds = Array.from({ length: 5 }, () => {
    const began = performance.now();
    for (let times = 0; times < 20; times++) run();
    return (performance.now() - began) * 50;
  });
  return Math.min(...rounds);
}

test('no query is planned again because other values are bound to it', async () => {
  const board = openBoard({ now: () => 2_000_000 });
  await member(board, 'alice');
  fill(board, 500, 1_000_000);
  let bound = 0;
  let boundBefore = 0;
  for (const query of Object.values(prepareStatements(board.client))) {
    const { sql = '', params = [] } = 'getQuery' in query ? query.getQuery() : {};
    // FTS5 refuses such a term.
    if (!sql.startsWith('select') || sql.includes('message_index')) continue;
    const values = params.map((param) => (typeof param === 'object' ? 1 : param));
    const statement = board.client.prepare(sql);
    bound += timeOf(() => statement.get(values));
    const fixed = board.client.prepare(sql).bind(values);
    boundBefore += timeOf(() => fixed.get());
  }
  // When SQLite looked at the values, it took ten times as long.
  expect(bound).toBeLessThan(3 * boundBefore);
});

test('the groups that a user owns are found in the index of owners', () => {
  const found = new Map(plans(openBoard().client));
  expect(found.get('ownedCount')).toEqual([
    expect.stringContaining('USING COVERING INDEX memberships_owner'),
  ]);
});

// The plans of queries by number name each index that they search, so that none of them can step through a group.
const byTime = (index: string) =>
  expect.stringMatching(
    new RegExp(`^SEARCH messages USING INDEX ${index} \\(group_id=\\? AND posted_at[<>]\\?`),
  );
const byMilestone = expect.stringMatching(
  /^SEARCH messages USING INDEX messages_milestone \(group_id=\? AND number[<>]\?\)$/,
);

test('a search by number is a range of times between two milestones', () => {
  const found = new Map(plans(openBoard().client));
  const searches = (name: string) =>
    (found.get(name) ?? []).filter((step) => /messages/.test(step));
  expect(searches('messageFrom')).toEqual([byTime('messages_posted'), byMilestone]);
  expect(searches('messageUpTo')).toEqual([byTime('messages_posted'), byMilestone]);
  expect(searches('tombstoneFrom')).toEqual([byTime('messages_deleted'), byMilestone]);
  expect(searches('oldestRows')).toEqual([
    byTime('messages_posted'),
    byMilestone,
    byTime('messages_deleted'),
    byMilestone,
  ]);
  expect(searches('ownGroup').filter((step) => /milestone/.test(step))).toEqual([byMilestone]);
});

test('what is unread is looked for in one group, and one thread', () => {
  const found = new Map(plans(openBoard().client));
  const searched = (name: string) => found.get(name)?.find((step) => /^SEARCH m/.test(step));
  expect(searched('unreadWindow')).toEqual(byTime('messages_posted'));
  expect(searched('countWindow')).toEqual(byTime('messages_posted'));
  expect(searched('unreadWindowBefore')).toEqual(byTime('messages_posted'));
  expect(searched('threadWindow')).toBe(
    'SEARCH messages USING INDEX messages_thread (group_id=? AND thread=? AND posted_at>?)',
  );
  const inGroup = /mentions_membership \(user_id=\? AND group_id=\? AND posted_at>\?/;
  expect(searched('mentionWindow')).toMatch(inGroup);
  expect(searched('mentionTimes')).toMatch(inGroup);
  const toAll = /messages_to_all \(group_id=\? AND posted_at>\?/;
  for (const name of ['mentionWindow', 'mentionTimes', 'membershipsOf']) {
    expect(
      found.get(name)?.filter((step) => toAll.test(step)),
      name,
    ).toHaveLength(1);
  }
});

test('whether a message can be unread is decided by the indexes, without its row', () => {
  const { client } = openBoard();
  const { unreadWindow, unreadWindowBefore, threadWindow, countWindow } = prepareStatements(client);
  const root = client
    .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'")
    .pluck()
    .get();
  for (const { getQuery } of [unreadWindow, unreadWindowBefore, threadWindow, countWindow]) {
    const { sql, params } = getQuery();
    const steps = client
      .prepare<unknown[], { opcode: string; p1: number; p2: number }>(`EXPLAIN ${sql}`)
      .all(...params.map(() => 1));
    const rows = steps.filter(({ opcode, p2 }) => opcode === 'OpenRead' && p2 === root);
    const cursors = rows.map(({ p1 }) => p1);
    const reads = steps.filter(({ opcode, p1 }) => opcode === 'Column' && cursors.includes(p1));
    expect(reads).toEqual([]);
  }
});

test('a term is found in the index by its group, and between two ids', async () => {
  const board = openBoard();
  const add = board.client.prepare('INSERT INTO message_index(rowid, words) VALUES (?, ?)');
  for (let id = 1n; id <= 9n; id++) add.run(id, id % 2n ? '1:lunch 1:odd' : '2:lunch');
  const { newestWithTerm, allWithTerm, termFrom } = board.store.statements;
  const range = { low: 2, high: 7 };
  expect(newestWithTerm.get({ term: '1:lunch', ...range })).toEqual({ id: 7 });
  expect(allWithTerm.all({ term: '1:lunch', ...range })).toEqual([7, 5, 3].map((id) => ({ id })));
  expect(allWithTerm.all({ term: '2:lunch', low: 3, high: 6 })).toEqual([{ id: 6 }, { id: 4 }]);
  expect(allWithTerm.all({ term: 'lunch', ...range })).toEqual([]);
  // A term is no syntax of FTS5.
  for (const term of ['NOT', 'AND', '1:NOT', '']) {
    expect(newestWithTerm.get({ term, ...range }), term).toBeUndefined();
  }
  expect(termFrom.get({ from: '1:lunch\u0001', end: '1:z' })).toEqual({ term: '1:odd' });
  expect(termFrom.get({ from: '1:p', end: '1:z' })).toBeUndefined();
});

// The first call warms up; the fastest of some is what the work itself costs.
async function cost(call: () => Promise<unknown>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 20; run++) {
    const start = performance.now();
    await call();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}

/** What the operations cost on a group with `count` messages, by what they give a member. */
async function costs(count: number, statistics: string): Promise<Map<string, number>> {
  let wall = 1000;
  const board = openBoard({ now: () => wall });
  board.client.pragma('synchronous = OFF');
  const { accounts, repository } = board;
  const early = await member(board, 'early');
  fill(board, count, early.since + 1);
  if (statistics === 'with') board.client.exec('ANALYZE');
  wall = 10_000;
  await repository.markRead(early, main, [[1, count]]);
  const late = await member(board, 'late');
  for (const subject of ['one', 'two', 'three']) await post(board, late, subject);
  const again = await login(board, 'early');
  const name = { name: 'early', key: 'early' };
  expect(await seen(board, late)).toHaveLength(5);
  const calls: Record<string, () => Promise<unknown>> = {
    'the newest': () => repository.messages(early, main, { limit: 10 }),
    'those before one': () => repository.messages(early, main, { before: 50, limit: 10 }),
    'those after one': () => repository.messages(early, main, { after: count - 7, limit: 10 }),
    'all, to one who joined late': () => repository.messages(late, main, { after: 0, limit: 10 }),
    'the first': () => repository.message(early, main, 1),
    'the last': () => repository.message(early, main, count),
    'three unread, at login': () => accounts.login(name, newLogin(), null),
    'three unread, in the list of groups': () => repository.groups(again),
    'one read of many': () => repository.markRead(again, main, [[count, count]]),
    'the next unread': () => complete(repository.nextUnread(again, main, { read: [] })),
    'a catch-up': () => repository.markAllRead(again, main),
  };
  const found = new Map<string, number>();
  for (const [what, call] of Object.entries(calls)) found.set(what, await cost(call));
  return found;
}

test.each(['without', 'with'])(
  'lists and counts cost the same however many messages the group holds, %s statistics',
  async (statistics) => {
    const few = await costs(100, statistics);
    const many = await costs(100_000, statistics);
    const grown = [...few].filter(([what, milliseconds]) => {
      const there = many.get(what) ?? Number.POSITIVE_INFINITY;
      return there > 10 * milliseconds;
    });
    expect(grown.map(([what]) => what)).toEqual([]);
  },
);

test('to mark many messages as read among many own ones costs about as much as to mark one', async () => {
  const board = openBoard({ durable: false });
  const { repository } = board;
  const alice = await member(board, 'alice');
  const count = 20_000;
  // After alice has joined.
  fill(board, count, alice.since + 60_000_000);
  const markingCosts = async (ranges: [number, number][]) => {
    let fastest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 5; run++) {
      await repository.restoreMarks(alice, main, { lastRead: 0, ranges: [] });
      const start = performance.now();
      const marks = await repository.markRead(alice, main, ranges);
      fastest = Math.min(fastest, performance.now() - start);
      // It passes so many own messages on each side, and a count passes the rest.
      expect(marks).toEqual({ lastRead: 2 + 256, ranges: [] });
    }
    return fastest;
  };
  const ranges = Array.from({ length: limits.rangesAtOnce }, (_, at) => 3 * at + 2);
  const one = await markingCosts([[2, 2]]);
  const many = await markingCosts(ranges.map((number) => [number, number]));
  expect(many).toBeLessThan(8 * one);
});

test('unread messages between ranges of any length are counted, and the oldest is found', async () => {
  const board = openBoard({ durable: false });
  const { repository } = board;
  await member(board, 'alice');
  const bob = await member(board, 'bob');
  const count = 3000;
  // All from alice, after bob has joined.
  fill(board, count, bob.since + 60_000_000);
  const ends = fc.uniqueArray(fc.integer({ min: 1, max: count }), { maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(ends, async (unsorted) => {
      const sorted = unsorted.sort((a, b) => a - b);
      const ranges = sorted.flatMap((first, at): NumberRange[] =>
        at % 2 === 0 ? [[first, sorted[at + 1] ?? first]] : [],
      );
      const marks = withRead({ lastRead: 0, ranges: [] }, ranges);
      await repository.restoreMarks(bob, main, marks);
      const unread = Array.from({ length: count }, (_, at) => at + 1).filter(
        (number) => !isRead(marks, number),
      );
      const until = Number.MAX_SAFE_INTEGER - 1;
      const [counted] = await complete(repository.unread(bob.user, until, [1]));
      expect(counted?.unread ?? 0).toBe(Math.min(unread.length, limits.unread));
      const { message } = await complete(repository.nextUnread(bob, main, { read: [] }));
      expect(message?.number).toBe(unread[0]);
    }),
    { numRuns: 50 },
  );
});

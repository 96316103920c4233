import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { SqliteRepository } from '../../src/storage/sqlite/serving/repository.ts';
import { scrape } from '../doors/scrape.ts';
import { TestBoard, type TestBoardOptions } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { canMount, smallDisk } from '../helpers/disk.ts';
import { requestLine } from '../helpers/json-lines.ts';
import { JsonPeer, type Received } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { masked, range } from './support.ts';

type Request = readonly [method: string, params: object];

/** Sends all requests in one write, and returns the replies in the order of the requests. */
async function together(peer: JsonPeer, requests: readonly Request[]): Promise<Received[]> {
  const batch = `b${peer.received.length}`;
  peer.write(
    requests.map(([method, params], at) => requestLine(method, params, `${batch}-${at}`)).join(''),
  );
  return Promise.all(requests.map((_, at) => peer.reply(`${batch}-${at}`)));
}

/** Sends each request after the reply to the one before it. */
async function oneByOne(peer: JsonPeer, requests: readonly Request[]): Promise<Received[]> {
  const replies: Received[] = [];
  for (const [method, params] of requests) replies.push(await peer.request(method, params));
  return replies;
}

function post(group: string | number, subject: string, rest: object = {}): Request {
  return ['message.post', { group, subject, content: `${subject}, in full`, ...rest }];
}

/** A reply without its id and its times. */
function outcomeOf({ id: _, ...reply }: Received): string {
  return masked(JSON.stringify(reply));
}

function codeOf({ error }: Received): string {
  return error?.data.code ?? 'posted';
}

/** The notices of each group, which have an order of their own. Of the read marks of a turn, the last ones are sent after it. */
function byGroup(notices: Received[]) {
  const found: Record<string, string[]> = {};
  for (const notice of notices) {
    const group = `${notice.params?.group}`;
    const line = masked(JSON.stringify(notice));
    if (notice.method === 'marks.changed') found[`marks in ${group}`] = [line];
    else found[group] = [...(found[group] ?? []), line];
  }
  return found;
}

/**
 * A board where alice posts and others are notified. In `quiet` only moderators post, in `hushed` alice is silenced, and she is no
 * member of `other`. carol has muted alice. The disk refuses a message with the subject "bad".
 */
async function openWorld(options: TestBoardOptions = {}) {
  const board = await TestBoard.start({ ...options, metrics: { host: '127.0.0.1', port: 0 } });
  for (const name of ['owner', 'alice', 'bob']) await board.protect(name, 'a long password');
  const owner = await board.protectedProgram('owner', 'a long password');
  for (const group of ['quiet', 'hushed', 'busy', 'other']) {
    await owner.call('group.create', { name: group });
  }
  await owner.call('group.edit', { group: 'quiet', posting: 'moderators' });
  const alice = await board.protectedProgram('alice', 'a long password');
  const again = await board.protectedProgram('alice', 'a long password');
  const bob = await board.protectedProgram('bob', 'a long password');
  const carol = await board.program('carol');
  for (const peer of [alice, bob, carol]) {
    for (const group of ['main', 'quiet', 'hushed', 'busy'])
      await peer.call('group.join', { group });
  }
  const until = new Date(Date.now() + 86_400_000).toISOString();
  await owner.call('group.silence', { group: 'hushed', user: 'alice', until });
  await carol.call('user.mute', { user: 'alice' });
  board.database().exec(`CREATE TRIGGER broken BEFORE INSERT ON messages WHEN new.subject = 'bad'
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const watchers = { again, bob, carol };
  for (const peer of [alice, again, bob, carol]) await peer.notices();
  return { board, alice, watchers };
}

type World = Awaited<ReturnType<typeof openWorld>>;

async function noticesOf({ watchers }: World) {
  const found: Record<string, ReturnType<typeof byGroup>> = {};
  for (const [name, peer] of Object.entries(watchers)) found[name] = byGroup(await peer.notices());
  return found;
}

/** How many posts had each outcome so far. */
async function outcomes({ board }: World): Promise<Record<string, number>> {
  const series = Object.entries(await scrape(board.metricsUrl));
  return Object.fromEntries(
    series.filter(([name]) => /^corkboard_requests_total\{.*"message\.post"/.test(name)),
  );
}

function stored({ board }: World): unknown[] {
  const query = `SELECT group_id, number, sender_id, subject, content, post_key, reply_to, thread, mentions, milestone
    FROM messages ORDER BY id`;
  return board.database().prepare(query).raw().all();
}

const plain = fc.constantFrom('main', 'busy', 1, 'MAIN').map((group) => post(group, 'plain'));
const kinds = {
  plain,
  'in a run': fc.nat(40).map((count) => post('busy', `${count}`)),
  bad: fc.constantFrom('main', 'busy').map((group) => post(group, 'bad')),
  keyed: fc
    .tuple(fc.constantFrom('main', 'busy'), fc.nat(30))
    .map(([group, key]) => post(group, `k${key}`, { key: `key ${key}` })),
  reply: fc.nat(12).map((replyTo) => post('main', 'reply', { replyTo: replyTo + 1 })),
  untitled: fc
    .nat(12)
    .map((at): Request => ['message.post', { group: 'main', replyTo: at + 1, content: 'x' }]),
  mention: fc
    .constantFrom('@bob', '@nobody', '@all', '@carol @bob')
    .map((content) => post('main', 'mention', { content })),
  'too long': fc.constant(post('main', 'too long', { content: 'x'.repeat(40_000) })),
  unclean: fc.constant(post('busy', ' tabs\tand \u0007 bells ', { content: 'a\r\nb\u202e 🍜' })),
  'no subject': fc.constant(post('main', ' ')),
  'two lines': fc.constant(post('main', 'two\nlines')),
  'no group': fc.constantFrom('nowhere', 'x'.repeat(100), 99).map((group) => post(group, 'lost')),
  'no member': fc.constant(post('other', 'from outside')),
  quiet: fc.constant(post('quiet', 'not allowed')),
  hushed: fc.constant(post('hushed', 'silenced')),
  direct: fc.constantFrom('@bob', '@carol', '@alice').map((group) => post(group, 'direct')),
  'bad params': fc.constant<Request>(['message.post', { group: 'main', text: 'no such name' }]),
  read: fc.constantFrom<Request>(['ping', {}], ['message.list', { group: 'main', limit: 5 }]),
  'other write': fc.constantFrom<Request>(
    ['message.edit', { group: 'main', number: 1, content: 'edited' }],
    ['group.markRead', { group: 'busy' }],
    ['group.leave', { group: 'busy' }],
    ['group.join', { group: 'busy' }],
  ),
  'no method': fc.constant<Request>(['no.such.method', {}]),
};
const weights: Partial<Record<keyof typeof kinds, number>> = {
  plain: 10,
  'in a run': 40,
  keyed: 8,
};
const requests = fc.array(
  fc.oneof(
    ...Object.entries(kinds).map(([kind, arbitrary]) => ({
      weight: weights[kind as keyof typeof kinds] ?? 2,
      arbitrary,
    })),
  ),
  { minLength: 30, maxLength: 120 },
);

test('requests sent in one write have the replies, notices and messages that they have one by one', async () => {
  const worlds = { together: await openWorld(), oneByOne: await openWorld() };
  await fc.assert(
    fc.asyncProperty(requests, async (sent) => {
      const replies = {
        together: await together(worlds.together.alice, sent),
        oneByOne: await oneByOne(worlds.oneByOne.alice, sent),
      };
      expect(replies.together.map(outcomeOf)).toEqual(replies.oneByOne.map(outcomeOf));
      expect(await noticesOf(worlds.together)).toEqual(await noticesOf(worlds.oneByOne));
    }),
    { numRuns: 8, endOnFailure: true },
  );
  expect(stored(worlds.together)).toEqual(stored(worlds.oneByOne));
  expect(await outcomes(worlds.together)).toEqual(await outcomes(worlds.oneByOne));
}, 60_000);

test('of posts sent in one write past the rate, as many are posted as one by one', async () => {
  const codes: string[][] = [];
  for (const send of [together, oneByOne]) {
    const board = await TestBoard.start({ limits: { commandsPerSecond: 0.001, commandBurst: 20 } });
    const alice = await board.memberProgram('alice');
    const replies = await send(
      alice,
      range(1, 30).map((at) => post('main', `${at}`)),
    );
    codes.push(replies.map(codeOf));
    expect(board.database().prepare('SELECT count(*) FROM messages').pluck().get()).toBe(
      replies.filter(({ error }) => !error).length,
    );
  }
  expect(new Set(codes[0])).toEqual(new Set(['posted', 'RATE_LIMITED']));
  expect(codes[0]).toEqual(codes[1]);
});

test('posts to one group that are sent in one write are answered in their order, refused ones among them', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const from = alice.received.length;
  const sent = range(0, 200).map((at) => post('main', at % 7 ? `${at}` : ' '));
  const replies = await together(alice, sent);
  const expected = range(0, 200).map((at) => (at % 7 ? 'posted' : 'SUBJECT_INVALID'));
  expect(replies.map(codeOf)).toEqual(expected);
  const order = alice.received.slice(from).map(({ id }) => `${id}`.split('-')[1]);
  expect(order.map(Number)).toEqual(range(0, 200));
});

test('of posts to @dave that are sent in one write, few are in one call of the commit thread', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  let largest = 0;
  const enqueue = SqliteRepository.prototype.enqueuePosts;
  const spy = vi.spyOn(SqliteRepository.prototype, 'enqueuePosts');
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation(function (this: SqliteRepository, actor, group, messages, receiver) {
    largest = Math.max(largest, messages.contents.length);
    enqueue.call(this, actor, group, messages, receiver);
  });
  const largestOf = async (group: string, code: string) => {
    largest = 0;
    const replies = await together(
      alice,
      range(1, 30).map((at) => post(group, `${at}`)),
    );
    expect(new Set(replies.map(codeOf))).toEqual(new Set([code]));
    return largest;
  };
  // A slow machine divides the posts of a write further.
  for (let large = 0; large < 5; ) {
    if ((await largestOf('main', 'posted')) > 8) large++;
    expect(await largestOf('@dave', 'NAME_UNPROTECTED')).toBeLessThanOrEqual(4);
  }
});

test.skipIf(!canMount)(
  'of posts sent in one write to a disk that fills up, those are stored that were acknowledged',
  async () => {
    const board = await TestBoard.start({ data: smallDisk(4096) });
    const alice = await board.memberProgram('alice');
    const bob = await board.memberProgram('bob');
    const acknowledged: unknown[] = [];
    for (let refused = 0; refused === 0; ) {
      const content = 'x'.repeat(10_000);
      const replies = await together(
        alice,
        range(1, 30).map((at) => post('main', `${at}`, { content })),
      );
      const codes = replies.map(codeOf);
      refused = codes.filter((code) => code === 'STORAGE_FAILED').length;
      expect(codes.filter((code) => code === 'posted').length).toBe(30 - refused);
      for (const { result } of replies) {
        if (result) acknowledged.push((result as { number: number }).number);
      }
    }
    expect(acknowledged).toEqual(range(1, acknowledged.length));
    const numbers = board.database().prepare('SELECT number FROM messages ORDER BY id').pluck();
    expect(numbers.all()).toEqual(acknowledged);
    const told = (await bob.notices()).filter(({ method }) => method === 'message.posted');
    expect(
      told.map(({ params }) => (params as { message: { number: number } }).message.number),
    ).toEqual(acknowledged);
  },
);

test('when the thread that commits dies, all posts that were sent in one write are refused, in their order', async () => {
  const killer = join(import.meta.dirname, '../helpers/end-commit-thread.mjs');
  const before = `export NODE_OPTIONS=--import=${killer}`;
  const server = await TestServer.start({ before, args: ['--rate', 'off'] });
  const alice = await JsonPeer.member(server.port, 'alice');
  const bob = await JsonPeer.login(server.port, 'bob');
  const other = openShared(databaseFile(server.data));
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const from = alice.received.length;
  const waiting = together(
    alice,
    range(1, 50).map((at) => post('main', at % 5 ? `${at}` : ' ')),
  );
  // The batch has left with the end of the turn in which the posts were read.
  await bob.call('ping', {});
  await bob.call('ping', {});
  server.signal('SIGUSR2');
  const codes = (await waiting).map(codeOf);
  expect(codes).toEqual(range(1, 50).map((at) => (at % 5 ? 'STORAGE_FAILED' : 'SUBJECT_INVALID')));
  expect(alice.received.slice(from).map(codeOf)).toEqual(codes);
  other.exec('ROLLBACK');
  for (let code = ''; code !== 'posted'; ) {
    const [reply] = await together(alice, [post('main', 'after', { key: 'once' })]);
    code = reply ? codeOf(reply) : '';
  }
  const numbers = other.prepare('SELECT number, subject FROM messages ORDER BY id').raw().all();
  expect(numbers).toEqual([[1, 'after']]);
  expect(await server.stop()).toBe(0);
  expect((await runCli(['db', 'check', '--data', server.data])).stdout).toBe('ok\n');
});

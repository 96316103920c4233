// How long a member waits for a search in a group of a million messages while 2,000 messages a second are posted to it, how
// fast the index of words is made, and how far it is behind the posts.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { type Maker, makeBoard } from './lib/boards.ts';
import { openMembers, type Peer, pause, quantile, request, roundTrips } from './lib/peers.ts';
import { sampleOf } from './lib/report.ts';
import { startBoard } from './lib/servers.ts';

const posters = 8;
const postsPerSecond = 2000;
// Milliseconds between two bursts of posts.
const burstPause = 20;
const vocabulary = 20_000;

/** What is searched for, and how many of the messages have it. */
const queries = {
  'a word in every message': 'common',
  'a word in one of 10,000': 'rare',
  'a word in none': 'absent',
  'two words in every second message, never together': 'odd even',
  'a phrase': '"common w1"',
  'the beginning of a word': 'w77*',
  'a word of one user': 'common from:u7',
};

export default { name: 'search', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const messages = context.quick ? 50_000 : 1_000_000;
  const data = join(context.folder, 'board');
  makeBoard(data, (maker) => fill(maker, messages));
  const board = await startBoard(context, data);
  const [reader, ...peers] = await openMembers(board.port, posters + 1, (at) => `u${at}`);
  const indexing = await indexed(reader);
  const posting = new Posting(peers, join(data, 'corkboard.db'));
  const times = await sampleOf(
    context,
    Object.fromEntries(
      Object.entries(queries).map(([what, query]) => [
        what,
        () => roundTrips(reader, searches(query, context.quick ? 50 : 300)),
      ]),
    ),
    (all) => quantile(all, 0.99),
  );
  await posting.end();
  for (const peer of [reader, ...peers]) peer.close();
  await board.stop();
  return { rows: [...rowsOf(times), ...indexRows(messages, indexing, posting)] };
}

function fill(maker: Maker, count: number): void {
  const firstUser = maker.users(posters + 1);
  const group = maker.groups(1);
  maker.messages(group, count, { firstUser, users: posters + 1 });
  // Twelve words of a vocabulary in which some are much more frequent than others.
  const word = `'w' || (abs(random() % ${vocabulary}) * abs(random() % ${vocabulary}) / ${vocabulary})`;
  maker.run(
    `UPDATE messages SET subject = iif(number % 2, 'odd', 'even') || ' common',
       content = ${Array.from({ length: 12 }, () => word).join(" || ' ' || ")}
         || iif(number % 10000, '', ' rare')`,
  );
  for (let at = 0; at <= posters; at++) maker.member(group, firstUser + at);
}

function* searches(query: string, count: number): Generator<string> {
  for (let done = 0; done < count; done++) yield request('message.search', { query });
}

/** Waits until all messages are indexed. @returns the seconds that it took */
async function indexed(reader: Peer): Promise<number> {
  const start = performance.now();
  while ((await reader.call('message.search', { query: 'absent' })).indexing) await pause(100);
  return (performance.now() - start) / 1000;
}

/** Posts at a steady rate, and looks how far the index is behind. */
class Posting {
  readonly behind: number[] = [];
  private going = true;
  private readonly working: Promise<void>;
  private readonly peers: readonly Peer[];
  private readonly database: Database.Database;

  constructor(peers: readonly Peer[], file: string) {
    this.peers = peers;
    this.database = new Database(file, { readonly: true });
    this.working = this.work();
  }

  async end(): Promise<void> {
    this.going = false;
    await this.working;
    this.database.close();
  }

  private async work(): Promise<void> {
    const each = Math.round((postsPerSecond * burstPause) / 1000 / this.peers.length);
    const content = Array.from({ length: 12 }, (_, at) => `w${at * 77}`).join(' ');
    const post = request('message.post', { group: 'g0', subject: 'even common', content });
    const behind = this.database
      .prepare('SELECT (SELECT max(id) FROM messages) - newest FROM search_index')
      .pluck();
    for (const peer of this.peers) peer.counting = false;
    const start = performance.now();
    for (let bursts = 1; this.going; bursts++) {
      for (const peer of this.peers) peer.write(post.repeat(each));
      this.behind.push(behind.get() as number);
      await pause(Math.max(0, start + bursts * burstPause - performance.now()));
    }
  }
}

function rowsOf(times: Record<string, number[][]>): Row[] {
  return Object.entries(times).flatMap(([what, all]) => {
    const part = (name: string, of: number): Row => ({
      what: `${what}, ${name}`,
      unit: 'ms',
      samples: { corkboard: all.map((each) => quantile(each, of)) },
    });
    const p99 = part('p99', 0.99);
    const met = Math.max(...p99.samples.corkboard) <= 50;
    return [part('p50', 0.5), { ...p99, bar: { says: '≤ 50', met } }];
  });
}

function indexRows(messages: number, seconds: number, { behind }: Posting): Row[] {
  const sorted = behind.toSorted((a, b) => a - b);
  return [
    { what: 'index made', unit: 'messages/s', samples: { corkboard: [messages / seconds] } },
    {
      what: `behind ${postsPerSecond} posts/s, at most`,
      unit: 'messages',
      samples: { corkboard: [quantile(sorted, 1)] },
    },
  ];
}

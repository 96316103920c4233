import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Duplex, duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/core/announcement.ts';
import type { Core } from '../../src/core/core.ts';
import type { Costs } from '../../src/core/costs.ts';
import type { Dialect, Replies, Requests } from '../../src/core/dialect.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Door } from '../../src/core/door.ts';
import type { Context } from '../../src/core/handlers/context.ts';
import type { ClosingNotice, Outlet, Session } from '../../src/core/session.ts';
import type { DialectChoice } from '../../src/doors/dialects/by-first-bytes.ts';
import { jsonDialect } from '../../src/doors/dialects/json.ts';
import { limits } from '../../src/protocol/limits.ts';
import type { Method, Notice, Params, Result } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import { DuplexDoor } from '../helpers/duplex-door.ts';
import type { Received } from '../helpers/json-peer.ts';
import { scrape } from './scrape.ts';

/** A board that no port leads to. */
function boardWith(...doors: Door[]): Promise<TestBoard> {
  return TestBoard.start({ listen: [], doors, metrics: { host: '127.0.0.1', port: 0 } });
}

test('people and programs use a board over streams that are no sockets', async () => {
  const door = new DuplexDoor();
  await boardWith(door);
  const alice = door.person();
  expect(await alice.expect('What is your username? ')).toMatch(/^Welcome to corkboard/);
  alice.send('alice', '%groupjoin main');
  await alice.expect('You joined main.');
  const bot = door.program();
  await bot.call('session.login', { user: 'bot' });
  await bot.call('group.join', { group: 'main' });
  await bot.call('message.post', { group: 'main', subject: 'built', content: 'x' });
  await alice.expect('New message from bot (ID: 1,');
  alice.send('%post answer hello');
  expect(await bot.notice()).toMatchObject({ method: 'message.posted' });
});

test('a peer that ends its stream still reads the replies to what it has sent', async () => {
  const door = new DuplexDoor();
  await boardWith(door);
  const alice = door.person();
  alice.send('alice', '%groupjoin main', '%post one x', '%list');
  alice.finish();
  expect(await alice.toEnd()).toContain('ID: 1 | Sender: alice');
});

test('a stream whose peer does not read is closed as too slow, and the others go on', async () => {
  const door = new DuplexDoor();
  const board = await TestBoard.start({
    listen: [],
    doors: [door],
    metrics: { host: '127.0.0.1', port: 0 },
    limits: { outboxBytes: 64 * 1024 },
  });
  door.connect().write('slow\n%groupjoin main\n');
  const bot = door.program();
  await bot.call('session.login', { user: 'bot' });
  await bot.call('group.join', { group: 'main' });
  const subject = 's'.repeat(limits.subject);
  const ended = async () =>
    (await scrape(board.metricsUrl))['corkboard_sessions_ended_total{ending="TOO_SLOW"}'] ?? 0;
  // Each notice is longer than its subject; what waits at the peer's end of the stream comes on top.
  const enough = Math.ceil((2 * 64 * 1024) / limits.subject);
  for (let turn = 0; turn < enough; turn++) {
    await bot.call('message.post', { group: 'main', subject, content: 'x' });
  }
  expect(await ended()).toBe(1);
});

test('a peer on a stream gets a notice when the server shuts down, and its stream ends', async () => {
  const door = new DuplexDoor();
  const board = await boardWith(door);
  const alice = door.person();
  await alice.expect('What is your username? ');
  const program = door.program();
  await program.call('ping', {});
  await board.stop();
  expect(await alice.toEnd()).toContain('The server is shutting down.');
  expect(await program.notice()).toMatchObject({ method: 'session.closing' });
});

/** A dialect in the manner of NNTP: status lines, and no words for any notice. */
const newsDialect: Dialect = {
  name: 'news',
  resumes: false,
  lineLimit: 512,
  endsAtCr: false,
  pauseEndsLine: false,
  greeting: ({ name }) => `200 ${name}, posting allowed\r\n`,
  notice: () => '',
  start: (context, replies) => new NewsRequests(context, replies),
};
const newsOnly: DialectChoice = { dialects: [newsDialect], choose: () => newsDialect };

class NewsRequests implements Requests {
  readonly asks = false;
  readonly isIdle = false;

  constructor(
    private readonly context: Context,
    private readonly replies: Replies,
  ) {}

  receive(line: Parameters<Requests['receive']>[0], bytes: number): void {
    const text = 'text' in line ? line.text : '';
    this.replies.requests.add('read', bytes, async () => this.replies.say(await this.answer(text)));
  }

  end(): void {}

  private async answer(text: string): Promise<string> {
    const [command = '', argument = ''] = text.split(' ');
    switch (command) {
      case 'USER':
        await dispatch(this.context, 'session.login', { user: argument });
        return '281 welcome\r\n';
      case 'JOIN':
        await dispatch(this.context, 'group.join', { group: argument });
        return '211 joined\r\n';
      case 'QUIT':
        this.context.session.leave();
        return '205 bye\r\n';
      default:
        return '500 what?\r\n';
    }
  }
}

test('core works with a dialect without notices: its peers get only replies', async () => {
  const news = new DuplexDoor(newsOnly);
  const door = new DuplexDoor();
  const board = await boardWith(news, door);
  const reader = news.person();
  await reader.expect('200 corkboard, posting allowed\r\n');
  reader.send('USER rn', 'JOIN main');
  expect(await reader.expect('211 joined\r\n')).toBe('281 welcome\r\n211 joined\r\n');
  const bot = door.program();
  await bot.call('session.login', { user: 'bot' });
  await bot.call('group.join', { group: 'main' });
  await bot.call('message.post', { group: 'main', subject: 's', content: 'x' });
  expect(await scrape(board.metricsUrl)).toMatchObject({
    'corkboard_sessions{encoding="news",state="logged_in"}': 1,
    'corkboard_sessions{encoding="json",state="logged_in"}': 1,
    'corkboard_connections_total{door="duplex"}': 2,
  });
  reader.send('QUIT');
  expect(await reader.toEnd()).toBe('205 bye\r\n');
});

test('a peer whose dialect has no notices gets no closing notice at a shutdown', async () => {
  const news = new DuplexDoor(newsOnly);
  const board = await boardWith(news);
  const reader = news.person();
  reader.send('USER rn');
  await reader.expect('281 welcome\r\n');
  await board.stop();
  expect(await reader.toEnd()).toBe('');
});

/** Frames of a length in 4 bytes and JSON without a line end, as a stream of lines: a WebSocket would do alike. */
class FrameStream extends Duplex {
  private received = Buffer.alloc(0);

  constructor(private readonly frames: Duplex) {
    super();
    frames.on('data', (chunk: Buffer) => this.unframe(chunk));
    frames.on('end', () => this.push(null));
  }

  override _read(): void {
    this.frames.resume();
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    for (const line of String(chunk).split('\n')) if (line !== '') this.frames.write(framed(line));
    done();
  }

  override _final(done: () => void): void {
    this.frames.end(done);
  }

  private unframe(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 4) {
      const end = 4 + this.received.readUInt32BE(0);
      if (this.received.length < end) return;
      const wantsMore = this.push(`${this.received.toString('utf8', 4, end)}\n`);
      this.received = this.received.subarray(end);
      if (!wantsMore) this.frames.pause();
    }
  }
}

function framed(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

test('core works with a door for frames in place of lines: it is JSON-RPC from the first frame', async () => {
  const jsonOnly: DialectChoice = { dialects: [jsonDialect], choose: () => jsonDialect };
  const door = new DuplexDoor(jsonOnly);
  await boardWith(door);
  const [peerEnd, doorEnd] = duplexPair();
  door.enter(new FrameStream(doorEnd));
  const received: Received[] = [];
  // Read with the same translation: each frame has become a line.
  const lines = createInterface({ input: new FrameStream(peerEnd) });
  lines.on('line', (line) => received.push(JSON.parse(line)));
  const login = { jsonrpc: '2.0', id: 1, method: 'session.login', params: { user: 'alice' } };
  const join = { jsonrpc: '2.0', id: 2, method: 'group.join', params: { group: 'main' } };
  peerEnd.write(Buffer.concat([login, join].map((each) => framed(JSON.stringify(each)))));
  const bob = door.program();
  await bob.call('session.login', { user: 'bob' });
  await bob.call('group.join', { group: 'main' });
  while (!received.some(({ method }) => method === 'member.joined')) await once(lines, 'line');
  expect(received.map(({ id }) => id).filter((id) => id !== undefined)).toEqual([1, 2]);
  peerEnd.end();
  await once(lines, 'close');
});

/** The session of a peer that exchanges objects, not bytes: a screen, or frames of any kind. */
class Screen implements Outlet {
  readonly encoding = { name: 'screen', resumes: false, notice: () => '' };
  readonly load = { unsentBytes: 0, requestsWaiting: 0 };
  readonly notices: Notice[] = [];
  readonly session: Session;
  closing: ClosingNotice | undefined;
  readonly costs: Costs;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly core: Core) {
    this.session = core.begin({ address: '127.0.0.1', secure: true }, 'screens', this);
    this.costs = core.charges.connect(undefined);
  }

  call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return dispatch(this.core.context(this.session, this), method, params);
  }

  noticed(method: Notice['method']): Promise<Notice> {
    return this.until(() => this.notices.find((notice) => notice.method === method));
  }

  closed(): Promise<ClosingNotice> {
    return this.until(() => this.closing);
  }

  entered({ id }: { id: number }): void {
    this.costs.enter(id);
  }

  charge(milliseconds: number, writes: number): void {
    this.costs.pay(milliseconds, writes);
  }

  notify({ notices }: Announcement): void {
    this.notices.push(...notices);
    this.wake();
  }

  stop(): void {}

  retire(notice: ClosingNotice): void {
    this.close(notice);
  }

  close(notice: ClosingNotice): void {
    if (this.closing) return;
    this.closing = notice;
    this.costs.leave();
    this.core.ended(this.session, notice.params.code, notice.params.reason);
    this.core.closed(this.session);
    this.wake();
  }

  private async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  private wake(): void {
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }
}

class ScreenDoor implements Door {
  readonly name = 'screens';
  private readonly screens: Screen[] = [];
  private core: Core | undefined;

  async open(core: Core) {
    this.core = core;
    return [];
  }

  async close(reason: string) {
    for (const { session } of this.screens) session.close('SHUTTING_DOWN', reason);
  }

  show(): Screen {
    if (!this.core) throw new Error('the door is not open');
    const screen = new Screen(this.core);
    this.screens.push(screen);
    return screen;
  }
}

test('core works with a door that shows a screen: its sessions get notices as objects', async () => {
  const screens = new ScreenDoor();
  const door = new DuplexDoor();
  const board = await boardWith(screens, door);
  const screen = screens.show();
  await screen.call('session.login', { user: 'alice' });
  await screen.call('group.join', { group: 'main' });
  const bob = door.person();
  bob.send('bob', '%groupjoin main');
  await bob.expect('alice');
  bob.send('%post hello world');
  expect(await screen.noticed('message.posted')).toMatchObject({
    params: { group: 'main', message: { sender: 'bob', subject: 'hello' } },
  });
  await screen.call('message.post', { group: 'main', subject: 'back', content: 'x' });
  await bob.expect('New message from alice (ID: 2,');
  await board.stop();
  expect(screen.closing?.params.code).toBe('SHUTTING_DOWN');
});

test('a session on a screen is closed when its user is banned', async () => {
  const screens = new ScreenDoor();
  const board = await boardWith(screens);
  const screen = screens.show();
  await screen.call('session.login', { user: 'alice' });
  await board.operate((operator) => operator.banUser('alice', 'spam'));
  expect((await screen.closed()).params.code).toBe('EXPELLED');
});

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Address } from '../protocol/address.ts';
import { BoardError, boardError } from '../protocol/errors.ts';
import type {
  Answer,
  Call,
  Membership,
  Method,
  Notice,
  Params,
  Result,
} from '../protocol/schemas.ts';
import type { Standing } from './attempt.ts';
import { catchUp } from './catch-up.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { ConnectionError } from './failure.ts';
import { sayGoodbye } from './goodbye.ts';
import type { GroupFeed } from './group-feed.ts';
import { GroupFeeds } from './group-feeds.ts';
import { type EndingError, Lifeline } from './lifeline.ts';
import { PendingCalls } from './pending-calls.ts';
import { completeTiming, type Timing } from './timing.ts';

interface ClientOptions {
  readonly address: Address;
  readonly credentials: Credentials;
  readonly timing?: Partial<Timing> | undefined;
}

interface BoardClientEvents {
  /** What the board tells: of each message once, and of those in a group in the order of numbers. */
  notice: [notice: Notice];
  /** The connection has gone; `pause` is how long it is until the next try, in milliseconds. */
  lost: [lost: { reason: string; pause: number }];
  /** The session stands again. What was missed is told behind this. */
  resumed: [];
  /** The board has refused calls for the moment; they are sent again after `pause` milliseconds. */
  putOff: [putOff: { error: BoardError; pause: number }];
  /** The session is over, and not tried again. Not told after `close()`. */
  ended: [error: EndingError];
}

/** A session on a board, which outlives its connections. */
export class BoardClient extends EventEmitter<BoardClientEvents> {
  private readonly lifeline: Lifeline;
  private readonly calls: PendingCalls;
  private readonly credentials: Credentials;
  private readonly feeds = new GroupFeeds();
  private connection: Connection | undefined;
  private name = '';
  private id = 0;

  /** @param standing a session that was opened a moment ago: nothing came behind its reply yet */
  constructor(standing: Standing, { address, credentials, timing }: ClientOptions) {
    super();
    this.credentials = credentials;
    const allTiming = completeTiming(timing);
    this.calls = new PendingCalls({
      refused: allTiming.refused,
      putOff: (error, pause) => this.emit('putOff', { error, pause }),
    });
    this.lifeline = new Lifeline({
      address,
      credentials,
      timing: allTiming,
      stands: (next) => this.stand(next),
      lost: (reason, pause) => this.lose(reason, pause),
      ended: (error) => this.end(error),
    });
    this.lifeline.hold(standing);
  }

  /** The name that one goes by; the operator may change it. */
  get user(): string {
    return this.name;
  }

  /** The number of that user, which never changes. */
  get userId(): number {
    return this.id;
  }

  /** Whether the session stands just now. */
  get connected(): boolean {
    return this.connection !== undefined;
  }

  /** The groups that one is in; the counts are of the last time that the session was opened. */
  get memberships(): readonly Membership[] {
    return this.feeds.all.map(({ membership }) => membership);
  }

  /**
   * Asks the board. While there is no connection it waits for one, and a read or a post under way
   * when the connection goes is sent again, so that a post is done once. What the board refuses for
   * the moment is sent again, in order, after the pause that it asks for.
   * @throws BoardError as the board answers; ConnectionLost for a join, a leave or a password that
   * was under way when the connection went, and may or may not have been done; ConnectionError
   * where the session is over, or too many calls wait
   */
  readonly call: Call = async <M extends Method>(method: M, params: Params<M>) => {
    if (method.startsWith('session.')) {
      throw new TypeError(
        `${method} is the client's own: it resumes by itself, and close() leaves.`,
      );
    }
    const sent = method === 'message.post' ? { key: randomUUID(), ...params } : params;
    const feed = 'group' in sent ? this.feeds.find(sent.group) : undefined;
    const answer = this.calls.add<M>({
      method,
      params: sent,
      // The group may have another name by the time that it is sent again.
      lasting: () => (feed ? { ...sent, group: feed.membership.id } : sent),
      learn: (result) => this.learn({ method, params: sent, result } as Answer),
    });
    return feed ? answer.catch((error) => Promise.reject(byName(error, feed))) : answer;
  };

  /**
   * Posts once, whatever the connection does meanwhile.
   * @param key the same key posts once, even from two processes; a random one if left out
   * @throws as `call`
   */
  post(
    group: string | number,
    subject: string,
    content: string,
    { key = randomUUID() }: { key?: string } = {},
  ): Promise<Result<'message.post'>> {
    return this.call('message.post', { group, subject, content, key });
  }

  /** Logs out, if the server answers within a second. What still waits is rejected. */
  async close(): Promise<void> {
    const { connection } = this;
    this.lifeline.close();
    if (connection) await sayGoodbye(connection);
    this.connection = undefined;
    this.calls.end(new ConnectionError('The session was closed before this was done.'));
  }

  private stand({ connection, session }: Standing): void {
    const isFirst = this.name === '';
    this.connection = connection;
    this.id = session.userId;
    this.rename(session.user);
    const read = isFirst ? [] : this.feeds.resume(session.memberships);
    if (isFirst) this.feeds.begin(session.memberships);
    connection.on('notice', (notice) => this.take(notice));
    const settled = this.calls.resume(connection);
    if (isFirst) return;
    void this.catchUp(connection, settled);
    this.emit('resumed');
    for (const { id: groupId, group, lastRead } of read) {
      this.emit('notice', { method: 'marks.changed', params: { group, groupId, lastRead } });
    }
  }

  private lose(reason: string, pause: number): void {
    this.connection = undefined;
    this.calls.pause();
    this.emit('lost', { reason, pause });
  }

  private end(error: EndingError): void {
    this.connection = undefined;
    this.calls.end(error);
    this.emit('ended', error);
  }

  /** What was posted from here is known before what was missed is told. */
  private async catchUp(connection: Connection, settled: Promise<void>): Promise<void> {
    await settled;
    const { call } = connection;
    const tell = (notice: Notice) => this.emit('notice', notice);
    await Promise.all(
      this.feeds.all.map((feed) =>
        catchUp(feed, {
          call,
          wanted: () => this.connection === connection && this.feeds.has(feed),
          tell,
        }),
      ),
    );
  }

  private take(notice: Notice): void {
    if (!this.feeds.take(notice, this.id)) return;
    const { method, params } = notice;
    if (method === 'member.renamed' && params.userId === this.id) this.rename(params.user);
    this.emit('notice', notice);
  }

  private learn(answer: Answer): void {
    if (answer.method === 'account.setPassword') {
      this.credentials.passwordSet(answer.params.password);
    }
    this.feeds.learn(answer);
  }

  private rename(user: string): void {
    this.name = user;
    this.credentials.renamed(user);
  }
}

/** The board speaks of a group that is gone as it was asked for, which may be by its number. */
function byName(error: unknown, { membership }: GroupFeed): unknown {
  const isGone = error instanceof BoardError && error.code === 'GROUP_NOT_FOUND';
  return isGone ? boardError('GROUP_NOT_FOUND', membership.group) : error;
}

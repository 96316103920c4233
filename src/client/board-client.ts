import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
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
import type { OpenSession } from './attempt.ts';
import { catchUp } from './catch-up.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { Destination } from './dial.ts';
import { ConnectionError } from './failure.ts';
import { sayGoodbye } from './goodbye.ts';
import type { GroupFeed } from './group-feed.ts';
import { GroupFeeds } from './group-feeds.ts';
import { type EndingError, Lifeline } from './lifeline.ts';
import { PendingCalls } from './pending-calls.ts';
import { completeTiming, type Timing } from './timing.ts';

interface ClientOptions {
  readonly address: Destination;
  readonly credentials: Credentials;
  readonly timing?: Partial<Timing> | undefined;
}

interface BoardClientEvents {
  /** A notice. Each message is announced once, and those of a group in the order of their numbers. */
  notice: [notice: Notice];
  /** The connection is lost. The next attempt is in `pause` milliseconds. */
  lost: [lost: { reason: string; pause: number }];
  /** The session has been resumed. Missed messages are announced after this. */
  resumed: [];
  /** The board refuses calls for the moment. They are sent again after `pause` milliseconds. */
  putOff: [putOff: { error: BoardError; pause: number }];
  /** The session has ended and does not come back. Not emitted after `close()`. */
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
  private muting = false;

  /** @param opened a session whose login was just answered; nothing after that reply has been read yet */
  constructor(opened: OpenSession, { address, credentials, timing }: ClientOptions) {
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
      opened: (next) => this.sessionOpened(next),
      lost: (reason, pause) => this.lose(reason, pause),
      ended: (error) => this.end(error),
    });
    this.lifeline.hold(opened);
  }

  /** The name of the user. The operator may change it. */
  get user(): string {
    return this.name;
  }

  /** The number of the user, which never changes. */
  get userId(): number {
    return this.id;
  }

  /** Whether the user had muted threads or users at the last login or resume: see `mute.list`. */
  get hasMutes(): boolean {
    return this.muting;
  }

  /** Whether the session has a connection at the moment. */
  get connected(): boolean {
    return this.connection !== undefined;
  }

  /** The groups of the user. Their counts are from the last login or resume. */
  get memberships(): readonly Membership[] {
    return this.feeds.all.map(({ membership }) => membership);
  }

  /**
   * Calls a method of the board. While there is no connection, the call waits for one. A read or a
   * post whose connection is lost is sent again; a post has a key, so it is posted once. A call that
   * the board refuses for the moment is sent again after the pause that the board asks for.
   * @throws BoardError as the board answers; ConnectionLost for a join, a leave or a password whose
   * connection was lost, so that it may or may not have been carried out; ConnectionError if the
   * session has ended, too many calls wait, or the board does not answer
   */
  readonly call: Call = async <M extends Method>(method: M, params: Params<M>) => {
    if (method.startsWith('session.') && method !== 'session.show') {
      throw new TypeError(
        `${method} cannot be called: the client resumes by itself, and close() logs out.`,
      );
    }
    const sent = method === 'message.post' ? { key: randomUUID(), ...params } : params;
    const named = 'group' in sent ? sent.group : undefined;
    const feed = named === undefined ? undefined : this.feeds.find(named);
    const answer = this.calls.add<M>({
      method,
      params: sent,
      // The group may have another name when the call is sent again.
      lasting: () => (feed ? { ...sent, group: feed.membership.id } : sent),
      learn: (result) => this.learn({ method, params: sent, result } as Answer),
    });
    return feed ? answer.catch((error) => Promise.reject(byName(error, feed))) : answer;
  };

  /**
   * Posts a message once, even if the connection is lost while it is sent.
   * @param subject undefined for a reply that takes the subject of its thread
   * @param key under the same key a message is posted once, even by two processes; random if left out
   * @param replyTo the number of the message of the group that it replies to
   * @throws as `call`
   */
  post(
    group: string | number,
    subject: string | undefined,
    content: string,
    { key = randomUUID(), replyTo }: { key?: string; replyTo?: number | undefined } = {},
  ): Promise<Result<'message.post'>> {
    return this.call('message.post', { group, subject, content, key, replyTo });
  }

  /**
   * Finds the direct conversation with a user, or begins it. Post to it by its `groupId`, or as `@dave`.
   * @throws as `call`
   */
  direct(user: string): Promise<Result<'direct.open'>> {
    return this.call('direct.open', { user });
  }

  /** Logs out, which takes at most a second, and closes the connection. Waiting calls are rejected. */
  async close(): Promise<void> {
    const { connection } = this;
    this.lifeline.close();
    if (connection) await sayGoodbye(connection);
    this.connection = undefined;
    this.calls.end(new ConnectionError('The session was closed before this was done.'));
  }

  private sessionOpened({ connection, session }: OpenSession): void {
    const isFirst = this.name === '';
    this.connection = connection;
    this.id = session.userId;
    this.rename(session.user);
    this.muting = session.mutes ?? false;
    const read = isFirst ? [] : this.feeds.resume(session);
    if (isFirst) this.feeds.begin(session);
    connection.on('notice', (notice) => this.take(notice));
    const settled = this.calls.resume(connection);
    if (isFirst) return;
    void this.catchUp(connection, settled);
    this.emit('resumed');
    for (const { id: groupId, group, lastRead, ranges } of read) {
      this.emit('notice', {
        method: 'marks.changed',
        params: { group, groupId, lastRead, ranges },
      });
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

  /** Announces missed messages, after the numbers of this client's own posts are known. */
  private async catchUp(connection: Connection, settled: Promise<void>): Promise<void> {
    await settled;
    const { call } = connection;
    const announce = (notice: Notice) => this.emit('notice', notice);
    await Promise.all(
      this.feeds.all.map((feed) =>
        catchUp(feed, {
          call,
          wanted: () => this.connection === connection && this.feeds.has(feed),
          announce,
          user: () => this.user,
        }),
      ),
    );
  }

  private take(notice: Notice): void {
    if (!this.feeds.take(notice, { id: this.id, name: this.name })) return;
    const { method, params } = notice;
    if (method === 'member.renamed' && params.userId === this.id) this.rename(params.user);
    if (method === 'member.joined' && params.userId === this.id)
      void this.learnRules(params.groupId);
    this.emit('notice', notice);
  }

  /** Another session of the user has joined or made a group. Without an answer, the group counts as an open one. */
  private async learnRules(group: number): Promise<void> {
    try {
      const shown = await this.connection?.call('group.show', { group });
      if (shown) this.feeds.shown(shown);
    } catch (error) {
      if (!(error instanceof BoardError || error instanceof ConnectionError)) throw error;
    }
  }

  private learn(answer: Answer): void {
    if (answer.method === 'account.setPassword') {
      this.credentials.passwordSet(answer.params.password);
    }
    this.feeds.learn(answer, this.id);
  }

  private rename(user: string): void {
    this.name = user;
    this.credentials.renamed(user);
  }
}

/** The error of the board has the group as it was in the call, which may be its number. */
function byName(error: unknown, { membership }: GroupFeed): unknown {
  const isGone = error instanceof BoardError && error.code === 'GROUP_NOT_FOUND';
  return isGone ? boardError('GROUP_NOT_FOUND', membership.group) : error;
}

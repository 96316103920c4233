import { Arrivals } from '../../../../src/chat/arrivals.ts';
import type { BoardClient } from '../../../../src/client/board-client.ts';
import type { Call, Notice } from '../../../../src/protocol/schemas.ts';
import type { Place } from '../../../../src/protocol/text/place.ts';
import { Reading } from '../../../../src/protocol/text/reading.ts';
import { plainStyle } from '../../../../src/protocol/text/style.ts';
import type { JsonPeer, Received } from '../../../helpers/json-peer.ts';
import type { Answer } from '../oracle/answer.ts';
import type { Actor, Request, SignIn, Told } from './actor.ts';
import { plain, withoutTimes } from './rendering.ts';
import { comparable, type Unreadable } from './words.ts';

/** A program: the whole of each result and notice is compared, but for what `comparable` leaves out. */
export class Program implements Actor {
  /** By group: the counter up to which it knows of edits and deletions. */
  private readonly known = new Map<string, number>();
  /** The number of the group that it has asked about last. */
  private lastGroup = 0;
  /** What was read before its last `group.markRead`. */
  private before: unknown;
  /** The last code that it was given. */
  lastCode: string | undefined;
  private fresh: Received[] = [];
  private readonly reading = new Reading();

  constructor(
    private readonly peer: JsonPeer,
    private readonly userId: number,
    private readonly numbersOf: Unreadable,
  ) {}

  /** @returns the memberships, too */
  static async login({ board, name, password }: SignIn, numbersOf: Unreadable) {
    const peer = await board.connectProgram();
    const params = { user: name, ...(password !== undefined && { password }) };
    const session = await peer.call('session.login', params);
    const { memberships, invitations, reports, userId } = session;
    const told = {
      memberships,
      ...(invitations && { invitations }),
      ...(reports && { reports }),
    };
    return {
      actor: new Program(peer, userId, numbersOf),
      welcome: words(comparable(told, numbersOf)),
    };
  }

  static welcome(told: object): string {
    return words(told);
  }

  ask(requests: readonly Request[]): Promise<string[]> {
    return Promise.all(requests.map((request) => this.askOne(request)));
  }

  private async askOne({ method, params }: Request): Promise<string> {
    const { key, first: _, count: __, shown: ___, ...rest } = params;
    const { result, error } = await this.peer.request(method, {
      ...rest,
      ...(/^\d+$/.test(`${params.group}`) && { group: Number(params.group) }),
      ...(method === 'group.changes' && { after: this.known.get(`${key}`) ?? 0 }),
      ...(method === 'group.restoreMarks' && key !== undefined && (this.before as object)),
    });
    if (error) {
      return JSON.stringify({ error: `${error.data.code}: ${withoutTimes(error.message)}` });
    }
    const { change, groupId, was, code } = result as {
      change: number;
      groupId?: number;
      was: unknown;
      code?: string;
    };
    if (code !== undefined) this.lastCode = code;
    if (method === 'group.changes') this.known.set(`${key}`, change);
    if (method === 'group.markRead') this.before = was;
    this.lastGroup = groupId ?? this.lastGroup;
    return words({ result: comparable(result, this.numbersOf, `${params.group ?? ''}`) });
  }

  shown(_: Request, answer: Answer): string {
    return 'error' in answer
      ? JSON.stringify({ error: answer.error })
      : words({ result: answer.result });
  }

  async notices(): Promise<string[]> {
    this.fresh = await this.peer.notices();
    const shown = this.fresh.filter(({ method }) => method !== 'presence.changed');
    return shown.map(({ method, params }) =>
      words({ method, params: comparable(params, this.numbersOf) }),
    );
  }

  shownNotice(notice: Told): string {
    return words(notice);
  }

  /** Is in the group that was asked about last, or in a thread of it. */
  placeHere(thread: number | undefined): Place {
    return { group: this.lastGroup, name: '', ...(thread !== undefined && { thread }) };
  }

  /** Lets `chat` show what the last `notices` have announced in a place. @returns the messages, each as a text */
  async showArrivals(place: Place): Promise<string[]> {
    const printed: string[] = [];
    let left = this.fresh.length;
    let whenDone = () => {};
    const done = new Promise<void>((resolve) => {
      whenDone = resolve;
    });
    const settle = () => {
      if (--left === 0) whenDone();
    };
    let marking = Promise.resolve();
    const reading = Object.assign(Object.create(this.reading) as Reading, {
      shown: (call: Call, group: number, ...numbers: number[]) => {
        marking = this.reading.shown(call, group, ...numbers);
        return marking;
      },
    });
    const call = ((method, params) => this.peer.call(method, params)) as Call;
    const arrivals = new Arrivals({
      client: { call, userId: this.userId } as BoardClient,
      style: plainStyle,
      place: () => place,
      reading: () => reading,
      print: (text) => {
        printed.push(plain(text));
        settle();
      },
      announce: settle,
      marked: () => {},
    });
    for (const notice of this.fresh.splice(0)) arrivals.take(notice as unknown as Notice);
    await done;
    // What was printed is marked right after the last of it.
    await new Promise(setImmediate);
    await marking;
    return printed;
  }

  async expelled(): Promise<string[]> {
    await this.peer.closed();
    const at = this.peer.received.findIndex(({ method }) => method === 'session.closing');
    const last = this.peer.received.slice(at);
    return last.map(({ params }) => `${params?.reason}`);
  }

  async exit(): Promise<void> {
    await this.peer.call('session.logout', {});
    await this.peer.closed();
  }

  async vanish(): Promise<void> {
    this.peer.socket.destroy();
  }
}

/** The same text for the same members in any order. */
function words(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

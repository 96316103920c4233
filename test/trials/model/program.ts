import type { JsonPeer } from '../../helpers/json-peer.ts';
import type { Actor, Request, SignIn, Told } from './actor.ts';
import type { Answer } from './oracle.ts';
import { comparable, type Unreadable } from './words.ts';

/** A program: the whole of each result and notice is compared, but for what `comparable` leaves out. */
export class Program implements Actor {
  /** By group: the counter up to which it knows of edits and deletions. */
  private readonly known = new Map<string, number>();
  constructor(
    private readonly peer: JsonPeer,
    private readonly numbersOf: Unreadable,
  ) {}

  /** @returns the memberships, too */
  static async login({ board, name, password }: SignIn, numbersOf: Unreadable) {
    const peer = await board.connectProgram();
    const { memberships } = await peer.call('session.login', { user: name, password });
    return {
      actor: new Program(peer, numbersOf),
      welcome: words(comparable(memberships, numbersOf)),
    };
  }

  static welcome(memberships: readonly object[]): string {
    return words(memberships);
  }

  ask(requests: readonly Request[]): Promise<string[]> {
    return Promise.all(requests.map((request) => this.askOne(request)));
  }

  private async askOne({ method, params }: Request): Promise<string> {
    const { key, first: _, ...rest } = params;
    const asked =
      method === 'group.changes' ? { ...rest, after: this.known.get(`${key}`) ?? 0 } : rest;
    const { result, error } = await this.peer.request(method, asked);
    if (error) return JSON.stringify({ error: `${error.data.code}: ${error.message}` });
    const { change } = result as { change: number };
    if (method === 'group.changes') this.known.set(`${key}`, change);
    return words({ result: comparable(result, this.numbersOf, `${params.group ?? ''}`) });
  }

  shown(_: Request, answer: Answer): string {
    return 'error' in answer
      ? JSON.stringify({ error: answer.error })
      : words({ result: answer.result });
  }

  async notices(): Promise<string[]> {
    const told = await this.peer.notices();
    const shown = told.filter(({ method }) => method !== 'presence.changed');
    return shown.map(({ method, params }) =>
      words({ method, params: comparable(params, this.numbersOf) }),
    );
  }

  shownNotice(notice: Told): string {
    return words(notice);
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

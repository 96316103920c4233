import { expect } from 'vitest';
import type { Place as ChatPlace } from '../../../../src/protocol/text/place.ts';
import type { TestBoard } from '../../../helpers/board.ts';
import type { seats, UserName } from '../acts.ts';
import type { Answer } from '../oracle/answer.ts';
import type { Oracle } from '../oracle/oracle.ts';
import type { CaughtUp } from '../oracle/reading.ts';
import type { Request, Told } from './actor.ts';
import { Person } from './person.ts';
import { Program } from './program.ts';
import { arrivedMessage, info } from './rendering.ts';

/** A group of the model, or a thread of it, where a user is. */
interface Place {
  readonly key: string;
  /** What the user called the group when they went there. */
  readonly name: string;
  readonly thread?: number;
}

/** A connection that a user has now and then, and what it is due to be told. */
export class Seat {
  readonly user: UserName;
  readonly isPerson: boolean;
  place: Place | undefined;
  /** Where `%next` goes on. */
  reading: { readonly key: string; readonly thread?: number } | undefined;
  /** The last catch-up of this session. */
  caughtUp: CaughtUp | undefined;
  /** By group: the turn up to which it has asked for changes. */
  known = new Map<string, number>();
  /** Messages that were announced, and may be shown in the place of a program. */
  arrivals: { readonly key: string; readonly number: number }[] = [];
  /** Whether the notices of this act may come in any order, because they are of several groups. */
  inAnyOrder = false;
  private actor: Person | Program | undefined;
  private chatPlace: ChatPlace | undefined;
  private due: Told[] = [];
  private marked = new Set<string>();

  constructor(
    readonly at: number,
    kind: (typeof seats)[number],
    private readonly oracle: Oracle,
  ) {
    this.user = kind.user;
    this.isPerson = kind.kind === 'person';
  }

  get isPresent(): boolean {
    return this.actor !== undefined;
  }

  knownChanges(key: string): number {
    return this.known.get(key) ?? 0;
  }

  /** The thread where the user is, if it is one of this group. */
  threadOf(key: string): number | undefined {
    return this.place?.key === key ? this.place.thread : undefined;
  }

  /** Whether the user cannot be in the place any more, which a person learns by the next error. */
  get isPlaceLost(): boolean {
    if (!this.place) return false;
    const { key, thread } = this.place;
    const { access, messages } = this.oracle;
    if (!access.isIn(this.user, key)) return true;
    return thread !== undefined && messages.inThread(this.user, key, thread).length === 0;
  }

  /** Logs in, unless it is there. What is unread then is compared. */
  async arrive(board: TestBoard, password: string): Promise<void> {
    if (this.actor) return;
    const { oracle, user } = this;
    const { access, groups } = oracle;
    const isProtected = access.protectedUsers.has(user);
    const signIn = {
      ...{ board, name: access.names.of(user) },
      password: isProtected ? password : undefined,
    };
    const numbersOf = (group: string) => access.numbersOf(user, group);
    const told = groups.welcome(user);
    const Kind = this.isPerson ? Person : Program;
    const { actor, welcome } = await Kind.login(signIn, numbersOf);
    this.actor = actor;
    expect(welcome, `the welcome of ${user}`).toBe(Kind.welcome(told));
  }

  async leave(how: 'vanish' | 'exit'): Promise<void> {
    const { actor } = this;
    this.forget();
    await actor?.[how]();
  }

  /** The connection has ended. */
  forget(): void {
    this.actor = undefined;
    this.place = undefined;
    this.reading = undefined;
    this.caughtUp = undefined;
    this.arrivals = [];
    this.known.clear();
    this.due = [];
    this.marked.clear();
  }

  /** The model calls a group by another key from now on. */
  rename(was: string, key: string): void {
    if (this.place?.key === was) this.place = { ...this.place, key };
    if (this.reading?.key === was) this.reading = { ...this.reading, key };
    if (this.caughtUp?.key === was) this.caughtUp = { ...this.caughtUp, key };
    if (this.marked.delete(was)) this.marked.add(key);
  }

  /** The operator ends the session of a user: nothing else is announced to it. */
  async expectExpulsion(reason: string): Promise<void> {
    const { actor, user } = this;
    this.forget();
    expect(await actor?.expelled(), `the end of ${user}`).toEqual([reason]);
  }

  ask(method: string, params: Request['params'], answer: Answer, key?: string): Promise<void> {
    return this.compare([{ method, params }], [answer], key);
  }

  /** @param key the group that the requests are about */
  async compare(
    requests: readonly Request[],
    answers: readonly Answer[],
    key?: string,
  ): Promise<void> {
    const actor = this.present();
    const isHere = this.place !== undefined && this.place.key === key;
    const shown = await actor.ask(requests, isHere);
    const expected = requests.map((request, nth) => {
      const answer = answers[nth] as Answer;
      const shown = actor.shown(request, answer, isHere);
      return this.isPerson ? shown + this.leaveIfGone(request, answer, key) : shown;
    });
    const all = this.isPerson ? [expected.join('')] : expected;
    expect(shown, `${this.user}: ${JSON.stringify(requests)}`).toEqual(all);
  }

  /** After leaving a group, and after some errors, a person who is in a place that is gone is told so, and is there no more. */
  private leaveIfGone({ method }: Request, answer: Answer, about: string | undefined): string {
    const { place } = this;
    if (!place || !this.isPlaceLost) return '';
    const isNoticed =
      'error' in answer
        ? /^(NOT_MEMBER|GROUP_NOT_FOUND|MESSAGE_NOT_FOUND):/.test(answer.error)
        : /^group\.(leave|delete)$/.test(method) && about === place.key;
    if (!isNoticed) return '';
    const { key, name, thread } = place;
    const where = thread === undefined ? name : `${name}/${thread}`;
    if (!this.oracle.access.isIn(this.user, key)) {
      this.place = undefined;
      return info(`You are not in ${where} any more. Lines without % are posted nowhere now.`);
    }
    this.place = { key, name };
    return info(`The thread has no message any more. You are in ${name}.`);
  }

  /** A program shows from now on what arrives in its place: in the group that it has asked about last. */
  stay(): void {
    const actor = this.present();
    if (actor instanceof Program) this.chatPlace = actor.placeHere(this.place?.thread);
  }

  expect(method: string, params: Told['params']): void {
    this.due.push({ method, params });
  }

  expectMarks(key: string): void {
    this.marked.add(key);
  }

  /** A message was announced. */
  noteArrival(key: string, number: number): void {
    if (!this.isPerson && this.place?.key === key) this.arrivals.push({ key, number });
  }

  async compareNotices(): Promise<void> {
    const { actor, oracle, user, inAnyOrder } = this;
    this.inAnyOrder = false;
    if (!actor) return;
    const expected = this.due.flatMap((notice) => actor.shownNotice(notice) ?? []);
    const marks = [...this.marked].flatMap((key) => {
      if (!oracle.access.isIn(user, key)) return [];
      const params = {
        group: oracle.access.names.ofGroup(user, key),
        unreadNumbers: oracle.reading.unmarked(user, key),
      };
      return actor.shownNotice({ method: 'marks.changed', params }) ?? [];
    });
    const notices = await actor.notices();
    // Marks hold invisible messages, too, so whether they have changed, nobody can tell.
    const told = notices.filter((notice) => !marks.includes(notice));
    const ordered = (lines: string[]) => (inAnyOrder ? lines.sort() : lines);
    expect(ordered(told), `what ${user} is told`).toEqual(ordered(expected));
    this.due = [];
    this.marked.clear();
  }

  /**
   * Compares what a program shows of the messages that have arrived in its place. These are read then.
   * @returns the groups of which something was read
   */
  async readArrivals(): Promise<string[]> {
    const { oracle, user, place, chatPlace } = this;
    const actor = this.present();
    const arrived = this.arrivals;
    this.arrivals = [];
    if (!place || !chatPlace || !(actor instanceof Program)) return [];
    const { key, thread } = place;
    const numbers = arrived.filter((each) => each.key === key).map(({ number }) => number);
    const shown = oracle.access
      .visible(user, key)
      .filter((message) => numbers.includes(message.number) && message.sender !== user)
      .filter((message) => thread === undefined || message.thread === thread);
    const expected = shown.map((message) =>
      arrivedMessage({ ...oracle.access.header(message), content: message.texts.at(-1) ?? '' }),
    );
    expect(await actor.showArrivals(chatPlace), `what ${user} is shown`).toEqual(expected);
    for (const { number } of shown) oracle.reading.markRead(user, key, [number, number]);
    return shown.length > 0 ? [key] : [];
  }

  /** The last invitation code that this session was given. */
  get lastCode(): string | undefined {
    return this.present().lastCode;
  }

  private present(): Person | Program {
    if (!this.actor) throw new Error(`${this.user} is not there`);
    return this.actor;
  }
}

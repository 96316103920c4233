import { expect } from 'vitest';
import type { TestBoard } from '../../helpers/board.ts';
import type { Actor, Request, Told } from './actor.ts';
import type { seats, UserName } from './deeds.ts';
import type { Answer, CaughtUp, Oracle } from './oracle.ts';
import { Person } from './person.ts';
import { Program } from './program.ts';

/** A connection that a user has now and then, and what it is due to be told. */
export class Seat {
  readonly user: UserName;
  readonly isPerson: boolean;
  /** Where `%next` goes on. */
  reading: { key: string; thread: number } | undefined;
  /** The last catch-up of this session. */
  caughtUp: CaughtUp | undefined;
  /** By group: the turn up to which it has asked for changes. */
  known = new Map<string, number>();
  private actor: Actor | undefined;
  private due: Told[] = [];
  private marked = new Set<string>();

  constructor(
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

  /** Logs in, unless it is there. What is unread then is compared. */
  async arrive(board: TestBoard, password: string): Promise<void> {
    if (this.actor) return;
    const { oracle, user } = this;
    const signIn = { board, name: oracle.name(user), password };
    const numbersOf = (group: string) => oracle.numbersOf(user, group);
    const groups = oracle.groupsOf(user).map((key) => oracle.membership(user, key));
    const Kind = this.isPerson ? Person : Program;
    const { actor, welcome } = await Kind.login(signIn, numbersOf);
    this.actor = actor;
    expect(welcome, `the welcome of ${user}`).toBe(Kind.welcome(groups));
  }

  async leave(how: 'vanish' | 'exit'): Promise<void> {
    const { actor } = this;
    this.forget();
    await actor?.[how]();
  }

  /** The connection has ended. */
  forget(): void {
    this.actor = undefined;
    this.reading = undefined;
    this.caughtUp = undefined;
    this.known.clear();
    this.due = [];
    this.marked.clear();
  }

  ask(method: string, params: Request['params'], answer: Answer): Promise<void> {
    return this.compare([{ method, params }], [answer]);
  }

  async compare(requests: readonly Request[], answers: readonly Answer[]): Promise<void> {
    const { actor } = this;
    if (!actor) throw new Error(`${this.user} is not there`);
    const shown = await actor.ask(requests);
    const expected = requests.map((request, nth) => actor.shown(request, answers[nth] as Answer));
    expect(shown, `${this.user}: ${JSON.stringify(requests)}`).toEqual(expected);
  }

  expect(method: string, params: Told['params']): void {
    this.due.push({ method, params });
  }

  expectMarks(key: string): void {
    this.marked.add(key);
  }

  async compareNotices(): Promise<void> {
    const { actor, oracle, user } = this;
    if (!actor) return;
    const expected = this.due.flatMap((notice) => actor.shownNotice(notice) ?? []);
    const marks = [...this.marked].flatMap((key) => {
      if (!oracle.isIn(user, key)) return [];
      const params = {
        group: oracle.groupName(user, key),
        unreadNumbers: oracle.unread(user, key),
      };
      return actor.shownNotice({ method: 'marks.changed', params }) ?? [];
    });
    const notices = await actor.notices();
    // Marks hold invisible messages, too, so whether they have changed, nobody can tell.
    const told = notices.filter((notice) => !marks.includes(notice));
    expect(told, `what ${user} is told`).toEqual(expected);
    this.due = [];
    this.marked.clear();
  }
}

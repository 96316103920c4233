import { expect, type MockInstance } from 'vitest';
import type { Administration } from '../../../../src/board/ports/administration.ts';
import { BoardError } from '../../../../src/protocol/errors.ts';
import { everyone } from '../../../../src/protocol/mentions.ts';
import { isIndexed } from '../../../../src/storage/sqlite/acts/search-index.ts';
import type { ServerStore } from '../../../../src/storage/sqlite/serving/server-store.ts';
import { type Kept, mentions } from '../../../contract/model-group.ts';
import type { TestBoard } from '../../../helpers/board.ts';
import { type GroupPlace, type Mentioned, seats, type UserName } from '../acts.ts';
import type { Text } from '../oracle/messages.ts';
import { isDirect, otherOf } from '../oracle/names.ts';
import { Oracle } from '../oracle/oracle.ts';
import { Seat } from '../people/seat.ts';

/** A board and its model, the seats of its users, and who of them is notified of what. */
export class Stage {
  readonly oracle = new Oracle();
  readonly seats = seats.map((seat, at) => new Seat(at, seat, this.oracle));
  readonly password = 'correct horse battery';
  /** Whether the operator has deleted a user. */
  hasDeletedUser = false;
  /** The groups that users have made, also those that are deleted. */
  readonly made: { readonly key: string; readonly id: number }[] = [];
  /** The codes that were made, the newest first. */
  readonly codes: string[] = [];
  private words = 0;

  /** @param watching a spy that knows the stores of servers */
  constructor(
    readonly board: TestBoard,
    private readonly watching: MockInstance<ServerStore['watch']>,
  ) {}

  /** A word that no other text has: `s1`, `s2` for subjects, `e3` for an edit. */
  newWord(kind: 's' | 'e' | 'other'): string {
    return `${kind}${++this.words}`;
  }

  /** A content, with a mention if the act has one. */
  text(content: string, { mentioned }: { mentioned?: Mentioned | undefined }): Text {
    if (mentioned === undefined) return { content, mentions: [] };
    if (mentioned === everyone) return { content: `${content} ${everyone}`, mentions: [everyone] };
    const name = this.oracle.access.names.of(mentioned);
    return { content: `${content} @${name}`, mentions: [mentioned] };
  }

  seat(at: number): Seat {
    return this.seats[at] as Seat;
  }

  /** Lets a user be known to the board, with a password if the name is a protected one. */
  async register(user: string): Promise<void> {
    const name = this.oracle.access.names.of(user);
    if (this.oracle.access.protectedUsers.has(user)) return this.board.protect(name, this.password);
    const peer = await this.board.program(name);
    await peer.call('session.logout', {});
    await peer.closed();
  }

  /** Gives a name a password, by a session of the user. */
  async protect(user: string): Promise<void> {
    const peer = await this.board.program(this.oracle.access.names.of(user));
    await peer.call('account.setPassword', { password: this.password });
    await peer.call('session.logout', {});
    await peer.closed();
  }

  /** Logs the user of a seat in, unless that was done before. */
  arrive(seat: Seat): Promise<void> {
    return seat.arrive(this.board, this.password);
  }

  private get server(): ServerStore {
    return this.watching.mock.contexts.at(-1) as ServerStore;
  }

  /** Does something as the operator, and lets the server see it, which it looks for twice a second. */
  async operate(work: (operator: Administration) => Promise<unknown>): Promise<void> {
    await this.board.operate(work);
    await this.server.announce();
  }

  /** Waits until the server has indexed all messages. */
  async indexed(): Promise<void> {
    const { statements } = this.server.store;
    await expect.poll(() => isIndexed(statements), { interval: 5, timeout: 20_000 }).toBe(true);
  }

  /** Does something as the operator, and compares how it is refused. */
  async compareRefusal(
    expected: string | undefined,
    work: (operator: Administration) => Promise<unknown>,
  ): Promise<void> {
    let refused: string | undefined;
    await this.operate((operator) =>
      work(operator).catch((error) => {
        if (!(error instanceof BoardError)) throw error;
        refused = `${error.code}: ${error.message}`;
      }),
    );
    expect(refused, 'what the operator is refused').toBe(expected);
  }

  /** How an operator refers to a group. */
  ref(key: string) {
    return { id: this.oracle.access.idOf(key) ?? 0 };
  }

  /** A group by its key, or by its place among all groups. */
  keyOf(group: string | number): string {
    const groups = this.oracle.access.groups();
    return typeof group === 'string' ? group : (groups[group % groups.length] ?? 'main');
  }

  /** The word by which a user refers to a group. */
  wordFor(place: GroupPlace): string {
    const { access } = this.oracle;
    if (typeof place === 'string') return access.names.of(place);
    const found = this.made[place.made % this.made.length];
    if (!found) return 'plans';
    const isSecret = access.model.has(found.key) && access.isSecret(found.key);
    const hasBoth = place.by === 'both' && isSecret;
    return hasBoth ? `${access.names.of(found.key)}#${found.id}` : String(found.id);
  }

  /** Expects the notices that the act of a seat has caused, at all other sessions. */
  tellEvents(by?: Seat): void {
    const { access, log } = this.oracle;
    for (const { key, method, params, to, isForAll } of log.takeEvents()) {
      for (const seat of this.seats) {
        if (!seat.isPresent || !to.includes(seat.user)) continue;
        if (seat === by && !isForAll) continue;
        seat.expect(method, { ...params, group: access.names.ofGroup(seat.user, key) });
      }
    }
  }

  seatsIn(key: string, except?: Seat): Seat[] {
    return this.seats.filter(
      (seat) => seat !== except && seat.isPresent && this.oracle.access.isIn(seat.user, key),
    );
  }

  seatsThatSee(key: string, number: number, except?: Seat): Seat[] {
    return this.seatsIn(key, except).filter(({ user }) =>
      this.oracle.access.sees(user, key, number),
    );
  }

  /** The seats that are told who joins and leaves: a session whose user has muted the group is not. */
  seatsOfMembers(key: string, except?: Seat): Seat[] {
    const { members } = this.oracle.access.model.group(key);
    return this.seatsIn(key, except).filter(({ user }) => members.get(user)?.notify === 'all');
  }

  /** Expects a notice at some seats, each with its user's name of the group. */
  tell(told: readonly Seat[], key: string, method: string, params: object): void {
    for (const seat of told) {
      const group = this.oracle.access.names.ofGroup(seat.user, key);
      seat.expect(method, { ...params, group });
    }
  }

  tellPosted(by: Seat, key: string, kept: Kept): void {
    const { model } = this.oracle.access;
    if (isDirect(key) && kept.number === 1) this.tellBegun(by, key);
    const told = this.seatsIn(key, by).filter((seat) => {
      const { user } = seat;
      if (this.hides(seat, key, kept)) return false;
      const notify = model.group(key).members.get(user)?.notify;
      return notify === 'all' || (notify === 'mentions' && mentions(kept.mentioned, user));
    });
    this.tell(told, key, 'message.posted', { message: this.oracle.access.header(kept) });
    for (const seat of told) seat.noteArrival(key, kept.number);
  }

  tellEdited(by: Seat, key: string, number: number): void {
    const { model } = this.oracle.access;
    const edited = model.group(key).rows.find((row) => row.number === number) as Kept;
    const told = this.seatsThatSee(key, number, by).filter(
      (seat) => !this.hides(seat, key, edited),
    );
    this.tell(told, key, 'message.edited', { message: this.oracle.access.header(edited) });
  }

  /** Whether a user has muted the sender or the thread of a message. Programs are told all the same. */
  private hides({ isPerson, user }: Seat, key: string, message: Kept): boolean {
    return isPerson && this.oracle.access.model.group(key).isMuted(user, message);
  }

  /**
   * Called before messages are purged. A member is told nothing of those that the member does not see.
   * @param deleted the user with whom they are deleted, and what the conversations with this user are called from now on
   */
  tellPurged(
    key: string,
    numbers: readonly number[],
    deleted?: { readonly user: UserName; readonly as: string },
  ): void {
    const [first, last] = [numbers[0], numbers.at(-1)];
    if (first === undefined || last === undefined) return;
    for (const seat of this.seatsThatSee(key, last)) {
      if (seat.user === deleted?.user) continue;
      const { names } = this.oracle.access;
      const group = deleted && isDirect(key) ? deleted.as : names.ofGroup(seat.user, key);
      const seesAll = this.oracle.access.sees(seat.user, key, first);
      const all = seesAll && { count: numbers.length, first };
      seat.expect('messages.purged', { group, ...all, last });
    }
  }

  /** The other sessions of a user learn that the user has begun a conversation. */
  tellOpened(by: Seat, key: string): void {
    for (const seat of this.othersOf(by)) this.tellConversation(seat, key);
  }

  /** The other user learns of a conversation by its first message, but not one who has begun it too. */
  private tellBegun(by: Seat, key: string): void {
    if (this.oracle.access.model.group(key).beginner !== by.user) return;
    for (const seat of this.seatsIn(key)) {
      if (seat.user !== by.user) this.tellConversation(seat, key);
    }
  }

  private tellConversation(seat: Seat, key: string): void {
    const user = this.oracle.access.names.of(otherOf(seat.user, key));
    seat.expect('direct.opened', { group: `@${user}`, user });
  }

  /** The other sessions of a user. */
  othersOf(by: Seat): Seat[] {
    return this.seats.filter((seat) => seat !== by && seat.user === by.user && seat.isPresent);
  }

  /** What is read was changed at a seat, or was not: the user's other sessions are told what is read now. */
  tellMarks(by: Seat, key: string): void {
    for (const seat of this.othersOf(by)) seat.expectMarks(key);
  }

  /** Compares what was announced. A program in a place then reads what has arrived there. */
  async compareNotices(): Promise<void> {
    for (const seat of this.seats) await seat.compareNotices();
    const arrived = this.seats.filter((seat) => seat.arrivals.length > 0);
    if (arrived.length === 0) return;
    for (const seat of arrived) {
      for (const key of await seat.readArrivals()) this.tellMarks(seat, key);
    }
    for (const seat of this.seats) await seat.compareNotices();
  }

  /** The conversations of a user, with those that the other user has begun and that do not exist for this one yet. */
  conversationsOf(user: UserName): string[] {
    const { model, protectedUsers } = this.oracle.access;
    if (!protectedUsers.has(user)) return [];
    return model.groupNames().filter((key) => isDirect(key) && model.group(key).members.has(user));
  }
}

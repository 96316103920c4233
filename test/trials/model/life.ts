import { type MockInstance, vi } from 'vitest';
import { nameKey } from '../../../src/board/name-key.ts';
import { groupName, userName } from '../../../src/board/names.ts';
import { ServerStore } from '../../../src/storage/sqlite/serving/server-store.ts';
import { toTheEnd } from '../../contract/storage.ts';
import { TestBoard } from '../../helpers/board.ts';
import type { Request } from './actor.ts';
import { type Deed, groupNames, type Place, seats, type UserName, userNames } from './deeds.ts';
import { type Answer, conversationOf, Oracle, otherOf, type Text } from './oracle.ts';
import { Seat } from './seat.ts';

const password = 'correct horse battery';
type SeatDeed = Extract<Deed, { seat: number }>;

/** Plays deeds at a board and on the model, and holds every answer and every notice to it. */
export class Life {
  private readonly oracle = new Oracle();
  private readonly seats = seats.map((seat) => new Seat(seat, this.oracle));
  private subjects = 0;
  private edits = 0;
  private renames = 0;

  private constructor(
    private readonly board: TestBoard,
    private readonly watching: MockInstance<ServerStore['watch']>,
  ) {}

  /** Plays deeds at a new board. */
  static async live(deeds: readonly Deed[]): Promise<void> {
    const watching = vi.spyOn(ServerStore.prototype, 'watch');
    const board = await TestBoard.start({ durability: 'relaxed' });
    try {
      await new Life(board, watching).play(deeds);
    } finally {
      await board.stop();
      watching.mockRestore();
    }
  }

  private async play(deeds: readonly Deed[]): Promise<void> {
    for (const user of userNames) await this.board.protect(user, password);
    for (const deed of deeds) {
      await this.perform(deed);
      await this.compareNotices();
    }
    for (const [seat] of seats.entries()) {
      const places: Place[] = [...groupNames, { other: 0 }, { other: 1 }];
      for (const place of places) {
        await this.perform({ do: 'list', seat, place, before: undefined, limit: 100 });
        await this.perform({ do: 'threads', seat, place });
        await this.perform({ do: 'changes', seat, place });
      }
      await this.perform({ do: 'groups', seat });
      await this.perform({ do: 'directs', seat });
      await this.perform({ do: 'unread', seat });
    }
    await this.compareNotices();
  }

  private async perform(deed: Deed): Promise<void> {
    switch (deed.do) {
      case 'restart':
        await this.board.restart();
        for (const seat of this.seats) seat.forget();
        return;
      case 'delete':
        return this.deleteNewest(deed);
      case 'deleteAndJoin': {
        const { group, seat, after } = deed;
        const isIn = this.oracle.isIn(this.userAt(seat), group);
        const removal: Deed = { do: 'delete', group, newest: [1, 2] };
        const rejoining: Deed[] = [
          ...(isIn ? [{ do: 'leave' as const, seat, group }] : []),
          { do: 'join', seat, group },
        ];
        for (const each of after ? [...rejoining, removal] : [removal, ...rejoining]) {
          await this.perform(each);
          await this.compareNotices();
        }
        return;
      }
      case 'purge':
        return this.purge(deed.group, deed.keep);
      case 'renameUser':
        return this.renameUser(deed.user);
      case 'renameGroup':
        return this.renameGroup();
      default:
        return this.performAt(deed.seat, deed);
    }
  }

  private userAt(seat: number): UserName {
    return (this.seats[seat] as Seat).user;
  }

  /** An even number stands for one of the messages that the user sees, or may change; an odd one for itself. */
  private aim(user: string, key: string, deed: SeatDeed): SeatDeed {
    if (!('number' in deed) || deed.number % 2 === 1 || !this.oracle.isIn(user, key)) return deed;
    const visible = this.oracle.model.group(key).visible(user);
    const isChange = deed.do === 'edit' || deed.do === 'deleteOwn';
    const aims = isChange ? visible.filter(({ sender }) => sender === user) : visible;
    return { ...deed, number: aims[(deed.number / 2) % aims.length]?.number ?? deed.number };
  }

  private async performAt(at: number, asked: SeatDeed): Promise<void> {
    let deed = asked;
    const seat = this.seats[at] as Seat;
    if (deed.do === 'vanish' || deed.do === 'exit') return seat.leave(deed.do);
    await seat.arrive(this.board, password);
    const { oracle } = this;
    const { user } = seat;
    const others = userNames.filter((each) => each !== user);
    const other = 'other' in deed ? (others[deed.other] as UserName) : user;
    const place = 'place' in deed ? deed.place : 'group' in deed ? deed.group : 'main';
    const key =
      typeof place === 'string' ? place : conversationOf(user, others[place.other] as string);
    deed = this.aim(user, key, asked);
    const group = oracle.groupName(user, key);
    const ask = (method: string, params: object, answer: Answer) =>
      seat.compare([{ method, params: { group, ...params } }], [answer]);
    const first = () => oracle.firstVisible(user, key);
    switch (deed.do) {
      case 'join': {
        const answer = oracle.join(user, key);
        await ask('group.join', {}, answer);
        const { lastNumber } = oracle.model.group(key);
        const params = { group, user: oracle.name(user), lastNumber };
        if ('result' in answer) this.tell(key, 'member.joined', params, { except: at });
        return;
      }
      case 'leave': {
        const left = oracle.isIn(user, key);
        const told = this.seatsIn(key, at);
        await ask('group.leave', {}, oracle.leave(user, key));
        const params = { group, user: oracle.name(user) };
        if (left) for (const each of told) each.expect('member.left', params);
        return;
      }
      case 'users':
        return ask('group.members', {}, oracle.members(user, key));
      case 'open':
        return seat.isPerson ? undefined : this.open(at, other);
      case 'block':
        return seat.ask('user.block', { user: oracle.name(other) }, oracle.block(user, other));
      case 'unblock':
        return seat.ask('user.unblock', { user: oracle.name(other) }, oracle.unblock(user, other));
      case 'blocked':
        return seat.ask('user.blocked', {}, oracle.blocked(user));
      case 'post':
        return this.post(at, key, deed.posts, this.text('in full', deed));
      case 'reply': {
        const { number: replyTo } = deed;
        const text = this.text('in full', deed);
        const answer = oracle.reply(user, key, replyTo, text);
        await ask('message.post', { replyTo, content: text.content }, answer);
        if (answer.kept) this.tellPosted(at, key, answer.kept);
        return;
      }
      case 'get': {
        const { number } = deed;
        const answer = oracle.get(user, key, number);
        await ask('message.get', { number, first: first() }, answer);
        if (seat.isPerson && 'result' in answer) oracle.markRead(user, key, number, number);
        return this.tellMarks(at, key);
      }
      case 'edit': {
        const { number } = deed;
        const text = this.text(`in full, e${++this.edits}`, deed);
        const answer = oracle.edit(user, key, number, text);
        await ask('message.edit', { number, content: text.content }, answer);
        if ('error' in answer) return;
        const { group: _, revision: __, ...message } = answer.result;
        return this.tell(key, 'message.edited', { group, message }, { except: at, number });
      }
      case 'deleteOwn': {
        const { number } = deed;
        const told = this.seatsThatSee(key, number, at);
        const answer = oracle.delete(user, key, number);
        await ask('message.delete', { number }, answer);
        if ('error' in answer) return;
        for (const each of told) {
          each.expect('message.deleted', this.as(each, key, { number, by: oracle.name(user) }));
        }
        return;
      }
      case 'history':
        return ask(
          'message.history',
          { number: deed.number },
          oracle.history(user, key, deed.number),
        );
      case 'thread': {
        const { number: thread } = deed;
        const answer = oracle.thread(user, key, thread);
        if ('result' in answer) seat.reading = { key, thread: Number(answer.result.thread) };
        return ask('thread.get', { thread, first: first() }, answer);
      }
      case 'threads':
        return ask('thread.list', {}, oracle.threads(user, key));
      case 'changes': {
        if (seat.isPerson) return;
        const answer = oracle.changes(user, key, seat.knownChanges(key));
        await ask('group.changes', { key }, answer);
        if ('result' in answer) seat.known.set(key, oracle.model.turn);
        return;
      }
      case 'list': {
        const { before, limit } = deed;
        const params = { limit, ...(before !== undefined && { before }) };
        const answer = oracle.list(user, key, params);
        return ask('message.list', { ...params, ...(seat.isPerson && { first: first() }) }, answer);
      }
      case 'markRead': {
        if (seat.isPerson) return;
        const { number, count, upTo } = deed;
        const params = upTo ? { number } : { ranges: [[number, number + count]] };
        const range = upTo ? ([1, number] as const) : ([number, number + count] as const);
        await ask('message.markRead', params, oracle.markRead(user, key, ...range));
        return this.tellMarks(at, key);
      }
      case 'catchUp': {
        const was = oracle.isIn(user, key)
          ? oracle.model.group(key).members.get(user)?.read
          : undefined;
        const answer = oracle.catchUp(user, key);
        if (was) seat.caughtUp = { key, was, upTo: oracle.model.group(key).lastNumber };
        await ask('group.markRead', {}, answer);
        return this.tellMarks(at, key);
      }
      case 'undo':
        return this.undo(at);
      case 'next':
        return this.next(at, key);
      case 'search':
        return seat.ask('message.search', { query: deed.word }, oracle.search(user, deed.word));
      case 'mentions':
        return seat.ask('mention.list', {}, oracle.mentions(user));
      case 'groups':
        return seat.isPerson ? undefined : seat.ask('group.list', {}, oracle.groups(user));
      case 'directs':
        return seat.ask('direct.list', {}, oracle.directs(user));
      case 'unread': {
        const unread = this.unreadOf(seat);
        return seat.isPerson ? seat.ask('unread', {}, { result: { unread } }) : undefined;
      }
    }
  }

  /** A content, with a mention if the deed has one. */
  private text(content: string, { mentioned }: { mentioned?: UserName | undefined }): Text {
    if (mentioned === undefined) return { content, mentions: [] };
    return { content: `${content} @${this.oracle.name(mentioned)}`, mentions: [mentioned] };
  }

  private async open(at: number, other: UserName): Promise<void> {
    const seat = this.seats[at] as Seat;
    const opened = this.oracle.open(seat.user, other);
    const name = this.oracle.name(other);
    const answer = 'error' in opened ? opened : { result: { group: `@${name}`, user: name } };
    if ('key' in opened && opened.isNew) this.tellOpened(at, opened.key);
    return seat.ask('direct.open', { user: name }, answer);
  }

  private async post(at: number, key: string, posts: number, text: Text): Promise<void> {
    const { oracle } = this;
    const seat = this.seats[at] as Seat;
    const group = oracle.groupName(seat.user, key);
    const requests: Request[] = [];
    const answers: Answer[] = [];
    for (let nth = 0; nth < posts; nth++) {
      const subject = `s${++this.subjects}`;
      const other = key.startsWith('@') && (otherOf(seat.user, key) as UserName);
      const opened = other && oracle.open(seat.user, other);
      if (opened && 'key' in opened && opened.isNew) this.tellOpened(at, key);
      const answer =
        opened && 'error' in opened ? opened : oracle.post(seat.user, key, subject, text);
      requests.push({ method: 'message.post', params: { group, subject, content: text.content } });
      answers.push(answer);
      if ('kept' in answer && answer.kept) this.tellPosted(at, key, answer.kept);
    }
    await seat.compare(requests, answers);
  }

  private async undo(at: number): Promise<void> {
    const seat = this.seats[at] as Seat;
    const { caughtUp, user } = seat;
    if (seat.isPerson) {
      const key = caughtUp?.key ?? '';
      const isIn = this.oracle.isIn(user, key);
      if (caughtUp && isIn) this.oracle.restore(user, caughtUp);
      const group = this.oracle.groupName(user, key);
      const undone = isIn ? [{ group, count: this.oracle.unread(user, key).length }] : [];
      seat.caughtUp = undefined;
      await seat.ask('undo', {}, { result: { undone } });
      return this.tellMarks(at, key);
    }
  }

  /** For a person, `%next`, which goes on where the person is reading. */
  private async next(at: number, key: string): Promise<void> {
    const seat = this.seats[at] as Seat;
    const { oracle } = this;
    const { user } = seat;
    if (!seat.isPerson) {
      const group = oracle.groupName(user, key);
      return seat.ask('message.next', { group }, oracle.next(user, key));
    }
    const { reading } = seat;
    const [found] = [...(reading ? [reading.key] : []), ...oracle.groupsOf(user)].filter(
      (each) => oracle.isIn(user, each) && oracle.unread(user, each).length > 0,
    );
    if (found === undefined) return seat.ask('next', {}, { result: {} });
    const thread = found === reading?.key ? reading.thread : undefined;
    const answer = oracle.next(user, found, thread) as { result: Record<string, unknown> };
    const message = answer.result.message as { number: number; thread: number };
    oracle.markRead(user, found, message.number, message.number);
    seat.reading = { key: found, thread: message.thread };
    const first = oracle.firstVisible(user, found);
    const shown = { ...message, group: oracle.groupName(user, found) };
    await seat.ask('next', { first }, { result: { message: shown, left: this.unreadOf(seat) } });
    return this.tellMarks(at, found);
  }

  /** The groups with unread messages, that of `%next` first. */
  private unreadOf({ user, reading }: Seat) {
    return this.oracle
      .groupsOf(user)
      .map((key) => ({ key, count: this.oracle.unread(user, key).length }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => Number(b.key === reading?.key) - Number(a.key === reading?.key))
      .map(({ key, count }) => ({
        ...{ group: this.oracle.groupName(user, key), count },
        mentions: this.oracle.unreadMentions(user, key),
      }));
  }

  private async deleteNewest({ group: key, newest }: { group: string; newest: number[] }) {
    const left = this.oracle.model.group(key).messages();
    const numbers = newest.flatMap((nth) => left.at(-nth)?.number ?? []).sort((a, b) => a - b);
    if (numbers.length === 0) return;
    for (const number of numbers) {
      for (const seat of this.seatsThatSee(key, number)) {
        seat.expect('message.deleted', this.as(seat, key, { number, by: null }));
      }
    }
    this.oracle.model.delete(key, numbers);
    await this.board.operate((operator) => operator.deleteMessages(this.ref(key), numbers));
    await this.announce();
  }

  private async purge(key: string, keep: number): Promise<void> {
    const group = this.oracle.model.group(key);
    const gone = group.messages().slice(0, keep === 0 ? undefined : -keep);
    const numbers = gone.map(({ number }) => number);
    await this.board.operate(async (operator) => {
      const plan = await operator.planPurge(this.ref(key), { keep });
      return operator.purge(plan, toTheEnd);
    });
    const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
    const seeAll = this.seatsThatSee(key, first);
    for (const seat of numbers.length > 0 ? this.seatsThatSee(key, last) : []) {
      const all = seeAll.includes(seat) && { count: numbers.length, first };
      seat.expect('messages.purged', this.as(seat, key, { ...all, last }));
    }
    group.purge(keep);
    await this.announce();
  }

  private async renameUser(user: UserName): Promise<void> {
    const { oracle } = this;
    const was = oracle.name(user);
    const name = `${user}${++this.renames}`;
    const conversations = oracle.groupsOf(user).filter((key) => key.startsWith('@'));
    const before = conversations.map((key) => oracle.groupName(otherOf(user, key), key));
    for (const seat of this.seats) {
      const shared = oracle.groupsOf(user).find((key) => oracle.isIn(seat.user, key));
      if (!seat.isPresent || shared === undefined) continue;
      const group = oracle.groupName(seat.user, shared);
      seat.expect('member.renamed', { group, user: name, was });
    }
    oracle.rename(user, name);
    for (const [nth, key] of conversations.entries()) {
      for (const seat of this.seatsIn(key)) {
        const group = oracle.groupName(seat.user, key);
        if (seat.user !== user) seat.expect('group.changed', { group, was: before[nth] });
      }
    }
    await this.board.operate((operator) => operator.renameUser(was, userName(name)));
    await this.announce();
  }

  private async renameGroup(): Promise<void> {
    const was = this.oracle.name('general');
    const name = `general${++this.renames}`;
    const ref = this.ref('general');
    this.oracle.rename('general', name);
    this.tell('general', 'group.changed', { group: name, was });
    await this.board.operate((operator) => operator.renameGroup(ref, groupName(name)));
    await this.announce();
  }

  private ref(key: string) {
    const name = this.oracle.name(key);
    return { key: nameKey(name), name };
  }

  /** Lets the server see what the operator has done, which it looks for twice a second. */
  private async announce(): Promise<void> {
    await (this.watching.mock.contexts.at(-1) as ServerStore).announce();
  }

  private seatsIn(key: string, except?: number): Seat[] {
    return this.seats.filter(
      (seat, at) => at !== except && seat.isPresent && this.oracle.isIn(seat.user, key),
    );
  }

  private seatsThatSee(key: string, number: number, except?: number): Seat[] {
    return this.seatsIn(key, except).filter(({ user }) =>
      this.oracle.model
        .group(key)
        .visible(user)
        .some((message) => message.number === number),
    );
  }

  private as({ user }: Seat, key: string, params: object) {
    return { ...params, group: this.oracle.groupName(user, key) };
  }

  /** @param number of the message that those who are told have to see */
  private tell(
    key: string,
    method: string,
    params: object,
    { except, number }: { except?: number; number?: number } = {},
  ): void {
    const told =
      number === undefined ? this.seatsIn(key, except) : this.seatsThatSee(key, number, except);
    for (const seat of told) seat.expect(method, this.as(seat, key, params));
  }

  private tellPosted(at: number, key: string, kept: Parameters<Oracle['header']>[0]): void {
    this.tell(key, 'message.posted', { message: this.oracle.header(kept) }, { except: at });
  }

  private tellOpened(at: number, key: string): void {
    for (const seat of this.seatsIn(key, at)) {
      const user = this.oracle.name(otherOf(seat.user, key));
      seat.expect('direct.opened', { group: `@${user}`, user });
    }
  }

  /** What is read was changed at a seat, or was not: the user's other sessions are told of what is unread now. */
  private tellMarks(at: number, key: string): void {
    const { user } = this.seats[at] as Seat;
    for (const [other, seat] of this.seats.entries()) {
      if (other !== at && seat.user === user && seat.isPresent) seat.expectMarks(key);
    }
  }

  private async compareNotices(): Promise<void> {
    for (const seat of this.seats) await seat.compareNotices();
  }
}

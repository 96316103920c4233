import { expect } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Page } from '../../src/board/ports/reading.ts';
import { endOfTime } from '../../src/board/times.ts';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import { isRead, type Marks, readMarks, withoutCatchUp } from '../../src/protocol/marks.ts';
import { indexAll, searchAll } from '../helpers/search.ts';
import { complete, errorCodeOf, groupNamed, groupsOf, newLogin } from '../helpers/storage.ts';
import { type Deed, groupNames, type Step, userNames, type Wanted } from './history.ts';
import { Model } from './model.ts';
import { header, type MemberOf } from './model-group.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

/** Plays a history on a board and on the model, and compares what the two show. */
export class Replay {
  private readonly model = new Model(groupNames);
  private readonly sessions = new Map<string, Actor>();
  /** By user and group, what the last catch-up gave. */
  private readonly caughtUp = new Map<string, { was: Marks; upTo: number }>();
  /** For each change of a message since the last check of events: who sees it. */
  private announced: { number: number; readers: [member: MemberOf, sees: boolean][] }[] = [];
  private edits = 0;

  private constructor(
    private readonly storage: StorageUnderTest,
    private readonly clock: { wall: number },
  ) {}

  /** Plays on a new board with the groups of the history, and no others. */
  static on(open: OpenStorage): Replay {
    const clock = { wall: Date.UTC(2026, 10, 22) };
    // A loss of power is not tested here, and a sync for each turn would take minutes.
    const storage = open({ now: () => clock.wall, durable: false, groups: groupNames });
    return new Replay(storage, clock);
  }

  async play(steps: readonly Step[]): Promise<void> {
    await indexAll(this.storage);
    await this.loginAll();
    for (const step of steps) await this.perform(step);
    await this.compareAll();
    await this.perform({ do: 'restart' });
    await this.compareAll();
    expect(this.storage.problems()).toEqual([]);
  }

  close(): Promise<void> {
    return this.storage.close();
  }

  private async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'turn': {
        const settled = step.deeds.map((deed) => this.start(deed));
        await Promise.all(settled);
        return this.compareEvents();
      }
      case 'look':
        return this.comparePage(step.user, step.group, step.page);
      case 'undo':
        return this.undo(step.user, step.group);
      case 'next':
        return this.compareNext(step.user, step.group);
      case 'delete': {
        const message = this.model
          .group(step.group)
          .messages()
          .at(-1 - step.nth);
        return this.delete(step.group, message ? [message] : []);
      }
      case 'deleteNewestAndJoin': {
        const { group, user, deleted, after } = step;
        const newest = this.model.group(group).messages().slice(-deleted);
        if (!after) await this.delete(group, newest);
        if (this.model.group(group).members.has(user))
          await this.start({ do: 'leave', user, group });
        await this.start({ do: 'join', user, group });
        if (after) await this.delete(group, newest);
        return this.comparePage(user, group, { limit: 1000 });
      }
      case 'purgeUser':
        return this.purgeUser(step.user);
      case 'purge': {
        this.model.group(step.group).purge(step.keep);
        const plan = await this.storage.administration.planPurge(groupNamed(step.group), {
          keep: step.keep,
        });
        await this.storage.administration.purge(plan, toTheEnd);
        return;
      }
      case 'wallClock':
        this.clock.wall += step.by;
        return;
      case 'search':
        return this.compareSearch(step.user, step.wanted, step.limit);
      case 'index':
        await this.storage.upkeep.indexMessages();
        return;
      case 'restart':
        await this.storage.restart();
        return this.loginAll();
    }
  }

  /** Asks the board and the model for a deed at once, and compares once the board has answered. */
  private async start(deed: Deed): Promise<void> {
    const { model, storage } = this;
    const { repository, accounts } = storage;
    const { user } = deed;
    const session = this.session(user);
    switch (deed.do) {
      case 'login':
        return this.login(user);
      case 'return': {
        const left = accounts.disconnect(session, null);
        return Promise.all([left, this.login(user)]).then(() => {});
      }
      case 'join': {
        const refused = model.join(user, deed.group);
        const numbers = model.group(deed.group).page(user, { limit: 2 }).messages.map(numberOf);
        const members = [...model.group(deed.group).members.keys()].sort();
        const joined = repository.join(session, groupNamed(deed.group));
        if (refused) return this.expectRefusal(joined, refused);
        const answer = await joined;
        const member = model.group(deed.group).members.get(user);
        if (member) member.joinedAt ??= answer.joinedAt;
        expect(answer.messages.map(numberOf)).toEqual(numbers);
        expect(answer.members.map(({ name }) => name)).toEqual(members);
        return;
      }
      case 'leave': {
        const refused = model.leave(user, deed.group);
        const left = repository.leave(session, groupNamed(deed.group));
        if (refused) return this.expectRefusal(left, refused);
        await left;
        return;
      }
      case 'post':
      case 'reply': {
        const subject = `by ${user}`;
        const content = 'in full';
        const isReply = deed.do === 'reply';
        const kept = isReply
          ? model.reply(user, deed.group, deed.number)
          : model.post(user, deed.group, subject);
        const message = isReply
          ? { subject: undefined, content, replyTo: deed.number }
          : { subject, content };
        const posted = repository.post(session, groupNamed(deed.group), message);
        if (typeof kept === 'string') return this.expectRefusal(posted, kept);
        const { postedAt, senderId: _, ...shown } = (await posted).message;
        const { postedAt: __, ...expected } = header(kept);
        expect(shown).toEqual(expected);
        model.group(deed.group).stamp(kept.number, postedAt);
        return;
      }
      case 'edit': {
        const group = model.group(deed.group);
        const { number = 1 } = group.messages().at(-1 - deed.nth) ?? {};
        const content = `in full, ${++this.edits}`;
        const refused = model.edit(user, deed.group, number, content);
        if (!refused) this.announced.push({ number, readers: group.readersOf(number) });
        const named = groupNamed(deed.group);
        const edited = repository.edit(session, named, number, { content }, endOfTime);
        if (refused) return this.expectRefusal(edited, refused);
        group.stampEdit(number, (await edited).message.editedAt);
        return;
      }
      case 'deleteOwn': {
        const group = model.group(deed.group);
        const { number = 1 } = group.messages().at(-1 - deed.nth) ?? {};
        const readers = group.readersOf(number);
        const refused = model.deleteOwn(user, deed.group, number);
        if (!refused) this.announced.push({ number, readers });
        const deleted = repository.delete(session, groupNamed(deed.group), number);
        if (refused) return this.expectRefusal(deleted, refused);
        await deleted;
        return;
      }
      case 'markRead': {
        const { number, upTo, count } = deed;
        const range = [upTo ? 1 : Math.max(1, number), upTo ? number : number + count] as const;
        const refused = model.markRead(user, deed.group, ...range);
        const marked = repository.markRead(session, groupNamed(deed.group), [range]);
        if (refused) return this.expectRefusal(marked, refused);
        await marked;
        return;
      }
      case 'catchUp': {
        const refused = model.catchUp(user, deed.group);
        const caughtUp = repository.markAllRead(session, groupNamed(deed.group));
        if (refused) return this.expectRefusal(caughtUp, refused);
        const { was, marks } = await caughtUp;
        this.caughtUp.set(`${user} ${deed.group}`, { was, upTo: marks.lastRead });
        return;
      }
    }
  }

  /** Restores marks from before a catch-up as a client does it, which asks first what was read since. */
  private async undo(user: string, name: string): Promise<void> {
    const member = this.model.group(name).members.get(user);
    const caughtUp = this.caughtUp.get(`${user} ${name}`);
    if (!member?.caughtUp || !caughtUp) return;
    const session = this.session(user);
    const now = (await this.storage.repository.groups(session)).find(
      (group) => group.name === name,
    );
    if (!now) throw new Error(`There is no group ${name}`);
    const marks = withoutCatchUp(now, caughtUp.was, caughtUp.upTo);
    await this.storage.repository.restoreMarks(session, groupNamed(name), marks);
    this.model.undo(user, name);
  }

  /** What `%next` shows, and after a restart in the middle too. */
  private async compareNext(user: string, name: string): Promise<void> {
    const { repository } = this.storage;
    const of = { read: [] };
    const found = complete(repository.nextUnread(this.session(user), groupNamed(name), of));
    const group = this.model.group(name);
    if (!group.members.has(user)) return this.expectRefusal(found, 'NOT_MEMBER');
    const { message } = await found;
    const [number] = group.unread(user);
    expect(message?.number).toBe(number);
    const texts = group.rows.find((row) => row.number === number)?.texts;
    expect(message?.content).toBe(texts?.at(-1));
  }

  private async expectRefusal(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
    expect(await errorCodeOf(promise)).toBe(code);
  }

  private async loginAll(): Promise<void> {
    await Promise.all(userNames.map((user) => this.login(user)));
  }

  private async login(user: string): Promise<void> {
    // The counts are compared at the end of the turn: others of its deeds may change them.
    const memberships = groupNames.flatMap((name) => {
      const group = this.model.group(name);
      const { lastNumber } = group;
      const others = group.visible(user).filter(({ sender }) => sender !== user);
      const unread = group.unread(user);
      return group.members.has(user) ? [{ name, lastNumber, others, unread }] : [];
    });
    const login = await this.storage.accounts.login(userName(user), newLogin(), null);
    // Marks hold numbers that are not visible, too. Which, nobody can tell.
    const shown = login.memberships.map(
      ({ group, lastNumber, joinedAt: _, unread: counted, ...marks }, at) => {
        const others = memberships[at]?.others ?? [];
        const unread = others.map(numberOf).filter((number) => !isRead(readMarks(marks), number));
        if (counted !== null) expect(counted).toBe(unread.length);
        return { name: group.name, lastNumber, others, unread };
      },
    );
    expect(shown).toEqual(memberships);
    this.sessions.set(user, { origin: null, ...login });
  }

  private session(user: string): Actor {
    const session = this.sessions.get(user);
    if (!session) throw new Error(`${user} has not logged in`);
    return session;
  }

  private async delete(name: string, messages: readonly { number: number }[]): Promise<void> {
    const numbers = messages.map(numberOf);
    const group = this.model.group(name);
    for (const number of numbers) {
      this.announced.push({ number, readers: group.readersOf(number) });
    }
    this.model.delete(name, numbers);
    if (numbers.length > 0)
      await this.storage.administration.deleteMessages(groupNamed(name), numbers);
    await this.storage.repository.announceOutsideChanges();
    this.compareEvents();
  }

  private async purgeUser(user: string): Promise<void> {
    this.model.deleteUser(user, 'purge');
    await this.storage.administration.deleteUser(user, 'purge', toTheEnd);
    return this.login(user);
  }

  /** Each change is announced to those who see the message, and to nobody else. */
  private compareEvents(): void {
    const events = this.storage
      .events()
      .flatMap((event) =>
        event.type === 'message.edited' || event.type === 'message.deleted' ? [event] : [],
      );
    const expected = this.announced;
    this.announced = [];
    const numbers = events.map((event) =>
      'number' in event ? event.number : event.message.number,
    );
    expect(numbers).toEqual(expected.map(numberOf));
    for (const [at, { until }] of events.entries()) {
      for (const [{ joinedAt = 0 }, sees] of expected[at]?.readers ?? []) {
        expect(joinedAt < until).toBe(sees);
      }
    }
  }

  private async compareChanges(user: string, name: string): Promise<void> {
    const group = this.model.group(name);
    const listed = this.storage.repository.changes(this.session(user), groupNamed(name), 0);
    if (!group.members.has(user)) return this.expectRefusal(listed, 'NOT_MEMBER');
    const { changes } = await listed;
    const shown = changes.map(({ number, message, by }) => ({ number, deleted: !message, by }));
    expect(shown).toEqual(group.changes(user));
  }

  private async compareHistory(
    user: string,
    name: string,
    number: number,
    texts: readonly string[],
  ): Promise<void> {
    const page = { from: 0, bytes: 1e6 };
    const named = groupNamed(name);
    const found = await this.storage.repository.history(this.session(user), named, number, page);
    expect(found.revisions.map(({ content }) => content)).toEqual(texts);
  }

  private async comparePage(user: string, name: string, page: Page): Promise<void> {
    const shown = this.storage.repository.messages(this.session(user), groupNamed(name), page);
    const group = this.model.group(name);
    if (!group.members.has(user)) return this.expectRefusal(shown, 'NOT_MEMBER');
    const { messages, more } = await shown;
    const named = messages.map(({ senderId: _, ...rest }) => rest);
    expect({ messages: named, more }).toEqual(group.page(user, page));
  }

  /** Every list, message and count that every user can be shown. */
  private async compareAll(): Promise<void> {
    for (const name of groupNames) {
      const times = this.model.group(name).rows.map(({ postedAt }) => postedAt);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
    for (const user of userNames) {
      await this.compareGroups(user);
      for (const name of groupNames) {
        await this.comparePage(user, name, { limit: 1000 });
        await this.comparePage(user, name, { limit: 1000, after: 0 });
        await this.compareNext(user, name);
        await this.compareSingly(user, name);
        await this.compareThreads(user, name);
        await this.compareChanges(user, name);
      }
    }
  }

  private async compareSearch(user: string, wanted: Wanted, limit: number): Promise<void> {
    const { word = '', without, from, in: only } = wanted;
    const query = [
      word,
      ...(without === undefined ? [] : [`-${without}`]),
      ...(from === undefined ? [] : [`from:${from}`]),
      ...(only === undefined ? [] : [`in:${only}`]),
    ].join(' ');
    const searched = searchAll(this.storage, this.session(user), query, limit);
    const expected = this.model.search(user, wanted);
    if (!expected) return this.expectRefusal(searched, 'GROUP_NOT_FOUND');
    expect(await searched, query).toEqual(expected);
  }

  private async compareGroups(user: string): Promise<void> {
    const session = this.session(user);
    const shown = await groupsOf(this.storage, session);
    expect(
      shown.map(({ name, members, messages, joined, unread }) => ({
        name,
        members,
        messages,
        joined,
        unread,
      })),
    ).toEqual(
      groupNames.map((name) => {
        const group = this.model.group(name);
        return {
          name,
          members: group.members.size,
          messages: group.lastNumber,
          joined: group.members.has(user),
          unread: group.unread(user).length,
        };
      }),
    );
  }

  private async compareThreads(user: string, name: string): Promise<void> {
    const { repository } = this.storage;
    const session = this.session(user);
    const ref = groupNamed(name);
    const group = this.model.group(name);
    const list = complete(repository.threads(session, ref, { limit: 100 }));
    if (!group.members.has(user)) return this.expectRefusal(list, 'NOT_MEMBER');
    const expected = group.threads(user);
    expect(await list).toMatchObject({ threads: expected, next: undefined });
    expect((await list).threads).toEqual(expected);
    const paged = [];
    for (let before: number | undefined, more = true; more; ) {
      const { threads, next } = await complete(
        repository.threads(session, ref, { before, limit: 2 }),
      );
      paged.push(...threads);
      before = next;
      more = next !== undefined;
    }
    expect(paged).toEqual(expected);
    for (let number = 1; number <= group.lastNumber + 1; number++) {
      const page = repository.thread(session, ref, number, { limit: 100 });
      const shown = group.thread(user, number);
      if (shown.length === 0) await this.expectRefusal(page, 'MESSAGE_NOT_FOUND');
      else {
        const { messages } = await page;
        expect(messages.map(({ senderId: _, ...rest }) => rest)).toEqual(shown);
      }
    }
  }

  private async compareSingly(user: string, name: string): Promise<void> {
    const group = this.model.group(name);
    const visible = group.visible(user).map(numberOf);
    for (let number = 0; number <= group.lastNumber + 1; number++) {
      const read = this.storage.repository.message(this.session(user), groupNamed(name), number);
      if (visible.includes(number)) {
        const texts = group.visible(user).find((row) => row.number === number)?.texts ?? [];
        const content = texts.at(-1);
        expect((await read).message).toMatchObject({ number, content, edits: texts.length - 1 });
        await this.compareHistory(user, name, number, texts);
      } else {
        const code = group.members.has(user) ? 'MESSAGE_NOT_FOUND' : 'NOT_MEMBER';
        await this.expectRefusal(read, code);
      }
    }
  }
}

function numberOf({ number }: { number: number }): number {
  return number;
}

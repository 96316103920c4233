import fc from 'fast-check';
import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { ErrorCode } from '../../src/protocol/errors.ts';
import { indexAll, searchAll } from '../helpers/search.ts';
import { errorCodeOf, groupNamed, login } from '../helpers/storage.ts';
import { setting } from '../trials/settings.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

const people = [0, 1, 2] as const;

/** What a person does to another, or to themselves. Those of one turn share a commit. */
type Deed = { by: number; to: number; do: 'tell' | 'reply' | 'open' | 'block' | 'unblock' };
type Step =
  | { do: 'turn'; deeds: Deed[] }
  | { do: 'rename' | 'protect' | 'unprotect'; who: number }
  | { do: 'delete'; who: number; messages: 'keep' | 'purge' }
  | { do: 'restart' };

const person = fc.constantFrom(...people);
const doing = fc.constantFrom('tell', 'tell', 'tell', 'reply', 'open', 'block', 'unblock');
const deed = fc.record({ by: person, to: person, do: doing }) as fc.Arbitrary<Deed>;
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('turn' as const),
        deeds: fc.array(deed, { minLength: 1, maxLength: 6 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('rename' as const, 'protect' as const, 'unprotect' as const),
        who: person,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('delete' as const),
        who: person,
        messages: fc.constantFrom('keep' as const, 'purge' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  ),
  { minLength: 4, maxLength: 14 },
);

/** A user of the model, who is the same whatever their name is. */
interface Person {
  name: string;
  isProtected: boolean;
  isDeleted: boolean;
  readonly blocks: Set<Person>;
}

interface Conversation {
  readonly id: number;
  readonly members: readonly [Person, Person];
  /** Who has begun it, which is for the other one to learn by the first message. */
  readonly begunBy: Set<Person>;
  lastNumber: number;
  messages: { number: number; from: Person; subject: string }[];
}

/** Plays a history on a board and on a model that knows persons and not names. */
class Replay {
  private readonly persons: Person[] = [];
  private readonly conversations: Conversation[] = [];
  private readonly sessions = new Map<Person, Actor>();
  private names = 0;
  // A new board has numbered five groups.
  private nextId = 6;

  constructor(private readonly storage: StorageUnderTest) {}

  async play(all: readonly Step[]): Promise<void> {
    await indexAll(this.storage);
    for (const who of people) await this.arrive(who, `user${who}`);
    for (const step of all) {
      await this.perform(step);
      await this.compare();
    }
  }

  private async perform(step: Step): Promise<void> {
    const { administration } = this.storage;
    switch (step.do) {
      case 'turn':
        await Promise.all(step.deeds.map((one) => this.start(one)));
        return;
      case 'restart':
        await this.storage.restart();
        return this.loginAll();
      case 'rename': {
        const who = this.person(step.who);
        const name = `other${++this.names}`;
        await administration.renameUser(who.name, userName(name));
        who.name = name;
        return this.loginAll();
      }
      case 'protect':
      case 'unprotect': {
        const who = this.person(step.who);
        who.isProtected = step.do === 'protect';
        await administration.setPassword(who.name, who.isProtected ? 'hash' : null);
        return this.loginAll();
      }
      case 'delete': {
        const who = this.person(step.who);
        await administration.deleteUser(who.name, step.messages, toTheEnd);
        who.isDeleted = true;
        if (step.messages === 'purge') {
          for (const one of this.conversations) {
            one.messages = one.messages.filter(({ from }) => from !== who);
          }
        }
        // A new user under the old name has none of the conversations and blocks.
        return this.arrive(step.who, who.name);
      }
    }
  }

  private async arrive(who: number, name: string): Promise<void> {
    await this.storage.administration.createUser(userName(name), 'hash');
    this.persons[who] = { name, isProtected: true, isDeleted: false, blocks: new Set() };
    await this.loginAll();
  }

  private async loginAll(): Promise<void> {
    for (const one of this.persons) this.sessions.set(one, await login(this.storage, one.name));
  }

  private person(who: number): Person {
    return this.persons[who] as Person;
  }

  private session(who: Person): Actor {
    return this.sessions.get(who) as Actor;
  }

  private between(one: Person, other: Person): Conversation | undefined {
    return this.conversations.find(
      ({ members }) => one !== other && members.includes(one) && members.includes(other),
    );
  }

  /** Why `by` may not write to `to`. */
  private refusal(by: Person, to: Person): ErrorCode | undefined {
    if (!by.isProtected) return 'NAME_UNPROTECTED';
    if (by === to) return 'DIRECT_TO_SELF';
    if (!to.isProtected) return 'NAME_UNPROTECTED';
    return by.blocks.has(to) || to.blocks.has(by) ? 'BLOCKED' : undefined;
  }

  private begun(by: Person, to: Person): Conversation {
    const known = this.between(by, to);
    known?.begunBy.add(by);
    if (known) return known;
    const made: Conversation = {
      id: this.nextId++,
      members: [by, to],
      begunBy: new Set([by]),
      lastNumber: 0,
      messages: [],
    };
    this.conversations.push(made);
    return made;
  }

  private async start({ by: byWhom, to: toWhom, do: what }: Deed): Promise<void> {
    const { repository } = this.storage;
    const [by, to] = [this.person(byWhom), this.person(toWhom)];
    const session = this.session(by);
    const known = this.between(by, to);
    const refusal = this.refusal(by, to);
    switch (what) {
      case 'open': {
        const isOpen = by.isProtected && known && existsFor(known, by);
        const expected = isOpen || !refusal ? this.begun(by, to).id : refusal;
        const opened = repository.openDirect(session, to.name.toUpperCase());
        if (typeof expected === 'string') return this.expectRefusal(opened, expected);
        expect((await opened).group).toEqual({ id: expected, name: `@${to.name}` });
        return;
      }
      case 'tell':
      case 'reply': {
        const isReply = what === 'reply';
        const parent = known?.messages.at(-1)?.number;
        const isLost = isReply && parent === undefined;
        const expected = refusal ?? (isLost ? 'MESSAGE_NOT_FOUND' : undefined);
        const subject = `by ${by.name}`;
        const kept = expected ? undefined : this.begun(by, to);
        const number = kept && ++kept.lastNumber;
        if (kept && number) kept.messages.push({ number, from: by, subject });
        const message = { subject, content: 'word' };
        const posted = repository.post(
          session,
          groupNamed(`@${to.name}`),
          isReply ? { ...message, replyTo: parent ?? 1 } : message,
        );
        if (expected) return this.expectRefusal(posted, expected);
        const { group, message: header } = await posted;
        expect(group).toEqual({ id: kept?.id, name: `@${to.name}` });
        expect(header).toMatchObject({ number, sender: by.name, subject });
        return;
      }
      case 'block':
      case 'unblock': {
        const isSelf = by === to && what === 'block';
        if (!isSelf && what === 'block') by.blocks.add(to);
        if (what === 'unblock') by.blocks.delete(to);
        const done = repository[what](session, to.name);
        if (isSelf) return this.expectRefusal(done, 'DIRECT_TO_SELF');
        expect((await done).name).toBe(to.name);
      }
    }
  }

  private async expectRefusal(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
    expect(await errorCodeOf(promise)).toBe(code);
  }

  /** Everything that every user can be shown of every conversation. */
  private async compare(): Promise<void> {
    const { repository, administration } = this.storage;
    // With its second user, a conversation goes.
    const alive = this.conversations.filter(({ members }) => members.some((one) => !one.isDeleted));
    this.conversations.splice(0, this.conversations.length, ...alive);
    const stored = await administration.groups('direct');
    expect(stored.map(({ id }) => id)).toEqual(alive.map(({ id }) => id));
    for (const reader of this.persons) {
      const session = this.session(reader);
      // Anybody may hold a name without a password, so its conversations are shut.
      const own = alive.filter((one) => reader.isProtected && existsFor(one, reader));
      const directs = await repository.directs(session, { after: 0, limit: 100 });
      expect(directs.map(({ group, lastNumber }) => ({ ...group, lastNumber }))).toEqual(
        own.map((one) => ({ id: one.id, name: nameFor(one, reader), lastNumber: one.lastNumber })),
      );
      for (const one of this.conversations) await this.compareOne(reader, one);
      const found = await searchAll(this.storage, session, 'word', 3);
      const all = own.flatMap((one) =>
        one.messages.map(({ number }) => `${nameFor(one, reader)} ${number}`),
      );
      expect([...found].sort()).toEqual(all.sort());
      expect((await repository.groups(session)).map(({ name }) => name)).toEqual(['main']);
      expect((await repository.blocked(session)).map(({ name }) => name).sort()).toEqual(
        [...reader.blocks]
          .filter(({ isDeleted }) => !isDeleted)
          .map(({ name }) => name)
          .sort(),
      );
    }
  }

  private async compareOne(reader: Person, one: Conversation): Promise<void> {
    const page = this.storage.repository.messages(
      this.session(reader),
      { id: one.id },
      { limit: 1000 },
    );
    if (!existsFor(one, reader)) return this.expectRefusal(page, 'GROUP_NOT_FOUND');
    if (!reader.isProtected) return this.expectRefusal(page, 'NAME_UNPROTECTED');
    const { group, messages } = await page;
    expect(group).toEqual({ id: one.id, name: nameFor(one, reader) });
    expect(messages.map(({ number, sender, subject }) => ({ number, sender, subject }))).toEqual(
      one.messages.map(({ number, from, subject }) => ({
        number,
        sender: from.isDeleted ? null : from.name,
        subject,
      })),
    );
  }
}

function existsFor({ members, begunBy, lastNumber }: Conversation, reader: Person): boolean {
  return members.includes(reader) && (lastNumber > 0 || begunBy.has(reader));
}

function nameFor({ members }: Conversation, reader: Person): string {
  const other = members.find((one) => one !== reader);
  return other && !other.isDeleted ? `@${other.name}` : '@[deleted]';
}

/** Direct conversations. */
export function directContract(open: OpenStorage): void {
  const runs = setting('runs', 60);

  test('in random histories, each user sees their own conversations and nothing of others', {
    timeout: 120_000 + 500 * runs,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const storage = open({ durable: false, groups: ['main'] });
        try {
          await new Replay(storage).play(all);
          expect(storage.problems()).toEqual([]);
        } finally {
          await storage.close();
        }
      }),
      { numRuns: runs },
    );
  });

  test('a conversation without a message follows the name of the other user, and their deletion', async () => {
    const board = open({ groups: ['main'] });
    const { administration, repository } = board;
    for (const name of ['alice', 'dave']) {
      await administration.createUser(userName(name), 'hash');
    }
    const alice = await login(board, 'alice');
    await login(board, 'dave');
    const { group } = await repository.openDirect(alice, 'dave');
    await repository.announceOutsideChanges();
    board.events();
    await administration.renameUser('dave', userName('robert'));
    await repository.announceOutsideChanges();
    expect(board.events()).toMatchObject([
      { type: 'user.renamed', was: 'dave', groups: [{ id: group.id }] },
    ]);
    await administration.deleteUser('robert', 'keep', toTheEnd);
    const session = await login(board, 'alice');
    expect((await repository.directs(session, { after: 0, limit: 9 })).map(nameOf)).toEqual([
      '@[deleted]',
    ]);
    expect(board.problems()).toEqual([]);
  });
}

function nameOf({ group }: { group: { name: string } }): string {
  return group.name;
}

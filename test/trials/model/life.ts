import { expect } from 'vitest';
import { nameKey } from '../../../src/board/name-key.ts';
import { limits } from '../../../src/protocol/limits.ts';
import { Model } from '../../contract/model.ts';
import type { TestBoard } from '../../helpers/board.ts';
import { type Actor, PersonActor, ProgramActor } from './actors.ts';
import { type Deed, groupNames, type UserName, userNames } from './deeds.ts';

/** Plays deeds at a board and on the model, and holds every answer and every notice to it. */
export class Life {
  private readonly model = new Model(groupNames);
  private readonly present = new Map<UserName, Actor>();
  /** What those who are there have to be told, and have not been asked about yet. */
  private readonly due = new Map<UserName, string[]>();
  private subjects = 0;

  constructor(private readonly board: TestBoard) {}

  async play(deeds: readonly Deed[]): Promise<void> {
    for (const deed of deeds) {
      await this.perform(deed);
      await this.compareNotices();
    }
    for (const user of userNames) {
      for (const group of groupNames) await this.perform({ do: 'list', user, group });
    }
    await this.compareNotices();
  }

  private async perform(deed: Deed): Promise<void> {
    if (deed.do === 'restart') {
      await this.board.restart();
      this.present.clear();
      return;
    }
    if (deed.do === 'delete') {
      await this.deleteNewest(deed);
      return;
    }
    const { user } = deed;
    if (deed.do === 'vanish' || deed.do === 'exit') {
      const actor = this.present.get(user);
      this.present.delete(user);
      await actor?.[deed.do]();
      return;
    }
    const actor = await this.actor(user);
    const { model } = this;
    switch (deed.do) {
      case 'join': {
        const expected = model.join(user, deed.group) ?? this.sees(user, deed.group, 2);
        expect(await actor.join(deed.group)).toBe(expected);
        if (expected !== 'ALREADY_MEMBER') this.tell(deed.group, user, `${user} joined`);
        return;
      }
      case 'leave': {
        const expected = model.leave(user, deed.group) ?? 'left';
        expect(await actor.leave(deed.group)).toBe(expected);
        if (expected === 'left') this.tell(deed.group, user, `${user} left`);
        return;
      }
      case 'post': {
        const subjects = Array.from({ length: deed.posts }, () => `s${++this.subjects}`);
        const expected = subjects.map((subject) => this.post(user, deed.group, subject));
        expect(await actor.post(deed.group, subjects)).toEqual(expected);
        return;
      }
      case 'list':
        expect(await actor.list(deed.group)).toBe(this.sees(user, deed.group, 100));
        return;
      case 'search':
        expect(await actor.search(deed.word)).toBe(this.finds(user, deed.word));
        return;
      case 'get':
        expect(await actor.get(deed.group, deed.number)).toBe(this.reads(deed));
        return;
    }
  }

  /** What is deleted is gone at once for everyone; the notice of it comes within a second, and is left out. */
  private async deleteNewest({ group: name, newest }: Extract<Deed, { do: 'delete' }>) {
    const group = this.model.group(name);
    const left = group.messages();
    const numbers = newest.flatMap((nth) => left.at(-nth)?.number ?? []);
    if (numbers.length === 0) return;
    const key = nameKey(name);
    await this.board.operate((operator) => operator.deleteMessages({ key, name }, numbers));
    this.model.delete(name, numbers);
  }

  private post(user: UserName, group: string, subject: string): string {
    const kept = this.model.post(user, group, subject);
    if (typeof kept === 'string') return kept;
    this.tell(group, user, `${kept.number} from ${user}, ${subject}`);
    return `posted ${kept.number}`;
  }

  private sees(user: UserName, name: string, limit: number): string {
    const group = this.model.group(name);
    if (!group.members.has(user)) return 'NOT_MEMBER';
    const { messages } = group.page(user, { limit });
    return `sees ${messages.map(({ number }) => number).join(' ')}`;
  }

  private finds(user: UserName, word: string): string {
    const found = this.model
      .visible(user)
      .filter(({ subject }) => word === 'c' || subject === word);
    const shown = found.slice(0, limits.searchDefault);
    return `finds ${shown.map(({ name, number }) => `${name} ${number}`).join(', ')}`;
  }

  private reads({ user, group: name, number }: Extract<Deed, { do: 'get' }>): string {
    const group = this.model.group(name);
    if (!group.members.has(user)) return 'NOT_MEMBER';
    const visible = group.visible(user).some((message) => message.number === number);
    return visible ? `reads ${number}` : 'MESSAGE_NOT_FOUND';
  }

  /** All who are there and in the group are due a notice, but for the one who did it. */
  private tell(group: string, by: UserName, what: string): void {
    for (const user of this.present.keys()) {
      if (user === by || !this.model.group(group).members.has(user)) continue;
      this.due.get(user)?.push(`${group}: ${what}`);
    }
  }

  private async actor(user: UserName): Promise<Actor> {
    const known = this.present.get(user);
    if (known) return known;
    const Kind = user === 'carol' ? PersonActor : ProgramActor;
    const actor = await Kind.login(this.board, user);
    this.present.set(user, actor);
    this.due.set(user, []);
    return actor;
  }

  private async compareNotices(): Promise<void> {
    for (const [user, actor] of this.present) {
      expect(await actor.notices(), `what ${user} is told`).toEqual(this.due.get(user));
      this.due.set(user, []);
    }
  }
}

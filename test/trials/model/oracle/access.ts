import { Model } from '../../../contract/model.ts';
import type { Kept, ModelGroup } from '../../../contract/model-group.ts';
import { groupNames, type UserName, userNames } from '../acts.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import { isDirect, Names, otherOf } from './names.ts';

/** The groups of a new board. Nobody joins the last three. */
export const boardGroups = [...groupNames, 'news', 'help', 'random'];

/**
 * Who may see a group, and what a user sees of it. Each answer about a group goes through `in` or `of`, and each notice to
 * a member goes through `isIn` or `sees`: a rule about access to groups has its place here.
 */
export class Access {
  readonly model = new Model(boardGroups);
  readonly names = new Names();
  /** In the order in which they were registered. */
  users: readonly UserName[] = userNames;

  isIn(user: string, key: string): boolean {
    return this.model.has(key) && this.model.group(key).members.has(user);
  }

  sees(user: string, key: string, number: number): boolean {
    return this.visible(user, key).some((message) => message.number === number);
  }

  /** The messages that a user sees, oldest first; none of a group that the user is not in. */
  visible(user: string, key: string): Kept[] {
    return this.isIn(user, key) ? this.model.group(key).visible(user) : [];
  }

  firstVisible(user: string, key: string): number {
    return this.visible(user, key)[0]?.number ?? 0;
  }

  /** `firstVisible` of each group of the user, by the name that the user has for it. */
  firsts(user: string): Record<string, number> {
    return Object.fromEntries(
      this.groupsOf(user).map((key) => [
        this.names.ofGroup(user, key),
        this.firstVisible(user, key),
      ]),
    );
  }

  /** A user was deleted, and is registered again. */
  forget(user: UserName): void {
    this.users = [...this.users.filter((each) => each !== user), user];
  }

  /** The groups of the model that a user is in, as the board lists them. */
  groupsOf(user: string): string[] {
    return [...groupNames, ...this.model.conversations()].filter((key) => this.isIn(user, key));
  }

  /** The numbers that can be unread, of the group that a user calls `name`. */
  numbersOf(user: string, name: string): number[] {
    const key = this.groupsOf(user).find((each) => this.names.ofGroup(user, each) === name);
    if (key === undefined) return [];
    return this.visible(user, key)
      .filter(({ sender }) => sender !== user)
      .map(({ number }) => number);
  }

  /** Who may join and write, as each answer about a membership says it. */
  rules(_key: string): Result {
    return { access: 'open', posting: 'members', replying: 'members' };
  }

  /** The role of a user in a group; `member` too for a user who is not in it. */
  role(_user: string, _key: string): string {
    return 'member';
  }

  isInvited(_user: string, _key: string): boolean {
    return false;
  }

  /** Answers about a group, or refuses it. */
  in(user: string, key: string, answer: (group: ModelGroup) => Result | Refusal): Answer {
    const group = this.at(user, key);
    if ('error' in group) return group;
    const found = answer(group);
    if ('error' in found) return found as unknown as Refusal;
    return { result: { group: this.names.ofGroup(user, key), ...found } };
  }

  /** Answers about a message, or refuses it. */
  of(
    user: string,
    key: string,
    number: number,
    answer: (message: Kept, group: ModelGroup) => Result | Refusal,
  ): Answer {
    return this.in(user, key, (group) => {
      const message = group.visible(user).find((row) => row.number === number);
      if (!message) return this.noMessage(user, key, number);
      return answer(message, group);
    });
  }

  noMessage(user: string, key: string, number: number): Refusal {
    return refusal('MESSAGE_NOT_FOUND', this.names.ofGroup(user, key), number);
  }

  private at(user: string, key: string): ModelGroup | Refusal {
    if (isDirect(key) && !this.model.has(key)) {
      const sentence = `You have no conversation with ${this.names.of(otherOf(user, key))}.`;
      return { error: `GROUP_NOT_FOUND: ${sentence}` };
    }
    const group = this.model.group(key);
    if (!group.members.has(user)) return refusal('NOT_MEMBER', this.names.ofGroup(user, key));
    return group;
  }

  /** What everybody is shown of a message, whoever reads it. */
  header({ number, sender, subject, thread, replyTo, texts, mentioned }: Kept): Result {
    return {
      ...{ number, sender: this.names.of(sender), subject, thread },
      ...(replyTo !== null && { replyTo }),
      ...(texts.length > 1 && { editedAt: 'then' }),
      ...(mentioned.length > 0 && { mentions: mentioned.map((user) => this.names.of(user)) }),
    };
  }
}

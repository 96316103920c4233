import { everyone } from '../../../../src/protocol/mentions.ts';
import { firstGroups } from '../../../../src/storage/sqlite/file/open.ts';
import { Model } from '../../../contract/model.ts';
import type { Kept, ModelGroup } from '../../../contract/model-group.ts';
import { type UserName, userNames } from '../acts.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import { Charter } from './charter.ts';
import { isDirect, isUnknown, Names, otherOf, unknownGroup, wordOf } from './names.ts';

const boardGroups = firstGroups.map(([name]) => name);

/**
 * Who may see a group, and what a user sees of it. Each answer about a group goes through `in` or `of`, and each notice to
 * a member goes through `isIn` or `sees`: a rule about access to groups has its place here.
 */
export class Access {
  readonly model = new Model(boardGroups);
  readonly names = new Names();
  /** In the order in which they were registered. */
  users: readonly UserName[] = userNames;
  /** The users whose name has a password. */
  readonly protectedUsers = new Set<string>(userNames.filter((user) => user !== 'dave'));
  private readonly charters = new Map<string, Charter>(
    firstGroups.map(([name, description]) => [name, new Charter(description, true)]),
  );
  /** The numbers of groups by their keys; of conversations they are not known. */
  private readonly ids = new Map<string, number>(boardGroups.map((key, at) => [key, at + 1]));

  /** A group that a user has made. @param id the number that the board gave to it */
  begin(key: string, name: string, charter: Charter, id: number): void {
    this.charters.set(key, charter);
    this.ids.set(key, id);
    this.names.set(key, name);
  }

  /** What is set in a group, which must not be a conversation. */
  charter(key: string): Charter {
    const charter = this.charters.get(key);
    if (!charter) throw new Error(`The model has no group ${key}`);
    return charter;
  }

  idOf(key: string): number | undefined {
    return this.ids.get(key);
  }

  /** The keys of the groups that there are, without conversations, as the board lists them. */
  groups(): string[] {
    return this.model.groupNames().filter((key) => !isDirect(key));
  }

  isIn(user: string, key: string): boolean {
    if (!this.model.has(key)) return false;
    const group = this.model.group(key);
    return group.members.has(user) && !group.isUnknownTo(user);
  }

  isInvited(user: string, key: string): boolean {
    return this.charter(key).invited.some((each) => each.user === user);
  }

  isSecret(key: string): boolean {
    return this.charter(key).access === 'secret';
  }

  /** Whether a group exists for a user. */
  knows(user: string, key: string): boolean {
    if (!this.model.has(key)) return false;
    if (this.isIn(user, key) || isDirect(key)) return this.isIn(user, key);
    return !this.isSecret(key) || this.isInvited(user, key);
  }

  /** The group that a user means by a name, a number, or both: `plans#12`. */
  resolve(user: string, word: string): string {
    const unknown = unknownGroup(word);
    const [, name, id] = /^(.*?)#?(\d+)$/.exec(word) ?? [];
    const isWhole = this.groups().some((key) => this.names.of(key) === word);
    if (id !== undefined && !isWhole) {
      const key = this.groups().find((each) => this.ids.get(each) === Number(id));
      if (key === undefined || !this.knows(user, key)) return unknown;
      if (name === '') return key;
      return this.isSecret(key) && this.names.of(key) === name ? key : unknown;
    }
    const named = this.groups().filter((key) => this.names.of(key) === word);
    const own = named.filter((key) => this.isIn(user, key));
    if (own.length > 0) return own.length === 1 ? (own[0] as string) : unknown;
    const invited = named.filter((key) => this.isSecret(key) && this.isInvited(user, key));
    if (invited.length > 0) return invited.length === 1 ? (invited[0] as string) : unknown;
    return named.find((key) => !this.isSecret(key)) ?? unknown;
  }

  /** Nobody is in two groups of one name, but by what others do. */
  refusesNamesake(user: string, name: string, except?: string): Refusal | undefined {
    const own = this.groups().filter((key) => key !== except && this.isIn(user, key));
    if (own.every((key) => this.names.of(key) !== name)) return undefined;
    const why = `You are in another group that is named ${name}: leave it first, or take another name.`;
    return { error: `GROUP_EXISTS: ${why}` };
  }

  sees(user: string, key: string, number: number): boolean {
    return this.visible(user, key).some((message) => message.number === number);
  }

  /** The messages that a user sees, oldest first; none of a group that the user is not in. */
  visible(user: string, key: string): Kept[] {
    return this.isIn(user, key) ? this.model.group(key).visible(user) : [];
  }

  /** Whether a user sees messages of a time, given as a place among all events, whether they are there or not. */
  seesTime(user: string, key: string, turn: number): boolean {
    const { members, rows } = this.model.group(key);
    const joined = members.get(user)?.joined ?? Number.POSITIVE_INFINITY;
    const before = rows.filter((row) => row.turn < joined).slice(-2);
    return turn > joined || (before[0] !== undefined && turn >= before[0].turn);
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
    const hidesDirect = !this.protectedUsers.has(user);
    return this.model
      .groupNames()
      .filter((key) => this.isIn(user, key) && !(hidesDirect && isDirect(key)));
  }

  /** The numbers that can be unread, of the group that a user means by a word. */
  numbersOf(user: string, word: string): number[] {
    const own = this.groupsOf(user);
    const key =
      own.find((each) => String(this.ids.get(each)) === word) ??
      own.find((each) => this.names.ofGroup(user, each) === word);
    if (key === undefined) return [];
    return this.visible(user, key)
      .filter(({ sender }) => sender !== user)
      .map(({ number }) => number);
  }

  /** Who may join and write, as each answer about a membership says it. */
  rules(key: string): Result {
    if (isDirect(key)) return { access: 'open', posting: 'members', replying: 'members' };
    const { access, posting, replying } = this.charter(key);
    return { access, posting, replying };
  }

  /** The role of a user in a group; `member` too for a user who is not in it. */
  role(user: string, key: string): string {
    if (isDirect(key)) return 'member';
    return this.charter(key).staff.get(user)?.role ?? 'member';
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

  /** The refusal of a group of which a user may know nothing. Undefined for others. */
  refusesToKnow(user: string, key: string): Refusal | undefined {
    if (isUnknown(key)) return this.noGroup(user, wordOf(key));
    if (isDirect(key)) {
      if (!this.protectedUsers.has(user)) return refusal('NAME_UNPROTECTED', null, directNeeds);
      if (this.model.has(key) && !this.model.group(key).isUnknownTo(user)) return undefined;
      const sentence = `You have no conversation with ${this.names.of(otherOf(user, key))}.`;
      return { error: `GROUP_NOT_FOUND: ${sentence}` };
    }
    return this.knows(user, key) ? undefined : this.noGroup(user, String(this.ids.get(key)));
  }

  private noGroup(user: string, word: string): Refusal {
    const own = this.groups().filter((key) => this.names.of(key) === word && this.isIn(user, key));
    if (own.length < 2) return refusal('GROUP_NOT_FOUND', word);
    const ids = own.map((key) => this.ids.get(key)).join(' or ');
    const why = `You are in several groups that are named ${word}: say the number of the group, ${ids}`;
    return { error: `GROUP_NOT_FOUND: ${why}.` };
  }

  private at(user: string, key: string): ModelGroup | Refusal {
    const refused = this.refusesToKnow(user, key);
    if (refused) return refused;
    const group = this.model.group(key);
    if (!group.members.has(user)) return refusal('NOT_MEMBER', this.names.ofGroup(user, key));
    return group;
  }

  /** A user, or all members, as a mention has them. */
  private nameIn(mentioned: string): string {
    return mentioned === everyone ? everyone : this.names.of(mentioned);
  }

  /** What everybody is shown of a message, whoever reads it. */
  header({ number, sender, subject, thread, replyTo, texts, mentioned }: Kept) {
    return {
      ...{ number, sender: this.names.of(sender), subject, thread },
      ...(replyTo !== null && { replyTo }),
      ...(texts.length > 1 && { editedAt: 'then' }),
      ...(mentioned.length > 0 && { mentions: mentioned.map((user) => this.nameIn(user)) }),
    };
  }
}

/** Why an unprotected name has no direct conversations. */
export const directNeeds = 'Direct messages go only between protected names';

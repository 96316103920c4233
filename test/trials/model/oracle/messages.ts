import type { ErrorCode } from '../../../../src/protocol/errors.ts';
import { limits } from '../../../../src/protocol/limits.ts';
import { everyone } from '../../../../src/protocol/mentions.ts';
import type { Kept } from '../../../contract/model-group.ts';
import type { Mentioned } from '../acts.ts';
import type { Access } from './access.ts';
import { type Answer, type Refusal, refusal } from './answer.ts';
import type { Curation } from './curation.ts';
import type { Direct } from './direct.ts';
import type { GroupLog } from './group-log.ts';
import type { Moderation } from './moderation.ts';
import { isDirect, otherOf } from './names.ts';
import type { Right, Roles } from './roles.ts';

/** A content, and the users whom it mentions. */
export interface Text {
  readonly content: string;
  readonly mentions: readonly Mentioned[];
}

interface PageBounds {
  readonly before?: number | undefined;
  readonly limit: number;
}

/** What the methods about messages and threads have to answer. */
export class Messages {
  constructor(
    private readonly access: Access,
    private readonly direct: Direct,
    private readonly roles: Roles,
    private readonly moderation: Moderation,
    private readonly curation: Curation,
    private readonly log: GroupLog,
  ) {}

  post(user: string, key: string, subject: string, text: Text): Answer & { kept?: Kept } {
    const rule = () => this.refusesByPolicy(user, key, 'posting', 'begin threads');
    return this.keep(user, key, text, rule, () => this.access.model.post(user, key, subject));
  }

  reply(
    user: string,
    key: string,
    to: number,
    text: Text,
    subject?: string,
  ): Answer & { kept?: Kept } {
    const { model } = this.access;
    if (isDirect(key) && (!model.has(key) || model.group(key).isUnknownTo(user))) {
      const unknown = this.access.refusesToKnow(user, key);
      if (unknown && !this.access.protectedUsers.has(user)) return unknown;
      const refused = this.direct.refuses(user, otherOf(user, key));
      return refused ?? this.access.noMessage(user, key, to);
    }
    const rule = () => this.refusesToReply(user, key, to);
    return this.keep(user, key, text, rule, () => model.reply(user, key, to, subject), to);
  }

  private refusesToReply(user: string, key: string, to: number): Refusal | undefined {
    const refused = this.refusesByPolicy(user, key, 'replying', 'reply');
    if (refused) return refused;
    if (!this.access.sees(user, key, to)) return this.access.noMessage(user, key, to);
    if (isDirect(key)) return undefined;
    const thread = this.access.model.group(key).threadOf(user, to);
    if (!this.access.charter(key).closed.has(thread)) return undefined;
    if (this.access.role(user, key) !== 'member') return undefined;
    return refusal('THREAD_CLOSED', thread, this.access.names.of(key));
  }

  private refusesByPolicy(
    user: string,
    key: string,
    policy: 'posting' | 'replying',
    right: Right,
  ): Refusal | undefined {
    if (isDirect(key) || this.access.charter(key)[policy] === 'members') return undefined;
    return this.roles.refuses(user, key, right);
  }

  /** Why a user may write nothing in a group or conversation, of which they are a member. */
  private refusesToWrite(user: string, key: string): Refusal | undefined {
    if (isDirect(key)) return this.direct.refuses(user, otherOf(user, key));
    return this.moderation.silences(user, key);
  }

  /** Whom a text mentions: all members only if a moderator has written it. */
  private mentioned(user: string, key: string, { mentions }: Text): readonly string[] {
    const isStaff = this.access.role(user, key) !== 'member';
    return mentions.filter((each) => each !== everyone || isStaff);
  }

  private keep(
    user: string,
    key: string,
    text: Text,
    refuses: () => Refusal | undefined,
    add: () => Kept | ErrorCode,
    to = 0,
  ) {
    let kept: Kept | undefined;
    const answer = this.access.in(user, key, (group) => {
      const refused = this.refusesToWrite(user, key) ?? refuses();
      if (refused) return refused;
      const added = add();
      if (typeof added === 'string') return this.access.noMessage(user, key, to);
      group.setContent(added.number, text.content);
      group.mention(added.number, this.mentioned(user, key, text));
      kept = group.rows.at(-1) as Kept;
      return this.access.header(kept);
    });
    return { ...answer, ...(kept && { kept }) };
  }

  get(user: string, key: string, number: number): Answer {
    return this.access.of(user, key, number, (message) => ({
      ...this.access.header(message),
      content: message.texts.at(-1),
      revision: message.texts.length - 1,
    }));
  }

  edit(user: string, key: string, number: number, text: Text): Answer {
    return this.access.of(user, key, number, ({ sender, texts }, group) => {
      if (sender !== user) return this.notAuthor(user, key, number);
      const refused = isDirect(key) ? undefined : this.moderation.silences(user, key);
      if (refused) return refused;
      if (texts.length > limits.edits) return refusal('TOO_MANY_EDITS', limits.edits);
      this.access.model.edit(user, key, number, text.content);
      group.mention(number, this.mentioned(user, key, text));
      const edited = group.rows.find((row) => row.number === number) as Kept;
      return { ...this.access.header(edited), revision: edited.texts.length - 1 };
    });
  }

  delete(user: string, key: string, number: number, reason: string | undefined): Answer {
    return this.access.of(user, key, number, ({ sender }) => {
      const { model, names } = this.access;
      const isOwn = sender === user;
      if (!isOwn && (isDirect(key) || this.access.role(user, key) === 'member')) {
        return this.notAuthor(user, key, number);
      }
      const silenced = !isDirect(key) && reason && this.moderation.silences(user, key);
      if (silenced) return silenced;
      model.delete(key, [number], user);
      if (!isOwn) {
        const line = { act: 'delete', by: names.of(user), number } as const;
        this.log.add(key, { ...line, ...(reason && { detail: reason }) }, number);
      }
      this.curation.forget(key);
      return { number };
    });
  }

  private notAuthor(user: string, key: string, number: number): Refusal {
    return refusal('NOT_AUTHOR', number, this.access.names.ofGroup(user, key));
  }

  history(user: string, key: string, number: number): Answer {
    return this.access.of(user, key, number, ({ subject, texts }) => ({
      number,
      revisions: texts.map((content, revision) => ({ revision, subject, content })),
      more: false,
    }));
  }

  /** @param since the turn after which changes are asked for */
  changes(user: string, key: string, since: number): Answer {
    return this.access.in(user, key, (group) => {
      const changes = group.changes(user, since).map(({ number, deleted, by }) => {
        if (deleted) return { number, by: by && this.access.names.of(by) };
        const message = group.rows.find((row) => row.number === number) as Kept;
        return { number, message: this.access.header(message) };
      });
      return { changes, more: false };
    });
  }

  list(user: string, key: string, bounds: PageBounds): Answer {
    return this.access.in(user, key, () => this.page(user, key, bounds));
  }

  /** A page of what a member sees. */
  page(user: string, key: string, { before = Number.POSITIVE_INFINITY, limit }: PageBounds) {
    const within = this.access.visible(user, key).filter(({ number }) => number < before);
    const messages = within.slice(-limit).map((message) => this.access.header(message));
    return { messages, more: within.length > limit };
  }

  threads(user: string, key: string): Answer {
    return this.access.in(user, key, (group) => {
      const threads = group.threads(user).map(({ lastPostedAt: _, startedBy, ...thread }) => ({
        ...thread,
        ...(startedBy !== undefined && { startedBy: this.access.names.of(startedBy) }),
        ...(!isDirect(key) &&
          this.access.charter(key).closed.has(thread.thread) && { closed: true }),
      }));
      return { threads: threads.slice(0, limits.threadsDefault) };
    });
  }

  thread(user: string, key: string, number: number): Answer {
    return this.access.in(user, key, (group) => {
      const found = this.inThread(user, key, group.threadOf(user, number));
      const [first] = found;
      if (!first) return this.access.noMessage(user, key, number);
      const messages = found.map((message) => this.access.header(message));
      return { thread: first.thread, messages, more: false };
    });
  }

  /** What a user sees of a thread, oldest first. */
  inThread(user: string, key: string, thread: number): Kept[] {
    return this.access.visible(user, key).filter((message) => message.thread === thread);
  }
}

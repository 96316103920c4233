import { MessageList } from '../../board/message-list.ts';
import type { Actor } from '../../board/ports/actor.ts';
import {
  isRun,
  type NewMessage,
  type Posted,
  type PostedRun,
  type Receiver,
} from '../../board/ports/posting.ts';
import type { GroupRef } from '../../board/types.ts';
import type { Brake } from '../../core/brake.ts';
import type { Mark } from '../../core/costs.ts';
import type { Replies } from '../../core/dialect.ts';
import { noteRefusal, noteResult, toReply } from '../../core/dispatch.ts';
import type { Context } from '../../core/handlers/context.ts';
import { postResult } from '../../core/handlers/message.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { formatError, formatResult, type RequestId } from '../../protocol/jsonrpc/messages.ts';
import { PostReplies } from '../../protocol/jsonrpc/post-replies.ts';

const method = 'message.post';

// The maximum of a burst: posts, posts that the commit thread checks one by one, and UTF-16 code units of the texts without those of
// the last post. A commit that has a larger burst could take much longer than its time, and a busy user could begin more posts than
// fit into a slice.
const fullBurst = { posts: 64, checked: 4, units: 32 * 1024 };

const noIds: RequestId[] = [];

/** What the posts of one session use. */
export interface Poster {
  readonly context: Context;
  readonly replies: Replies;
  readonly brake: Brake;
}

/** The group of a post. */
export interface Address {
  /** As the request gives it. */
  readonly group: string | number;
  readonly ref: GroupRef;
}

/** A post in the queue of its connection. */
interface QueuedPost {
  readonly id: RequestId;
  /** What the queue counts for it. */
  readonly bytes: number;
  readonly expected: number;
}

interface BurstOwner {
  /** Called when a burst is answered. */
  answered(burst: Burst): void;
}

/** Posts to one group that are committed together, and answered together in their order. */
export class Burst implements Receiver<PostedRun | Posted> {
  /** What the queue of the connection counts for all posts. */
  bytes = 0;
  expected = 0;
  private ids = noIds;
  /** Why posts were refused before they could be sent, by their index in `ids`. */
  private refusals: Map<number, unknown> | undefined;
  private messages: MessageList | undefined;
  /** To be called once the posts are answered: see `reserveConversation`. */
  private releases: (() => void)[] | undefined;
  private to: Address | undefined;
  private actor: Actor | undefined;
  /** The replies to the first posts. */
  private lines = '';
  /** How many of `ids` have a reply in `lines`. */
  private answered = 0;
  /** How many of `messages` have a reply in `lines`. */
  private settled = 0;
  private readonly began = performance.now();

  constructor(
    private readonly poster: Poster,
    private readonly owner: BurstOwner,
  ) {}

  /** Whether a post to a group can be added. */
  accepts(to: Address): boolean {
    const { messages } = this;
    if (!messages) return true;
    const { length, checked, units } = messages;
    if (to !== this.to || length >= fullBurst.posts || units >= fullBurst.units) return false;
    // The first post to `@dave` makes the conversation, so each further post is checked if that was refused.
    return (isDirect(to) ? length : checked) < fullBurst.checked;
  }

  /** @param to which `accepts` has accepted */
  add(post: QueuedPost, to: Address, message: NewMessage, release: (() => void) | undefined): void {
    if (release) {
      this.releases ??= [];
      this.releases.push(release);
    }
    if (this.messages) this.messages.add(message);
    else {
      this.messages = new MessageList(message);
      this.actor = this.poster.context.session.actor;
      this.to = to;
    }
    this.count(post);
  }

  refuse(post: QueuedPost, error: unknown): void {
    this.refusals ??= new Map();
    this.refusals.set(this.ids.length, error);
    this.count(post);
  }

  send(): void {
    const { messages, to, actor } = this;
    const { board } = this.poster.context;
    if (messages && to && actor) board.enqueuePosts(actor, to.ref, messages, this);
    else queueMicrotask(() => this.answerRefused());
  }

  resolve(posted: PostedRun | Posted): void {
    const { context, replies } = this.poster;
    const mark = replies.costs.mark();
    this.addRefused();
    noteResult(context, method, this.to, this.began, isRun(posted) ? posted.count : 1);
    if (isRun(posted)) this.addRun(posted);
    else {
      this.addReply(formatResult(this.nextId, postResult(context.hub, posted)));
      this.settled++;
    }
    this.finish(mark);
  }

  reject(error: unknown): void {
    const mark = this.poster.replies.costs.mark();
    this.addRefused();
    this.addReply(this.refusal(error));
    this.settled++;
    this.finish(mark);
  }

  private answerRefused(): void {
    const mark = this.poster.replies.costs.mark();
    this.addRefused();
    this.finish(mark);
  }

  private addRun({ group, number, postedAt, count }: PostedRun): void {
    const { id: senderId, name: sender } = (this.actor as Actor).user;
    const { subjects } = this.messages as MessageList;
    const name = this.poster.context.hub.nameOf(group);
    const replies = new PostReplies({ group: name, groupId: group.id, senderId, sender });
    for (let at = 0; at < count; at++) {
      const subject = subjects[this.settled++] as string;
      this.addReply(replies.reply(this.nextId, number + at, postedAt + at, subject));
    }
  }

  /** The id of the next post to answer. */
  private get nextId(): RequestId {
    return this.ids[this.answered] as RequestId;
  }

  private addReply(line: string): void {
    this.lines += line;
    this.answered++;
    this.addRefused();
  }

  /** Adds the replies to posts that were refused before they could be sent, up to the next one that was sent. */
  private addRefused(): void {
    while (this.refusals?.has(this.answered)) {
      this.lines += this.refusal(this.refusals.get(this.answered));
      this.answered++;
    }
  }

  /** Notes that the next post was refused. @returns the reply to it */
  private refusal(error: unknown): string {
    const { context } = this.poster;
    noteRefusal(context, method, error, this.began);
    return formatError(this.nextId, toReply(error, context.session, method));
  }

  /** Sends the replies once there are all. */
  private finish(mark: Mark): void {
    const { replies } = this.poster;
    const hasAll = this.answered === this.ids.length;
    if (hasAll) {
      this.owner.answered(this);
      for (const release of this.releases ?? []) release();
    }
    try {
      if (hasAll) replies.say(this.lines);
      replies.costs.charge(mark);
    } finally {
      if (hasAll) replies.requests.end(this, this.ids.length);
    }
  }

  private count({ id, bytes, expected }: QueuedPost): void {
    // Most connections have one post under way. A list that grows has room for 17 entries at once.
    if (this.ids === noIds) this.ids = [id];
    else this.ids.push(id);
    this.bytes += bytes;
    this.expected += expected;
  }
}

/** Whether a post names a direct conversation by its other user, such as `@dave`. */
function isDirect({ ref }: Address): boolean {
  return 'key' in ref && isDirectName(ref.key);
}

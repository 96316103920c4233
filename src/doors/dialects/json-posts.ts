import { groupRef } from '../../board/refs.ts';
import { checkedMessage } from '../../board/texts.ts';
import { admit } from '../../core/dispatch.ts';
import { Task } from '../../core/request-queue.ts';
import { reserveConversation } from '../../core/reserve-conversation.ts';
import type { RequestId } from '../../protocol/jsonrpc/messages.ts';
import { type Address, Burst, type Poster } from './json-burst.ts';

/** A post in the queue of its connection. Once it begins, it is a part of a burst. */
export class JsonPost extends Task {
  constructor(
    private readonly posts: JsonPosts,
    readonly id: RequestId,
    readonly params: unknown,
    length: number,
  ) {
    super('write', length);
  }

  run(): void {
    this.posts.begin(this);
  }
}

/**
 * Makes bursts of the posts of one session: the posts to one group that begin one after the other in a callback of the event loop,
 * such as those of one chunk of bytes. Each post is checked by itself.
 */
export class JsonPosts {
  /** The burst to which posts are added, until it is sent. */
  private burst: Burst | undefined;
  /** The burst that was sent last, until it is answered. */
  private last: Burst | undefined;
  /** Where the last post went. */
  private to: Address | undefined;

  constructor(private readonly poster: Poster) {}

  begin(post: JsonPost): void {
    const { context, replies, brake } = this.poster;
    try {
      brake.pass(replies.costs);
      const params = admit(context, 'message.post', post.params);
      const to = this.addressOf(params.group);
      const message = checkedMessage(params);
      const release = reserveConversation(context, 'message.post', params);
      this.burstFor(to).add(post, to, message, release);
    } catch (error) {
      // It is answered after the posts before it.
      const burst = this.burst ?? this.last ?? this.newBurst();
      burst.refuse(post, error);
    }
  }

  /** Gives the burst to the board. Call it before any other write of the session begins. */
  send(): void {
    const { burst } = this;
    if (!burst) return;
    this.burst = undefined;
    this.last = burst;
    burst.send();
  }

  /** To be called when a burst is answered. */
  answered(burst: Burst): void {
    if (this.last === burst) this.last = undefined;
  }

  /** @throws BoardError `GROUP_NOT_FOUND` */
  private addressOf(group: string | number): Address {
    if (this.to?.group !== group) this.to = { group, ref: groupRef(group) };
    return this.to;
  }

  private burstFor(to: Address): Burst {
    if (this.burst && !this.burst.accepts(to)) this.send();
    return this.burst ?? this.newBurst();
  }

  private newBurst(): Burst {
    const burst = new Burst(this.poster, this);
    this.burst = burst;
    queueMicrotask(() => {
      if (this.burst === burst) this.send();
    });
    return burst;
  }
}

import { directName } from '../../../src/protocol/direct.ts';
import type { Method, Params } from '../../../src/protocol/schemas.ts';
import { Caller, Refused } from '../caller.ts';
import type { Random } from '../random.ts';
import { type Change, type Ledger, mayRefuse, type Post, type Sent } from './ledger.ts';
import { wardAct } from './ward-acts.ts';
import type { WardChange } from './wards.ts';

export const users = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'] as const;
/** Two users with passwords, who write to each other too. A password costs a quarter of a second at each login. */
const friends: readonly string[] = ['u0', 'u1'];
const password = 'one for both of them';
export const groups = ['main', 'general', 'news'] as const;

/** One user at the board, who does one thing after the other until the connection was lost. */
export class User {
  private turns = 0;
  /** Whom the user writes to directly. */
  private readonly friend: string | undefined;

  private constructor(
    private readonly name: string,
    private readonly caller: Caller,
    private readonly ledger: Ledger,
    private readonly random: Random,
    /** Called for everything that was acknowledged, and waited for. */
    private readonly done: () => void | Promise<void>,
  ) {
    this.friend = friends.includes(name) ? friends.find((other) => other !== name) : undefined;
  }

  static async login(
    name: string,
    port: number,
    context: { ledger: Ledger; random: Random; done: () => void | Promise<void> },
  ): Promise<User> {
    const caller = await Caller.open(port);
    await logIn(caller, name);
    return new User(name, caller, context.ledger, context.random, context.done);
  }

  /** Ends when the connection does. @param prefix that no other run has had */
  async run(prefix: string): Promise<void> {
    try {
      for (;;) await this.act(`${prefix}-${this.name}-${this.turns++}`);
    } catch (error) {
      if (error instanceof Refused || !(error instanceof Error)) throw error;
      if (error.message !== 'the connection was lost') throw error;
    } finally {
      this.caller.close();
    }
  }

  private async act(prefix: string): Promise<void> {
    const { random } = this;
    if (random.once(this.friend ? 2 : 4)) return this.workInWard(prefix);
    const group = random.pick(groups);
    switch (random.whole(0, 9)) {
      case 0:
        return this.change({ method: 'group.join', params: { group } });
      case 1:
        return random.once(3)
          ? this.change({ method: 'group.leave', params: { group } })
          : this.markRead(group);
      case 2:
        if (random.once(2)) return this.sendAgain();
        return random.once(3) ? this.delete() : this.edit(prefix);
      default: {
        // A few at a time, so that commits hold several writes of one connection too.
        const place = this.friend && random.once(4) ? directName(this.friend) : group;
        const posts = Array.from({ length: random.whole(1, 4) }, (_, part) =>
          this.post(this.message(place, `${prefix}-${part}`)),
        );
        // All of them have to end before the round does.
        const failed = (await Promise.allSettled(posts)).find(
          ({ status }) => status === 'rejected',
        );
        if (failed?.status === 'rejected') throw failed.reason;
      }
    }
  }

  private workInWard(prefix: string): Promise<void> {
    const { random, name, ledger } = this;
    return ledger.wards.alone(async () => {
      const act = wardAct(ledger.wards, { random, name, users, friends, prefix });
      if (act) await this.change(act);
    });
  }

  private message(group: string, subject: string): Post {
    const content = `${subject}: ${'x'.repeat(this.random.whole(0, 2000))}`;
    const last = this.ledger.lastNumber(group);
    const isReply = last > 0 && this.random.once(3);
    return { group, subject, content, key: subject, ...(isReply && { replyTo: last }) };
  }

  private post(params: Post): Promise<void> {
    return this.change({ method: 'message.post', params });
  }

  /** What was sent is sent under its key once more, as by a client that lost the answer. */
  private async sendAgain(): Promise<void> {
    const { ledger } = this;
    const all = [...ledger.sent.values()].slice(-500);
    const mine = all.filter(({ user, refused }) => user === this.name && !refused);
    if (mine.length === 0) return;
    // A message that was deleted since would be posted again.
    const known = mine.filter(
      ({ number, post, deletion }) =>
        number === undefined || (!deletion && !ledger.maybePurged(post.group)),
    );
    const sent = this.random.pick(known.slice(-20));
    if (sent) await this.post(sent.post);
  }

  /** Edits a message of its own that is on the board. */
  private async edit(prefix: string): Promise<void> {
    const { post, number } = this.ownMessage() ?? {};
    if (!post || number === undefined) return;
    const params = { group: post.group, number, content: `edited at ${prefix}` };
    return this.change({ method: 'message.edit', params });
  }

  private async delete(): Promise<void> {
    const { post, number } = this.ownMessage() ?? {};
    if (!post || number === undefined) return;
    return this.change({ method: 'message.delete', params: { group: post.group, number } });
  }

  /** One of the newest messages of its own that are on the board. */
  private ownMessage(): Sent | undefined {
    const mine = [...this.ledger.sent.values()]
      .slice(-500)
      .filter((sent) => sent.user === this.name && sent.number !== undefined && !sent.deletion);
    return mine.length === 0 ? undefined : this.random.pick(mine.slice(-20));
  }

  private async markRead(group: string): Promise<void> {
    const last = this.ledger.lastNumber(group);
    if (last === 0) return;
    // Mostly one message or a few, now and then all up to a number.
    const end = this.random.whole(1, last);
    const first = this.random.whole(0, 3) === 0 ? 1 : Math.max(1, end - this.random.whole(0, 2));
    return this.change({ method: 'message.markRead', params: { group, ranges: [[first, end]] } });
  }

  private async change(change: Change | WardChange): Promise<void> {
    const answered = this.ledger.asked(this.name, change);
    const { method, params } = change;
    const called = this.caller.call(method as Method, params as Params<Method>);
    const answer = await called.catch((error: unknown) => {
      if (error instanceof Refused && mayRefuse(change, error.code)) return undefined;
      throw error;
    });
    answered(answer);
    await this.done();
  }
}

async function logIn(caller: Caller, user: string): Promise<void> {
  try {
    await caller.call('session.login', { user });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'PASSWORD_REQUIRED') throw error;
    await caller.call('session.login', { user, password });
    return;
  }
  if (friends.includes(user)) await caller.call('account.setPassword', { password });
}

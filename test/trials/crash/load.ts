import { Caller, Refused } from '../caller.ts';
import type { Random } from '../random.ts';
import type { Ledger, Sent } from './ledger.ts';

export const users = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'] as const;
export const groups = ['main', 'general', 'news'] as const;

/** One user at the board, who does one thing after the other until the connection is gone. */
export class User {
  private turns = 0;

  private constructor(
    private readonly name: string,
    private readonly caller: Caller,
    private readonly ledger: Ledger,
    private readonly random: Random,
    /** Called for everything that was acknowledged. */
    private readonly done: () => void,
  ) {}

  static async login(
    name: string,
    port: number,
    context: { ledger: Ledger; random: Random; done: () => void },
  ): Promise<User> {
    const caller = await Caller.open(port);
    await caller.call('session.login', { user: name });
    return new User(name, caller, context.ledger, context.random, context.done);
  }

  /** Ends when the connection does. @param prefix that no other run has had */
  async run(prefix: string): Promise<void> {
    try {
      for (;;) await this.act(`${prefix}-${this.name}-${this.turns++}`);
    } catch (error) {
      if (error instanceof Refused || !(error instanceof Error)) throw error;
      if (error.message !== 'the connection is gone') throw error;
    } finally {
      this.caller.close();
    }
  }

  private async act(prefix: string): Promise<void> {
    const { random } = this;
    const group = random.pick(groups);
    switch (random.whole(0, 9)) {
      case 0:
        return this.join(group);
      case 1:
        return random.once(3) ? this.leave(group) : this.markRead(group);
      case 2:
        return this.sendAgain();
      default: {
        // A few at a time, so that commits hold several writes of one connection too.
        const posts = Array.from({ length: random.whole(1, 4) }, (_, part) =>
          this.send(this.message(group, `${prefix}-${part}`)),
        );
        // All of them have to end before the round does.
        const failed = (await Promise.allSettled(posts)).find(
          ({ status }) => status === 'rejected',
        );
        if (failed?.status === 'rejected') throw failed.reason;
      }
    }
  }

  private message(group: string, subject: string): Sent {
    const content = `${subject}: ${'x'.repeat(this.random.whole(0, 2000))}`;
    const sent: Sent = { user: this.name, group, subject, content, key: subject };
    this.ledger.sent.set(subject, sent);
    return sent;
  }

  private async send(sent: Sent): Promise<void> {
    const { user, number, refused, ...params } = sent;
    const answer = await this.unlessRefused(this.caller.call('message.post', params), 'NOT_MEMBER');
    if (answer) this.ledger.acknowledge(sent, answer.number);
    // One that was stored before its user left is there all the same.
    else if (sent.number === undefined && !this.doubtful.has(sent)) sent.refused = true;
    this.done();
  }

  /** What was sent is sent under its key once more, as by a client that lost the answer. */
  private async sendAgain(): Promise<void> {
    const all = [...this.ledger.sent.values()].slice(-500);
    const mine = all.filter(({ user, refused }) => user === this.name && !refused);
    if (mine.length === 0) return;
    // One that an operator has deleted since would be posted anew.
    const known = mine.filter(
      ({ number, group }) => number === undefined || !this.ledger.purged.has(group),
    );
    const sent = this.random.pick(known.slice(-20));
    if (!sent) return;
    this.doubtful.add(sent);
    await this.send(sent);
  }

  private readonly doubtful = new Set<Sent>();

  private async join(group: string): Promise<void> {
    const { ledger, name } = this;
    const before = { ...ledger.standing(name, group) };
    ledger.joining(name, group);
    const joined = await this.unlessRefused(
      this.caller.call('group.join', { group }),
      'ALREADY_MEMBER',
    );
    Object.assign(ledger.standing(name, group), joined ? {} : before, { member: true });
    this.done();
  }

  private async leave(group: string): Promise<void> {
    const standing = this.ledger.standing(this.name, group);
    standing.member = undefined;
    await this.unlessRefused(this.caller.call('group.leave', { group }), 'NOT_MEMBER');
    standing.member = false;
    this.done();
  }

  private async markRead(group: string): Promise<void> {
    const standing = this.ledger.standing(this.name, group);
    const number = this.random.whole(0, this.ledger.lastNumber(group));
    const { read } = standing;
    standing.read = { least: read.least, most: Math.max(read.most, number) };
    const call = this.caller.call('message.markRead', { group, number });
    const marked = await this.unlessRefused(call, 'NOT_MEMBER');
    if (marked) standing.read = { ...standing.read, least: Math.max(read.least, number) };
    this.done();
  }

  private async unlessRefused<T>(call: Promise<T>, code: string): Promise<T | undefined> {
    return call.catch((error: unknown) => {
      if (error instanceof Refused && error.code === code) return undefined;
      throw error;
    });
  }
}

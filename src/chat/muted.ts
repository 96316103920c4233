import type { Answer, Call, Notice } from '../protocol/schemas.ts';

/** The threads and users that the user has muted: notices of their messages are not shown. */
export class Muted {
  private users = new Set<number>();
  private threads = new Set<string>();
  private loads = 0;
  private waiting: (() => void)[] = [];

  /** Asks the board. Until it has answered, `whenKnown` waits. If it does not answer, everything is shown. */
  async load(call: Call): Promise<void> {
    this.loads++;
    try {
      const { threads, users } = await call('mute.list', {});
      this.users = new Set(users.map(({ userId }) => userId));
      this.threads = new Set(threads.map(threadKey));
    } catch {
      this.forget();
    } finally {
      this.loads--;
      if (this.loads === 0) for (const show of this.waiting.splice(0)) show();
    }
  }

  forget(): void {
    this.users.clear();
    this.threads.clear();
  }

  /** Calls `show` once it is known what is muted: at once, or in the order of the calls. */
  whenKnown(show: () => void): void {
    if (this.loads > 0) this.waiting.push(show);
    else show();
  }

  /** Called with the answer to a command of the user. */
  learn({ method, result }: Pick<Answer, 'method'> & { readonly result: unknown }): void {
    const { userId = 0, ...thread } = result as Partial<Place> & { readonly userId?: number };
    if (method === 'user.mute') this.users.add(userId);
    else if (method === 'user.unmute') this.users.delete(userId);
    else if (method === 'thread.mute') this.threads.add(threadKey(thread));
    else if (method === 'thread.unmute') this.threads.delete(threadKey(thread));
  }

  /** Whether a notice is about a message that is muted. */
  hides({ method, params }: Notice): boolean {
    if (method !== 'message.posted' && method !== 'message.edited') return false;
    const { groupId, message } = params;
    const { senderId, thread } = message;
    return this.users.has(senderId ?? 0) || this.threads.has(threadKey({ groupId, thread }));
  }
}

interface Place {
  readonly groupId: number;
  readonly thread: number;
}

function threadKey({ groupId, thread }: Partial<Place>): string {
  return `${groupId} ${thread}`;
}

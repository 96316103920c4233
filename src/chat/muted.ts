import { MutedNotices, mutedNotices } from '../protocol/muted.ts';
import type { Answer, Call, Notice, Result } from '../protocol/schemas.ts';

/** The threads and users that the user has muted: notices of their messages are not shown. */
export class Muted {
  private known = new MutedNotices();
  private loads = 0;
  private waiting: (() => void)[] = [];

  /** Asks the board. Until it has answered, `whenKnown` waits. If it does not answer, everything is shown. */
  async load(call: Call): Promise<void> {
    this.loads++;
    try {
      this.known = mutedNotices(await call('mute.list', {}));
    } catch {
      this.forget();
    } finally {
      this.loads--;
      if (this.loads === 0) for (const show of this.waiting.splice(0)) show();
    }
  }

  forget(): void {
    this.known = new MutedNotices();
  }

  /** Calls `show` once it is known what is muted: at once, or in the order of the calls. */
  whenKnown(show: () => void): void {
    if (this.loads > 0) this.waiting.push(show);
    else show();
  }

  /** Called with the answer to a command of the user. */
  learn({ method, result }: Pick<Answer, 'method'> & { readonly result: unknown }): void {
    switch (method) {
      case 'user.mute':
      case 'user.unmute': {
        const { userId: user } = result as Result<typeof method>;
        this.known.apply({ muted: method === 'user.mute', user });
        break;
      }
      case 'thread.mute':
      case 'thread.unmute': {
        const { groupId: group, thread } = result as Result<typeof method>;
        this.known.apply({ muted: method === 'thread.mute', group, thread });
        break;
      }
      case 'group.leave':
        this.known.leave((result as Result<typeof method>).groupId);
        break;
      default:
    }
  }

  /** Called when the user has left a group in another session. */
  leave(group: number): void {
    this.known.leave(group);
  }

  /** Whether a notice is about a message that is muted. */
  hides(notice: Notice): boolean {
    return this.known.hides(notice);
  }
}

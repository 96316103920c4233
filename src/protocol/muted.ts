import type { Header, Notice, Result } from './schemas.ts';

/** The threads and users that one user has muted, by their numbers. */
export interface Mutes {
  readonly users: readonly number[];
  readonly threads: readonly { readonly group: number; readonly thread: number }[];
}

/** A thread or a user that is muted from now on, or is not muted any more. */
export type MuteChange = { readonly muted: boolean } & (
  | { readonly user: number }
  | { readonly group: number; readonly thread: number }
);

/** Finds the notices that a user has muted. */
export class MutedNotices {
  private readonly users: Set<number>;
  private readonly threads = new Map<number, Set<number>>();

  constructor({ users, threads }: Mutes = { users: [], threads: [] }) {
    this.users = new Set(users);
    for (const { group, thread } of threads) this.threadsOf(group).add(thread);
  }

  apply(change: MuteChange): void {
    const { muted } = change;
    const [set, id] =
      'user' in change
        ? ([this.users, change.user] as const)
        : ([this.threadsOf(change.group), change.thread] as const);
    if (muted) set.add(id);
    else set.delete(id);
  }

  /** Called when the user has left a group: its threads are not muted any more. */
  leave(group: number): void {
    this.threads.delete(group);
  }

  /** Whether a notice is about a message that is muted. */
  hides({ method, params }: Notice): boolean {
    if (method !== 'message.posted' && method !== 'message.edited') return false;
    return this.mutes(params.groupId, params.message);
  }

  /** Whether the sender or the thread of a message of a group is muted. */
  mutes(group: number, { senderId, thread }: Pick<Header, 'senderId' | 'thread'>): boolean {
    const isByMuted = senderId !== null && this.users.has(senderId);
    return isByMuted || this.threads.get(group)?.has(thread) === true;
  }

  private threadsOf(group: number): Set<number> {
    let threads = this.threads.get(group);
    if (!threads) {
      threads = new Set();
      this.threads.set(group, threads);
    }
    return threads;
  }
}

/** Finds the notices that a user has muted, by the answer to `mute.list`. */
export function mutedNotices({ users, threads }: Result<'mute.list'>): MutedNotices {
  return new MutedNotices({
    users: users.map(({ userId }) => userId),
    threads: threads.map(({ groupId: group, thread }) => ({ group, thread })),
  });
}

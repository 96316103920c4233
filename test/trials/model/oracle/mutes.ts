import type { Notify } from '../../../../src/board/types.ts';
import type { Access } from './access.ts';
import type { Answer } from './answer.ts';

/** What the methods about muted groups, threads and users have to answer. */
export class Mutes {
  constructor(private readonly access: Access) {}

  setNotify(user: string, key: string, notify: Notify): Answer {
    return this.access.in(user, key, ({ members, lastNumber }) => {
      const member = members.get(user);
      if (member) member.notify = notify;
      return { notify, lastNumber };
    });
  }

  /** A thread that is invisible can only be unmuted. */
  setThread(user: string, key: string, number: number, muted: boolean): Answer {
    return this.access.in(user, key, (group) => {
      const thread = group.threadOf(user, number);
      const { mutedThreads } = group.members.get(user) ?? {};
      if (!muted) mutedThreads?.delete(thread);
      else if (group.visible(user).every((each) => each.thread !== thread)) {
        return this.access.noMessage(user, key, number);
      } else mutedThreads?.add(thread);
      return { thread };
    });
  }

  setUser(user: string, other: string, muted: boolean): Answer {
    const mutedBy = this.access.model.mutedBy(user);
    if (muted) mutedBy.add(other);
    else mutedBy.delete(other);
    return { result: { user: this.access.names.of(other) } };
  }

  list(user: string): Answer {
    const { model, names } = this.access;
    const own = this.access.groupsOf(user).map((key) => {
      const group = names.ofGroup(user, key);
      const { notify = 'all', mutedThreads = [] } = model.group(key).members.get(user) ?? {};
      const threads = [...mutedThreads].sort((a, b) => a - b);
      return { group, notify, threads };
    });
    const groups = own.filter(({ notify }) => notify !== 'all');
    const users = this.access.users.filter((each) => model.mutedBy(user).has(each));
    return {
      result: {
        groups: groups.map(({ group, notify }) => ({ group, notify })),
        threads: own.flatMap(({ group, threads }) => threads.map((thread) => ({ group, thread }))),
        users: users.map((each) => ({ user: names.of(each) })),
      },
    };
  }
}

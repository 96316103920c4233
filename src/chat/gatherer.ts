import type { Notice } from '../protocol/schemas.ts';
import { count } from '../protocol/text/render.ts';

// So many notices of a group are printed in a window of time. Those after them are gathered until it ends.
const printedAtOnce = 3;
const windowLength = 1000;

/** Counts of the notices that were gathered, by what happened. */
interface Tally {
  messages: number;
  first: number;
  last: number;
  joined: number;
  left: number;
  online: number;
  offline: number;
  edited: number;
  deleted: number;
  logged: number;
}

interface Window {
  printed: number;
  tally: Tally | undefined;
  /** The name of the group in the last notice. */
  name: string;
  readonly timer: NodeJS.Timeout;
}

interface GathererOptions {
  /** Whether a notice concerns the user alone, and is printed by itself. */
  readonly isPersonal: (notice: Notice) => boolean;
  /** Prints one notice. */
  readonly print: (notice: Notice) => void;
  /** Prints what was gathered of a group. */
  readonly printLine: (group: string, text: string) => void;
}

/**
 * Gathers the notices of a group in one line if there are more than three in a second. Notices that change what the user
 * can do, such as the removal of a group, are printed one by one, after what was gathered.
 */
export class Gatherer {
  private readonly windows = new Map<number, Window>();

  constructor(private readonly options: GathererOptions) {}

  take(notice: Notice): void {
    const { method, params } = notice;
    // It has no text and no group.
    if (method === 'mutes.changed' || method === 'groups.changed') return;
    const add = this.options.isPersonal(notice) ? undefined : adderOf(notice);
    if ('groupId' in params && add) {
      this.count(notice, params, add);
      return;
    }
    if ('groupId' in params) this.flush(params.groupId);
    this.options.print(notice);
  }

  /** Prints what was gathered of a group, or of all. */
  flush(...groups: number[]): void {
    for (const id of groups.length > 0 ? groups : [...this.windows.keys()]) {
      const window = this.windows.get(id);
      if (!window) continue;
      clearTimeout(window.timer);
      this.windows.delete(id);
      if (window.tally) this.options.printLine(window.name, spoken(window.tally));
    }
  }

  private count(
    notice: Notice,
    { groupId, group }: { readonly groupId: number; readonly group: string },
    add: (tally: Tally) => void,
  ): void {
    const window = this.windows.get(groupId);
    if (window && window.printed >= printedAtOnce) {
      window.tally ??= emptyTally();
      window.name = group;
      add(window.tally);
      return;
    }
    if (window) window.printed++;
    else this.open(groupId, group, 1);
    this.options.print(notice);
  }

  private open(group: number, name: string, printed: number): void {
    const timer = setTimeout(() => {
      const isBusy = this.windows.get(group)?.tally !== undefined;
      this.flush(group);
      // As long as it goes on, there is one line a second.
      if (isBusy) this.open(group, name, printedAtOnce);
    }, windowLength);
    // Leaving prints what is left.
    timer.unref();
    this.windows.set(group, { printed, tally: undefined, name, timer });
  }
}

function emptyTally(): Tally {
  return {
    messages: 0,
    first: 0,
    last: 0,
    joined: 0,
    left: 0,
    online: 0,
    offline: 0,
    edited: 0,
    deleted: 0,
    logged: 0,
  };
}

/** How a notice is counted. Undefined if it is printed by itself. */
function adderOf({ method, params }: Notice): ((tally: Tally) => void) | undefined {
  switch (method) {
    case 'message.posted':
      return (tally) => {
        const { number } = params.message;
        if (tally.messages === 0) tally.first = number;
        tally.last = number;
        tally.messages++;
      };
    case 'member.joined':
      return (tally) => {
        tally.joined++;
      };
    case 'member.left':
      return (tally) => {
        tally.left++;
      };
    case 'presence.changed':
      return (tally) => {
        tally.online += params.online.length + (params.moreOnline ?? 0);
        tally.offline += params.offline.length + (params.moreOffline ?? 0);
      };
    case 'message.edited':
      return (tally) => {
        tally.edited++;
      };
    case 'message.deleted':
      return (tally) => {
        tally.deleted++;
      };
    case 'group.logged':
      return (tally) => {
        tally.logged++;
      };
    default:
      return undefined;
  }
}

/** `12 new messages (15 to 26), 2 joined` */
function spoken(tally: Tally): string {
  const { messages, first, last, joined, left, online, offline, edited, deleted, logged } = tally;
  const numbers = messages === 1 ? `${first}` : `${first} to ${last}`;
  const parts = [
    ...(messages > 0 ? [`${count(messages, 'new message')} (${numbers})`] : []),
    ...(edited > 0 ? [`${edited} edited`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(logged > 0 ? [`${count(logged, 'act')} of moderators (%log)`] : []),
    ...(joined > 0 ? [`${joined} joined`] : []),
    ...(left > 0 ? [`${left} left`] : []),
    ...(online > 0 ? [`${online} online`] : []),
    ...(offline > 0 ? [`${offline} offline`] : []),
  ];
  return parts.join(', ');
}

import type { Told } from '../people/actor.ts';
import type { Access } from './access.ts';
import type { Answer, Result } from './answer.ts';
import type { Line } from './charter.ts';

/** A notice, and the users whose sessions are sent it. */
export interface Event extends Told {
  readonly key: string;
  readonly to: readonly string[];
  /** Whether the session that did the act is sent it as well. */
  readonly isForAll?: boolean;
}

type NewLine = Omit<Line, 'turn' | 'about'>;

/** The logs of groups, and the notices that an act has caused. */
export class GroupLog {
  private events: Event[] = [];

  constructor(private readonly access: Access) {}

  /** The notices of the last act, in order. */
  takeEvents(): Event[] {
    return this.events.splice(0);
  }

  tell(event: Event): void {
    if (event.to.length > 0) this.events.push(event);
  }

  /** @param about the number of the message that the line is about, or of the newest one of the thread: who sees it, is told */
  add(key: string, line: NewLine, about?: number): void {
    const { model } = this.access;
    const charter = this.access.charter(key);
    const message = model.group(key).rows.find(({ number }) => number === about);
    const added: Line = {
      ...line,
      turn: ++model.turn,
      ...(message && { about: message.turn }),
    };
    charter.log.push(added);
    // Another notice says it: that of the deleted message, or of the maker who has joined.
    if (line.act === 'delete' || line.act === 'create') return;
    const to = [...model.group(key).members.keys()].filter((user) =>
      this.mayRead(user, key, added),
    );
    const isForAll = line.by === null;
    this.tell({ key, method: 'group.logged', params: { line: logged(added) }, to, isForAll });
  }

  /** The newest lines, newest first. */
  list(user: string, key: string, limit: number): Answer {
    return this.access.in(user, key, (group) => {
      const joined = group.members.get(user)?.joined ?? 0;
      const isStaff = this.access.role(user, key) !== 'member';
      const lines = this.access
        .charter(key)
        .log.filter((line) => isStaff || line.turn > joined)
        .filter((line) => this.mayRead(user, key, line));
      return { lines: lines.slice(-limit).map(logged).reverse(), more: lines.length > limit };
    });
  }

  private mayRead(user: string, key: string, { about }: Line): boolean {
    return about === undefined || this.access.seesTime(user, key, about);
  }
}

/** A line as it is told. */
export function logged({ turn: _, about: __, ...line }: Line): Result {
  return { ...line };
}

import { limits } from '../../../../src/protocol/limits.ts';
import type { Kept } from '../../../contract/model-group.ts';
import type { Access } from './access.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import type { Report } from './charter.ts';
import type { GroupLog } from './group-log.ts';
import { isDirect } from './names.ts';
import type { Roles } from './roles.ts';

/** Closed threads, pinned messages, and reports. */
export class Curation {
  constructor(
    private readonly access: Access,
    private readonly roles: Roles,
    private readonly log: GroupLog,
  ) {}

  close(user: string, key: string, number: number, closed: boolean): Answer {
    return this.access.in(user, key, (group) => {
      const refused = this.roles.refuses(user, key, 'close threads');
      if (refused) return refused;
      const thread = group.threadOf(user, number);
      if (group.visible(user).every((each) => each.thread !== thread)) {
        return this.access.noMessage(user, key, number);
      }
      return this.closed(key, thread, closed, this.access.names.of(user));
    });
  }

  /** @param by null for the operator */
  closed(key: string, thread: number, closed: boolean, by: string | null): Result {
    const charter = this.access.charter(key);
    if (charter.closed.has(thread) !== closed) {
      if (closed) charter.closed.add(thread);
      else charter.closed.delete(thread);
      const newest = this.liveIn(key, thread).at(-1)?.number ?? thread;
      this.log.add(key, { act: closed ? 'close' : 'reopen', by, number: thread }, newest);
    }
    return { thread };
  }

  /** Whether anything is left of a thread: then it is still closed, if it was. */
  isThere(key: string, thread: number): boolean {
    const { rows } = this.access.model.group(key);
    return rows.some(({ number }) => number === thread) || this.liveIn(key, thread).length > 0;
  }

  private liveIn(key: string, thread: number): Kept[] {
    return this.access.model
      .group(key)
      .messages()
      .filter((message) => message.thread === thread);
  }

  pin(user: string, key: string, number: number, pinned: boolean): Answer {
    return this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'pin messages');
      if (refused) return refused;
      if (!this.access.sees(user, key, number)) return this.access.noMessage(user, key, number);
      const seen = this.pins(user, key).length;
      return this.pinned(key, number, pinned, this.access.names.of(user), seen);
    });
  }

  /** @param seen how many pins count for the limit @param by null for the operator */
  pinned(
    key: string,
    number: number,
    pinned: boolean,
    by: string | null,
    seen: number,
  ): Result | Refusal {
    const charter = this.access.charter(key);
    if (charter.pins.includes(number) !== pinned) {
      if (pinned && seen >= limits.pins) {
        return refusal('PINS_FULL', limits.pins, this.access.names.of(key));
      }
      charter.pins = pinned
        ? [...charter.pins, number]
        : charter.pins.filter((each) => each !== number);
      this.log.add(key, { act: pinned ? 'pin' : 'unpin', by, number }, number);
    }
    return { number };
  }

  /** The pinned messages that a user sees. */
  pins(user: string, key: string): Kept[] {
    const { pins } = this.access.charter(key);
    return this.access.visible(user, key).filter(({ number }) => pins.includes(number));
  }

  report(user: string, key: string, number: number, reason: string): Answer {
    return this.access.of(user, key, number, () => {
      const { reports, staff } = this.access.charter(key);
      const before = reports.find((each) => each.number === number && each.user === user);
      const isNews = !before?.isOpen;
      if (before) Object.assign(before, { reason, isOpen: true });
      else reports.push({ number, user, reason, isOpen: true });
      if (isNews) {
        const to = [...staff.keys()].filter((each) => this.access.sees(each, key, number));
        const params = { user: this.access.names.of(user), number, reason };
        this.log.tell({ key, method: 'message.reported', params, to });
      }
      return { number };
    });
  }

  reports(user: string, key: string): Answer {
    return this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'read reports');
      if (refused) return refused;
      const reports = this.openReports(user, key).map(({ number, user: by, reason }) => {
        return { number, user: this.access.names.of(by), reason };
      });
      return { reports };
    });
  }

  /** The open reports of the messages that a user sees, the oldest message first. */
  openReports(user: string, key: string): Report[] {
    return this.access
      .charter(key)
      .reports.filter(({ isOpen, number }) => isOpen && this.access.sees(user, key, number))
      .sort((a, b) => a.number - b.number);
  }

  closeReports(user: string, key: string, number: number): Answer {
    return this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'read reports');
      if (refused) return refused;
      if (!this.access.sees(user, key, number)) return this.access.noMessage(user, key, number);
      return { number, closed: this.closeOf(key, number) };
    });
  }

  /** @returns how many reports were closed */
  closeOf(key: string, number: number): number {
    const open = this.access
      .charter(key)
      .reports.filter((each) => each.isOpen && each.number === number);
    for (const report of open) report.isOpen = false;
    return open.length;
  }

  /** Messages were deleted. */
  forget(key: string): void {
    if (isDirect(key)) return;
    const left = new Set(
      this.access.model
        .group(key)
        .messages()
        .map(({ number }) => number),
    );
    const charter = this.access.charter(key);
    charter.pins = charter.pins.filter((number) => left.has(number));
    charter.reports = charter.reports.filter(({ number }) => left.has(number));
  }
}

import type { Notice } from '../protocol/schemas.ts';
import type { Encoding } from './encoding.ts';

/** What a session is notified of at once: the notices of one turn of the event loop in one group. */
export interface Announcement {
  /** At least one. */
  readonly notices: readonly Notice[];
  /** How many sessions share the chunk that `in` returns. */
  readonly holders: number;
  /** All notices in one chunk; '' if the encoding has words for none of them. */
  in(encoding: Encoding): string | Buffer;
}

/** Notices for one session alone. */
export class PrivateAnnouncement implements Announcement {
  readonly holders = 1;

  constructor(readonly notices: readonly Notice[]) {}

  in(encoding: Encoding): string {
    return this.notices.map((notice) => encoding.notice(notice)).join('');
  }
}

/** Notices for all members of a group, written once for each encoding, into a buffer that they share. */
export class SharedAnnouncement implements Announcement {
  private readonly lines = new Map<Encoding, readonly string[]>();
  private readonly chunks = new Map<Encoding, Buffer>();

  constructor(
    readonly notices: readonly Notice[],
    readonly holders: number,
  ) {}

  in(encoding: Encoding): Buffer {
    let chunk = this.chunks.get(encoding);
    if (!chunk) {
      chunk = Buffer.from(this.linesIn(encoding).join(''));
      this.chunks.set(encoding, chunk);
    }
    return chunk;
  }

  /** The notices for which `isFor` is true, for one session; undefined if there are none. */
  only(isFor: (at: number) => boolean): Announcement | undefined {
    const notices = this.notices.filter((_, at) => isFor(at));
    if (notices.length === 0) return undefined;
    const chunk = (encoding: Encoding) =>
      this.linesIn(encoding)
        .filter((_, at) => isFor(at))
        .join('');
    return { notices, holders: 1, in: chunk };
  }

  private linesIn(encoding: Encoding): readonly string[] {
    let lines = this.lines.get(encoding);
    if (!lines) {
      lines = this.notices.map((notice) => encoding.notice(notice));
      this.lines.set(encoding, lines);
    }
    return lines;
  }
}

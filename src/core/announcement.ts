import type { Notice } from '../protocol/schemas.ts';
import type { Encoding } from './encoding.ts';

/** The notices that a session is sent together: those of one turn of the event loop in one group. */
export interface Announcement {
  /** At least one. */
  readonly notices: readonly Notice[];
  readonly count: number;
  /** How many sessions share the chunk that `in` returns. */
  readonly holders: number;
  /** All notices in one chunk; '' if the encoding sends none of them. */
  in(encoding: Encoding): string | Buffer;
}

/** Notices for one session alone. */
export class PrivateAnnouncement implements Announcement {
  readonly holders = 1;

  constructor(readonly notices: readonly Notice[]) {}

  get count(): number {
    return this.notices.length;
  }

  in(encoding: Encoding): string {
    return this.notices.map((notice) => encoding.notice(notice)).join('');
  }
}

/** Notices for all members of a group, written once for each encoding, into a buffer that they share. */
export class SharedAnnouncement implements Announcement {
  private readonly written = new Map<Encoding, Written>();

  constructor(
    readonly notices: readonly Notice[],
    readonly holders: number,
  ) {}

  get count(): number {
    return this.notices.length;
  }

  in(encoding: Encoding): Buffer {
    return this.writtenIn(encoding).bytes;
  }

  /**
   * The notices without some of them, for one session; undefined if none is left.
   * @param left indices of those that are left out, in ascending order
   */
  without(left: readonly number[]): Announcement | undefined {
    const count = this.notices.length - left.length;
    if (count === 0) return undefined;
    return new Part(this, count, left);
  }

  /** The lines of all notices but those at the indices `left`. */
  linesWithout(left: readonly number[], encoding: Encoding): Buffer {
    return this.writtenIn(encoding).without(left);
  }

  private writtenIn(encoding: Encoding): Written {
    let written = this.written.get(encoding);
    if (!written) {
      written = new Written(this.notices.map((notice) => encoding.notice(notice)));
      this.written.set(encoding, written);
    }
    return written;
  }
}

/** A shared announcement without the notices at some indices, for one session. */
class Part implements Announcement {
  readonly holders = 1;

  constructor(
    private readonly whole: SharedAnnouncement,
    readonly count: number,
    private readonly left: readonly number[],
  ) {}

  get notices(): readonly Notice[] {
    const leaves = new Set(this.left);
    return this.whole.notices.filter((_, at) => !leaves.has(at));
  }

  in(encoding: Encoding): Buffer {
    return this.whole.linesWithout(this.left, encoding);
  }
}

/** Lines in one buffer. */
class Written {
  readonly bytes: Buffer;
  /** Where each line ends. */
  private ends: readonly number[] | undefined;

  constructor(private readonly lines: readonly string[]) {
    this.bytes = Buffer.from(lines.join(''));
  }

  /** All but the lines at the indices `left`: copied in runs, which costs far less than writing them again. */
  without(left: readonly number[]): Buffer {
    this.ends ??= endsOf(this.lines);
    const runs: Buffer[] = [];
    let start = 0;
    for (const at of left) {
      const end = this.ends[at - 1] ?? 0;
      if (end > start) runs.push(this.bytes.subarray(start, end));
      start = this.ends[at] ?? 0;
    }
    if (start < this.bytes.length) runs.push(this.bytes.subarray(start));
    return runs.length === 1 && runs[0] ? runs[0] : Buffer.concat(runs);
  }
}

function endsOf(lines: readonly string[]): number[] {
  let end = 0;
  return lines.map((line) => {
    end += Buffer.byteLength(line);
    return end;
  });
}

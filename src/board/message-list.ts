import type { Extras, NewMessage, NewMessages } from './ports/repository.ts';

// Most lists have no extras, and share this.
const noExtras = new Map<number, Extras>();

/** A list of new messages, to which messages are added. */
export class MessageList implements NewMessages {
  readonly subjects: string[] = [];
  readonly contents: string[] = [];
  extras = noExtras;
  /** Length of the texts in UTF-16 code units, each of which takes up to three bytes. */
  units = 0;

  get length(): number {
    return this.subjects.length;
  }

  add({ subject, content, key, mentions, replyTo }: NewMessage): void {
    if (key !== undefined || mentions !== undefined || replyTo !== undefined) {
      if (this.extras === noExtras) this.extras = new Map();
      const isUntitled = subject === undefined;
      this.extras.set(this.length, { key, mentions, replyTo, isUntitled });
    }
    this.subjects.push(subject ?? '');
    this.contents.push(content);
    this.units += (subject?.length ?? 0) + content.length;
  }
}

/** The messages with the indexes `from`, `from + 1` …, before `to`. */
export function partOf(
  { subjects, contents, extras }: NewMessages,
  from: number,
  to: number,
): NewMessages {
  const kept = [...extras].filter(([at]) => from <= at && at < to);
  return {
    subjects: subjects.slice(from, to),
    contents: contents.slice(from, to),
    extras: kept.length === 0 ? noExtras : new Map(kept.map(([at, each]) => [at - from, each])),
  };
}

import type { Extras, NewMessage, NewMessages } from './ports/posting.ts';

// Most lists have no extras, and share this.
const noExtras = new Map<number, Extras>();

/** A list of at least one new message, to which messages can be added. Many lists have only the first message. */
export class MessageList implements NewMessages {
  readonly subjects: string[];
  readonly contents: string[];
  extras = noExtras;
  /** Length of the texts in UTF-16 code units, each of which takes up to three bytes. */
  units = 0;
  /** How many of the messages are replies or may mention members. The commit thread checks each of them. */
  checked = 0;

  constructor(first: NewMessage) {
    this.subjects = [first.subject ?? ''];
    this.contents = [first.content];
    this.note(first);
  }

  get length(): number {
    return this.subjects.length;
  }

  add(message: NewMessage): void {
    this.subjects.push(message.subject ?? '');
    this.contents.push(message.content);
    this.note(message);
  }

  /** Counts the last message, and keeps its extras. */
  private note({ subject, content, key, mentions, replyTo }: NewMessage): void {
    this.units += (subject?.length ?? 0) + content.length;
    if (key === undefined && mentions === undefined && replyTo === undefined) return;
    if (mentions !== undefined || replyTo !== undefined) this.checked++;
    if (this.extras === noExtras) this.extras = new Map();
    const isUntitled = subject === undefined;
    this.extras.set(this.length - 1, { key, mentions, replyTo, isUntitled });
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

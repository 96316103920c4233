import { ownColour } from '../../terminal/colours.ts';
import type { Content } from '../model/contents.ts';
import { plain } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Clock } from './clock.ts';
import { type TextRow, WrappedText } from './wrapped-text.ts';

/** A message as rows: who wrote it and when, its subject, and its content. */
export class MessageRows {
  private readonly head: readonly TextRow[];
  private readonly text: WrappedText;

  constructor(message: Content, columns: number, clock: Clock) {
    const { number, sender, postedAt, replyTo, editedAt, subject, content } = message;
    const notes = [
      ...(replyTo === undefined ? [] : [`↩ #${replyTo}`]),
      ...(editedAt === undefined ? [] : ['edited']),
    ];
    const rest = [clock.spoken(postedAt), ...notes].map((note) => ` · ${note}`).join('');
    const subjectRows = new WrappedText(subject, columns);
    const shownSubject = isBeginningOf(subject, content)
      ? []
      : Array.from({ length: subjectRows.length }, (_, row): TextRow => {
          return [{ text: textOf(subjectRows.row(row)), style: { bold: true } }];
        });
    this.head = [
      [
        { text: `#${number} `, style: { faint: true } },
        { text: sender, style: { colour: ownColour(sender), bold: true } },
        { text: rest, style: { faint: true } },
      ],
      ...shownSubject,
    ];
    this.text = new WrappedText(content, columns);
  }

  row(number: number): TextRow | undefined {
    return this.head[number] ?? this.text.row(number - this.head.length);
  }

  /** Whether all rows come before a row. */
  endsBefore(row: number): boolean {
    return this.row(row) === undefined;
  }

  /** How many rows there are. It lays all of them out. */
  get length(): number {
    return this.head.length + this.text.length;
  }
}

/** Whether a subject says no more than the first words of the content, as of a message without a subject of its own. */
function isBeginningOf(subject: string, content: string): boolean {
  const words = subject.replace(/…$/, '').trim();
  return words !== '' && content.trimStart().startsWith(words);
}

function textOf(row: TextRow | undefined): string {
  return (row ?? []).map(({ text }) => text).join('');
}

/** @param from the first row that is shown */
export function drawText(
  surface: Surface,
  text: { row(number: number): TextRow | undefined },
  from: number,
): void {
  for (let line = 0; line < surface.rows; line++) {
    const row = text.row(from + line);
    if (!row) break;
    let column = 0;
    for (const { text: part, style = plain } of row) {
      column = surface.text(line, column, part, style);
    }
  }
}

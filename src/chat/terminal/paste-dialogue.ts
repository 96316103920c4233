import { asTyped } from '../../protocol/text/draft.ts';
import { preview } from '../../terminal/paste.ts';
import type { EditedLine } from './edited-line.ts';
import { asPresses, type Press, pressesOf } from './keyboard.ts';
import type { Question } from './terminal.ts';

/** The functions of the terminal that the dialogue uses. */
export interface PasteDesk {
  readonly line: Pick<EditedLine, 'beforeCursor' | 'afterCursor' | 'type' | 'press' | 'clear'>;
  /** The question at which the lines were pasted. */
  readonly question: Question | undefined;
  /** Whether a text is written line by line there. */
  readonly inText: boolean;
  print(text: string): void;
  /** Asks for one key. @returns the key in lower case; undefined if the terminal was closed */
  key(question: string): Promise<string | undefined>;
  /** Presses keys before those that wait for the next question. */
  press(presses: Press[]): void;
  /** Enters a line that has several rows. */
  submit(line: string): void;
}

/**
 * Handles lines that were pasted. One line is typed at the cursor. In a text, several lines are lines
 * of it. Anywhere else the user is asked whether they are content, commands or a mistake.
 */
export async function handlePaste(pasted: readonly string[], desk: PasteDesk): Promise<void> {
  const { line, question } = desk;
  if (desk.inText) return desk.press(asPresses(pasted.map(asTyped)));
  const lines = pasted.at(-1) === '' ? pasted.slice(0, -1) : pasted;
  if (lines.length <= 1 || !question) return line.type(lines[0] ?? '');
  const { beforeCursor, afterCursor } = line;
  const isContent = question.holdsContent?.(beforeCursor) ?? false;
  line.clear();
  desk.print(preview(lines));
  const key = await desk.key(isContent ? contentQuestion(lines) : commandsQuestion(lines));
  if (key === undefined) return;
  if (isContent && key === 'y') {
    desk.submit(`${beforeCursor}${lines.join('\n')}${afterCursor}`);
  } else if (key === (isContent ? 'c' : 'y')) {
    line.type(beforeCursor);
    desk.press([...asPresses(lines), ...pressesOf(afterCursor)]);
  } else {
    line.type(beforeCursor + afterCursor);
    line.press('left', [...afterCursor].length);
  }
}

function contentQuestion({ length }: readonly string[]): string {
  return `Post these ${length} lines as the content (y), send each as a command (c), or neither (n)? `;
}

function commandsQuestion({ length }: readonly string[]): string {
  return `Send these ${length} lines, each as a command? (y/n) `;
}

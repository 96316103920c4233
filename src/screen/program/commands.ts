import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import { type AskSecret, GivenUp, type TextContext } from '../../protocol/text/command.ts';
import { asTyped, textEnd } from '../../protocol/text/draft.ts';
import type { Place } from '../../protocol/text/place.ts';
import { Reading } from '../../protocol/text/reading.ts';
import { runTextLine, textCommands } from '../../protocol/text/shell.ts';
import { readerStyle } from '../../terminal/reader-style.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { withColons } from './screen-words.ts';

interface CommandsOptions {
  readonly board: BoardClient;
  readonly keys: KeyTable;
  /** How wide a line of the output may be. */
  readonly columns: () => number;
  readonly zone: string | undefined;
  readonly place: () => Place | undefined;
  /** Asks a question that is answered with y or n. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly ask: AskSecret;
  /** Lets the user write a text of several lines. Undefined if the user gives up. */
  readonly write: (title: string) => Promise<string | undefined>;
  /** Called when the command that such a text was for is carried out. */
  readonly written: (title: string) => void;
  readonly leave: () => void;
}

/** What a command has printed, and where it has gone. */
export interface Ran {
  readonly text: string;
  readonly isDone: boolean;
  /** Where the user went with `%go`. */
  readonly went: Place | undefined;
}

// Output that is kept of one command, in UTF-16 code units.
const mostOutput = 256 * 1024;
const tags = /^\[(?:INFO|SUCCESS|ERROR)\] /gm;
const tagged = /^\[(?:INFO|SUCCESS|ERROR)\] (.*)/gm;
// It is for clients that can change the board.
const notHere = '%connect';

/** Runs the text commands of the board, as `chat` and a text connection know them. */
export class Commands {
  private readonly reading = new Reading();
  readonly known = textCommands.filter(({ words }) => !words.includes(notHere));

  constructor(private readonly options: CommandsOptions) {}

  /** @param line a command, with or without its `%` */
  async run(line: string): Promise<Ran> {
    const typed = line.trim();
    const before = this.options.place();
    let isWritten = false;
    const write = async () => {
      const text = await this.options.write(typed);
      isWritten = text !== undefined;
      return text;
    };
    const context = this.context(before, write);
    let text = '';
    const command = /^[%/]/.test(typed) ? typed : `%${typed}`;
    const [word = ''] = /^\S+/.exec(command) ?? [];
    const isHelp = /^[%/]help$/i.test(word);
    const pieces = runTextLine(command, context);
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) {
        const went = context.place === before ? undefined : context.place;
        if (value && isWritten) this.options.written(typed);
        return { text: text.trimEnd(), isDone: value, went };
      }
      if (text.length >= mostOutput) continue;
      // What users have written stays as it is.
      text += isHelp ? value.replaceAll('%', ':').replace(tags, '') : said(value, word);
    }
  }

  private context(place: Place | undefined, write: () => Promise<string | undefined>): TextContext {
    const { board, keys, columns, zone, confirm, ask, leave } = this.options;
    let lines: string[] | undefined;
    return {
      call: board.call,
      user: board.user,
      style: readerStyle({ columns: columns(), getColorDepth: () => 1 }, undefined, zone),
      commands: textCommands,
      ask,
      textLine: async () => {
        if (!lines) {
          const text = await write();
          if (text === undefined) return '%cancel';
          lines = [...text.split('\n').map(asTyped), textEnd];
        }
        return lines.shift();
      },
      givingUp: keys.offer('keep-draft', 'box', 'gives it up').trim() || '%cancel gives it up',
      draftBytes: limits.content,
      confirm,
      place,
      reading: this.reading,
      listPiece: limits.listMost,
      exit: async () => leave(),
      connect: async () => {
        throw new GivenUp('This screen stays with its board. Start another one for another board.');
      },
    };
  }
}

/** Output of a command. The lines of the board name commands as the screen does. */
function said(output: string, typed: string): string {
  return output.replace(tagged, (_, line: string) => withColons(line, typed));
}

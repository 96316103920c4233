import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Address } from '../protocol/address.ts';
import { cleanLine } from '../protocol/clean.ts';
import { type BoardError, boardError, shortened } from '../protocol/errors.ts';
import { type Line, LineSplitter, lineError } from '../protocol/framing.ts';
import { limits } from '../protocol/limits.ts';
import type { TextCommand } from '../protocol/text/command.ts';
import { mayHoldPassword } from '../protocol/text/password-line.ts';
import { renderError } from '../protocol/text/render.ts';
import { textCommands } from '../protocol/text/shell.ts';
import { plainStyle } from '../protocol/text/style.ts';
import { sessionCommands } from './commands/client-commands.ts';
import { Conversation } from './conversation.ts';
import type { Opened } from './conversation-options.ts';

// How long a call that the board refuses for the moment is sent again, in milliseconds.
const refusedTimeout = 60_000;
const errorTag = '[ERROR] ';

export interface ScriptOptions {
  /** A session that was opened elsewhere, which is the only one. The script then connects to no board. */
  readonly opened?: Opened | undefined;
  /** The board to connect to at first. Undefined if the script connects with `%connect`. */
  readonly address: Address | undefined;
  /** The name to log in with. Undefined if the first line is the name, as with `nc`. */
  readonly user: string | undefined;
  /** The password of that name, if it has one. */
  readonly password: string | undefined;
  readonly tls: Address['tls'];
  /** The commands, one in each line. */
  readonly input: Readable;
  /** For replies, errors of commands, and notices. */
  readonly output: Writable;
  /** For failures of the connection and failed commands. */
  readonly errors: Writable;
  /** Aborted when the reader of the output has closed it. */
  readonly closed: AbortSignal;
}

/** How a script ended. */
export interface ScriptOutcome {
  /** How many commands were run, and how many of them failed. */
  readonly ran: number;
  readonly failed: number;
  /**
   * Set if some lines may not have been run: there was no board to send them to (`lost`), or the reader
   * of the output has closed it (`closed`).
   */
  readonly cut: 'lost' | 'closed' | undefined;
}

/**
 * Runs commands one after the other. It ends at the end of the input, at `%exit`, when there is no
 * session any more, or when the reader of the output has closed it. Each failed command is reported on
 * `errors` with the number of its line and the reason.
 */
export async function runScript(options: ScriptOptions): Promise<ScriptOutcome> {
  const { opened, address, user, password, tls, input, output, errors, closed } = options;
  const gone = new AbortController();
  const commands = opened ? sessionCommands : textCommands;
  const stop = AbortSignal.any([gone.signal, closed]);
  const lines = readLines(input, stop);
  /** The number of the line that was read last. */
  let number = 0;
  let reason = '';
  const noted = (text: string) => {
    if (text.startsWith(errorTag)) reason = text.slice(errorTag.length).split('\n', 1).join();
    return text;
  };
  const conversation = new Conversation({
    output: {
      print: (text) => output.write(noted(text)),
      complain: (text) => errors.write(noted(text)),
    },
    user,
    password,
    tls,
    style: plainStyle,
    commands,
    writing: {
      line: () => {
        number++;
        return nextText(lines);
      },
      givingUp: '%cancel gives it up',
    },
    ...(opened && { connects: false }),
    refused: refusedTimeout,
    ask: () => Promise.reject(boardError('PASSWORD_REQUIRED')),
    lost: () => gone.abort(),
  });
  // This is not the script's own %exit: some lines may not have been run.
  let readerGone = false;
  closed.addEventListener('abort', () => {
    readerGone = !conversation.left;
    void conversation.leave();
  });
  let ran = 0;
  let failed = 0;
  const cut = () => (closed.aborted ? ('closed' as const) : ('lost' as const));

  try {
    if (opened) conversation.begin(opened);
    else if (address && !(await conversation.start(address))) return { ran, failed, cut: cut() };
    for await (const line of lines) {
      number++;
      const began = number;
      reason = 'nothing was done.';
      if ('text' in line && line.text.trim() === '') continue;
      ran++;
      const done = await runLine(conversation, line, (text) => output.write(noted(text)));
      if (!done && closed.aborted) return { ran, failed, cut: 'closed' };
      if (!done) {
        failed++;
        errors.write(`corkboard: line ${began}: ${shown(line, commands)}: ${reason}\n`);
      }
      if (conversation.left) return { ran, failed, cut: readerGone ? 'closed' : undefined };
      if (!done && !conversation.ready) return { ran, failed, cut: 'lost' };
      if (output.writableNeedDrain) await drained(output, closed);
    }
    return { ran, failed, cut: stop.aborted ? cut() : undefined };
  } finally {
    input.destroy();
    await conversation.leave();
  }
}

async function runLine(
  conversation: Conversation,
  line: Line,
  print: (text: string) => void,
): Promise<boolean> {
  if ('text' in line) return conversation.run(line.text);
  print(renderError(lineError(line)));
  return false;
}

/** A line as error messages quote it. */
function shown(line: Line, commands: readonly TextCommand[]): string {
  if (!('text' in line)) return '(unreadable)';
  const text = line.text.trim();
  if (mayHoldPassword(text, commands)) return '%password …';
  return shortened(cleanLine(text));
}

/** Waits for a slow reader of the output, until the reader has closed it. */
async function drained(output: Writable, closed: AbortSignal): Promise<void> {
  await once(output, 'drain', { signal: closed }).catch((error) => {
    if (!closed.aborted) throw error;
  });
}

async function nextText(lines: AsyncGenerator<Line>): Promise<string | BoardError | undefined> {
  const { value: line } = (await lines.next()) as IteratorResult<Line, undefined>;
  return line && ('text' in line ? line.text : lineError(line));
}

/** The lines of a stream that have arrived before `signal` is aborted. */
async function* readLines(input: Readable, signal: AbortSignal): AsyncGenerator<Line> {
  const splitter = new LineSplitter(limits.textLine);
  let lines: Line[] = [];
  const emit = (line: Line) => lines.push(line);
  signal.addEventListener('abort', () => input.destroy());
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      splitter.push(chunk, emit);
      yield* lines;
      lines = [];
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return;
  }
  splitter.end(emit);
  yield* lines;
}

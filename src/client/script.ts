import type { Readable, Writable } from 'node:stream';
import { boardError } from '../protocol/errors.ts';
import { type Line, LineSplitter, lineError } from '../protocol/framing.ts';
import { limits } from '../protocol/limits.ts';
import { renderError } from '../protocol/text/render.ts';
import { plainStyle } from '../protocol/text/style.ts';
import type { Address } from './address.ts';
import { scriptCommands } from './commands/client-commands.ts';
import { Session } from './session.ts';
import { Unread } from './unread.ts';

export interface ScriptOptions {
  /** Where to connect first; without it, `%connect` does. */
  readonly address: Address | undefined;
  /** The name to take; without it, the first line is the name, as with `nc`. */
  readonly user: string | undefined;
  /** The password of that name, where it has one. */
  readonly password: string | undefined;
  readonly tls: Address['tls'];
  /** The commands, one per line. */
  readonly input: Readable;
  /** Takes replies, refused commands and notices. */
  readonly output: Writable;
  /** Takes what went wrong between here and the server. */
  readonly errors: Writable;
}

/**
 * Runs commands one after the other until the input ends, `%exit`, or there is no board to send
 * them to under a name.
 * @returns whether all of them were done
 */
export async function runScript(options: ScriptOptions): Promise<boolean> {
  const { address, user, password, tls, input, output, errors } = options;
  const gone = new AbortController();
  const unread = new Unread();
  const session = new Session({
    output: {
      print: (text) => output.write(text),
      complain: (text) => errors.write(text),
    },
    user,
    password,
    tls,
    style: plainStyle,
    commands: scriptCommands(unread),
    observer: unread,
    ask: () => Promise.reject(boardError('PASSWORD_REQUIRED')),
    lost: () => gone.abort(),
  });

  try {
    let done = address ? await session.start(address) : true;
    if (!done) return false;
    for await (const line of readLines(input, gone.signal)) {
      const ran = await runLine(session, line, output);
      done &&= ran;
      if (session.left || (!ran && !session.ready)) break;
    }
    return done && !gone.signal.aborted;
  } finally {
    input.destroy();
    await session.leave();
  }
}

async function runLine(session: Session, line: Line, output: Writable): Promise<boolean> {
  if ('text' in line) return session.run(line.text);
  output.write(renderError(lineError(line)));
  return false;
}

/** The lines of a stream, as far as they have come when `signal` is aborted. */
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

import { hostname } from 'node:os';
import type { Opened } from '../chat/conversation-options.ts';
import { type DoorOptions, type DoorSession, enterDoor } from '../client/door.ts';
import { ConnectionError } from '../client/failure.ts';
import { cleanLine } from '../protocol/clean.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import { hintFor } from '../protocol/hints.ts';
import { runScreen } from '../screen/run.ts';
import type { Asker } from './asking.ts';
import { draftsOf } from './board-drafts.ts';
import { commandWords, UsageError } from './command-line.ts';
import { keysOf } from './keymap.ts';
import { askedLogin, knownLogin } from './login.ts';
import { understand, type Work } from './remote-commands.ts';
import { passThrough } from './rpc.ts';
import { runLines, runTextShell, styleOf } from './text-shell.ts';
import { Typing } from './typing.ts';
import type { Visitor } from './visitor.ts';
import { TerminalText } from './visitor-terminal.ts';

// How long the questions before the login may take together, in milliseconds.
const questionTime = 5 * 60_000;
// The smallest terminal on which the screen is shown.
const least = { columns: 40, rows: 10 };

const codes = { done: 0, refused: 1, usage: 2, connection: 3, interrupted: 130 } as const;

export interface VisitOptions {
  /** The path of the socket of the vouched door. */
  readonly socket: string;
}

/**
 * Receives a visitor: asks who they are if that is not known, then runs their command, or shows the board. Leaves the streams
 * open, and has handed all output to them when it resolves.
 * @returns the exit code: 0 done, 1 refused, 2 wrong usage, 3 no connection to the board, 127 no such command, 130 Ctrl-C
 * @throws an error that is a bug
 */
export async function visit(visitor: Visitor, { socket }: VisitOptions): Promise<number> {
  const { terminal, gone } = visitor;
  const door = { socket, address: visitor.identity.address, signal: gone };
  if (!terminal) return reported(visitor, () => new Stay(visitor, door, visitor).run());
  const output = new TerminalText(visitor.output, terminal);
  const text = { ...visitor, output, errors: output };
  const code = await reported(text, () => new Stay(text, door, visitor, output).run());
  await output.finish();
  return code;
}

/** Prints an expected failure in one line. @returns the exit code */
async function reported(
  { errors, gone }: Pick<Visitor, 'errors' | 'gone'>,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (gone.aborted) return codes.connection;
    if (!(error instanceof Expected)) throw error;
    const hint = error instanceof BoardError ? hintFor(error, 'running') : undefined;
    errors.write(`corkboard: ${cleanLine(error.message)}${hint ? ` ${hint}` : ''}\n`);
    if (error instanceof ConnectionError) return codes.connection;
    const isUsage =
      error instanceof UsageError ||
      (error instanceof BoardError && error.code === 'INVALID_PARAMS');
    return isUsage ? codes.usage : codes.refused;
  }
}

/** One visit. At a terminal, `visitor` has streams for text, and `raw` those below. */
class Stay {
  /** What the visitor was told last before the board is shown. */
  private said: string | undefined;
  private readonly tell = (text: string) => void this.visitor.errors.write(`${cleanLine(text)}\n`);

  constructor(
    private readonly visitor: Visitor,
    private readonly door: DoorOptions,
    private readonly raw: Visitor,
    /** For text on the terminal, if there is one. */
    private readonly screen?: TerminalText,
  ) {}

  async run(): Promise<number> {
    const { command = '', terminal, output, errors } = this.visitor;
    const words = commandWords(command);
    // ssh takes --plain for an option of its own, unless -- is before it.
    const isPlain = words.length === 1 && /^(--)?plain$/.test(words[0] ?? '');
    if (words.length === 0 || isPlain) return this.shell(isPlain);
    const understood = await understand(words, {
      output,
      errors,
      columns: terminal?.columns ?? 80,
    });
    if ('exitCode' in understood) return understood.exitCode;
    return understood.work === 'rpc' ? this.rpc() : this.work(understood.work);
  }

  private async rpc(): Promise<number> {
    const login = await knownLogin(this.visitor.identity, this.door, this.tell);
    await passThrough(this.visitor, this.door, login);
    return codes.done;
  }

  private async work(work: Work): Promise<number> {
    const { visitor } = this;
    const { output, input, terminal, gone } = visitor;
    const typing = terminal && new Typing(visitor, output);
    const signal = typing ? AbortSignal.any([gone, typing.interrupted]) : gone;
    let session: DoorSession | undefined;
    try {
      session = await this.login(typing);
      const { client } = session;
      const leave = () => void client.close();
      signal.addEventListener('abort', leave);
      await work({
        ...{ client, output, signal, style: styleOf(visitor) },
        input: () => (typing ? typing.content(this.tell) : input),
        // Like the program: what goes on is of interest to people alone.
        tell: terminal ? this.tell : () => {},
        confirm: typing && ((question) => typing.confirm(question)),
      });
      return signal.aborted ? codes.interrupted : codes.done;
    } catch (error) {
      if (signal.aborted) return codes.interrupted;
      throw error;
    } finally {
      typing?.close();
      await session?.client.close();
    }
  }

  /** The screen, or lines where a screen cannot be shown or is not wanted. */
  private async shell(isPlain: boolean): Promise<number> {
    const { visitor, raw, screen: text } = this;
    const { terminal, environment, gone } = visitor;
    if (!terminal || !text) {
      const session = await this.login(undefined);
      return this.held(session, (opened, takeOver) => {
        takeOver();
        return runLines(visitor, opened);
      });
    }
    const typing = new Typing(visitor, visitor.output);
    const session = await this.login(typing).finally(() => typing.close());
    const isDumb = isPlain || ['', 'dumb', 'unknown'].includes(environment.TERM ?? '');
    const isSmall = terminal.columns < least.columns || terminal.rows < least.rows;
    return this.held(session, async (opened, takeOver) => {
      if (isDumb || isSmall) {
        takeOver();
        return runTextShell(visitor, text, opened, { isDumb });
      }
      const { input, output } = raw;
      const size = terminal;
      const { client: board } = opened;
      const title = hostname();
      const drafts = await draftsOf(board);
      const { keys, notice } = await keysOf(board);
      takeOver();
      const ended = runScreen({
        ...{ board, input, output, size, title, gone },
        environment: { ...environment, TZ: environment.TZ || 'UTC' },
        keys,
        drafts,
        notice: notice ?? this.said,
      });
      // The questions have left the input paused.
      input.resume();
      const why = await ended;
      await drafts.flush();
      if (why === undefined) return codes.done;
      this.tell(why);
      return codes.connection;
    });
  }

  /**
   * Uses a session, and closes it. If the visitor goes before `takeOver` was called, the session is closed at once; from then
   * on `use` ends by itself.
   */
  private async held(
    session: DoorSession,
    use: (opened: Opened, takeOver: () => void) => Promise<number>,
  ): Promise<number> {
    const { client } = session;
    const { gone } = this.visitor;
    const leave = () => void client.close();
    gone.addEventListener('abort', leave);
    if (gone.aborted) leave();
    try {
      const { name } = await client.call('server.info', {});
      const takeOver = () => gone.removeEventListener('abort', leave);
      return await use({ ...session, name }, takeOver);
    } finally {
      gone.removeEventListener('abort', leave);
      await client.close();
    }
  }

  /** Notes what was printed after the last answer: a screen that opens at once hides it. */
  private noting(typing: Typing): Asker {
    return {
      print: (text) => {
        this.said = text.trim();
        typing.print(text);
      },
      answer: (prompt) => {
        this.said = undefined;
        return typing.answer(prompt);
      },
      secret: (prompt) => {
        this.said = undefined;
        return typing.secret(prompt);
      },
    };
  }

  private async login(typing: Typing | undefined): Promise<DoorSession> {
    const { identity } = this.visitor;
    if (!typing) {
      return enterDoor(this.door, await knownLogin(identity, this.door, this.tell));
    }
    const late = setTimeout(() => typing.end(), questionTime);
    try {
      return await askedLogin(identity, this.door, this.noting(typing));
    } finally {
      clearTimeout(late);
    }
  }
}

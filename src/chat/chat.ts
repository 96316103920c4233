import type { Address } from '../protocol/address.ts';
import type { TextCommand } from '../protocol/text/command.ts';
import { mayHoldPassword } from '../protocol/text/password-line.ts';
import { info } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';
import { askTwice } from '../terminal/ask-twice.ts';
import { complete } from '../terminal/completer.ts';
import { holdsContent } from '../terminal/cursor-place.ts';
import { Conversation } from './conversation.ts';
import type { Opened } from './conversation-options.ts';
import { promptText } from './prompt.ts';
import { Page } from './terminal/page.ts';
import type { Question, Terminal } from './terminal/terminal.ts';

/** A board that the client connects to itself. */
interface Connecting {
  /** The board to connect to at first. Undefined if the user connects with `%connect`. */
  readonly address: Address | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: Address['tls'];
}

export interface ChatOptions {
  /** Where the user is: connecting, or in a session that was opened elsewhere, which is the only one. */
  readonly where: Connecting | Opened;
  /** Every command that can be typed, those of the board included. */
  readonly commands: readonly TextCommand[];
  /** Keeps a text that was not posted. @returns a sentence for the user that says where */
  readonly keep?: ((text: string) => string) | undefined;
  /** Is given what tells the text that is not posted yet, for a signal that ends the program. @returns a function that ends this */
  readonly ending?: ((unposted: () => string) => () => void) | undefined;
  readonly style: Style;
  /** Whether the terminal rings for a message that mentions the user. */
  readonly bell: boolean;
  /** Printed first. */
  readonly warning: string | undefined;
}

// How long a call that the board refuses for the moment is sent again, in milliseconds.
const refusedTimeout = 10_000;

const nowhere: Connecting = {
  address: undefined,
  user: undefined,
  password: undefined,
  tls: undefined,
};

const nameQuestion: Question = { text: 'What is your username? ', remembers: () => false };

/** Asks until the user answers yes or no. Nothing typed is no, and so is giving the question up. */
async function confirm(question: string, terminal: Terminal, style: Style): Promise<boolean> {
  for (;;) {
    const answer = (await terminal.answer(question))?.trim() ?? '';
    if (/^y(es)?$/i.test(answer)) return true;
    if (/^(no?)?$/i.test(answer)) return false;
    terminal.print(info('Please answer y or n.', style));
  }
}

/** Runs the terminal client until the user leaves, and closes the terminal. */
export async function runChat(
  terminal: Terminal,
  { where, commands, keep, ending, style, bell, warning }: ChatOptions,
): Promise<void> {
  const opened = 'client' in where ? where : undefined;
  const { address, user, password, tls } = opened ? nowhere : (where as Connecting);
  const print = (text: string) => terminal.print(text);
  let unposted: readonly string[] | undefined;
  // While a command runs, the next prompt waits until it is done, and while the user is asked something, until the answer.
  let running = true;
  let questions = 0;
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    questions++;
    try {
      return await question();
    } finally {
      questions--;
    }
  };
  const conversation = new Conversation({
    output: { print, complain: print },
    ...(opened && { connects: false }),
    user,
    password,
    tls,
    style,
    bell,
    commands,
    refused: refusedTimeout,
    writing: {
      line: () => asked(() => terminal.textLine('… ')),
      givingUp: 'Ctrl-C gives it up',
      started: (lines) => {
        unposted = lines;
      },
      ...(keep && { keep }),
    },
    ask: (prompt, chosen, check) => {
      const secret = async (prompt: string) => {
        const answer = await asked(() => terminal.secret(prompt));
        check?.(answer);
        return answer;
      };
      if (!chosen || terminal.showsSecrets) return secret(prompt);
      return askTwice(prompt, secret, () => print(info('The two are not the same.', style)));
    },
    confirm: (question) => asked(() => confirm(question, terminal, style)),
    paged: () => {
      const page = new Page(terminal);
      return (piece) => page.print(piece);
    },
    gathers: true,
    // Another session has to be opened where this one was.
    lost: () => (opened ? terminal.close() : askAgain()),
    moved: () => askAgain(),
  });
  const commandQuestion = (): Question => ({
    text: promptText(conversation, style),
    remembers: (line) => !mayHoldPassword(line, commands) && !conversation.isSecret(line),
    complete: (before) => complete(before, conversation),
    holdsContent: (before) => holdsContent(before, conversation),
  });
  const ask = () => {
    running = false;
    terminal.ask(conversation.needsName ? nameQuestion : commandQuestion());
  };
  const askAgain = () => {
    if (!running && questions === 0 && !conversation.left) ask();
  };
  const forget = ending?.(() => [...(unposted ?? []), terminal.unfinished].join('\n').trimEnd());
  // Does not wait for a command that is under way.
  terminal.interrupted.addEventListener('abort', () => void conversation.leave());

  try {
    if (warning !== undefined) print(info(warning, style));
    if (opened) conversation.begin(opened);
    else if (address) await conversation.start(address);
    else {
      const how = 'Type %connect <address>, or %help for every command.';
      print(info(`Not connected. ${how}`, style));
    }
    ask();
    for await (const line of terminal.lines) {
      running = true;
      if (!conversation.left) await conversation.type(line);
      if (conversation.left) break;
      await conversation.recount();
      ask();
    }
  } finally {
    terminal.close();
    await conversation.leave();
    forget?.();
  }
}

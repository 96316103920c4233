import type { Address } from '../protocol/address.ts';
import { info } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';
import { askTwice } from './ask-twice.ts';
import { mayHoldPassword, terminalCommands } from './commands/client-commands.ts';
import { complete, holdsContent } from './completer.ts';
import { Conversation } from './conversation.ts';
import { keepDraft } from './drafts.ts';
import { promptText } from './prompt.ts';
import { beforeEnd } from './terminal/endings.ts';
import { Page } from './terminal/page.ts';
import type { Question, Terminal } from './terminal/terminal.ts';

export interface ChatOptions {
  /** The board to connect to at first. Undefined if the user connects with `%connect`. */
  readonly address: Address | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: Address['tls'];
  readonly style: Style;
  /** Whether the terminal rings for a message that mentions the user. */
  readonly bell: boolean;
  /** Printed first. */
  readonly warning: string | undefined;
}

// How long a call that the board refuses for the moment is sent again, in milliseconds.
const refusedTimeout = 10_000;

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
  { address, user, password, tls, style, bell, warning }: ChatOptions,
): Promise<void> {
  const print = (text: string) => terminal.print(text);
  const commands = terminalCommands(terminal);
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
      keep: keepDraft,
    },
    ask: (prompt, chosen) => {
      const secret = (prompt: string) => asked(() => terminal.secret(prompt));
      if (!chosen || terminal.showsSecrets) return secret(prompt);
      return askTwice(prompt, secret, () => print(info('The two are not the same.', style)));
    },
    confirm: (question) => asked(() => confirm(question, terminal, style)),
    paged: () => {
      const page = new Page(terminal);
      return (piece) => page.print(piece);
    },
    gathers: true,
    lost: () => askAgain(),
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
  const forget = beforeEnd(() => {
    const text = [...(unposted ?? []), terminal.unfinished].join('\n').trimEnd();
    if (text !== '') process.stderr.write(`\n${keepDraft(text)}\n`);
  });
  // Does not wait for a command that is under way.
  terminal.interrupted.addEventListener('abort', () => void conversation.leave());

  try {
    if (warning !== undefined) print(info(warning, style));
    if (address) await conversation.start(address);
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
    forget();
  }
}

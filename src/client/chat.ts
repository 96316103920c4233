import { info } from '../protocol/text/render.ts';
import type { Address } from './address.ts';
import { Session } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface ChatOptions {
  /** Where to connect first; without it, `%connect` does. */
  readonly address: Address | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: Address['tls'];
}

const nameQuestion = { text: 'What is your username? ', remember: false };
const commandQuestion = { text: '> ', remember: true };

/** Talks with a person at a terminal until they leave, and closes the terminal. */
export async function runChat(
  terminal: Terminal,
  { address, user, password, tls }: ChatOptions,
): Promise<void> {
  const print = (text: string) => terminal.print(text);
  const ask = () => terminal.ask(session.needsName ? nameQuestion : commandQuestion);
  const session = new Session({
    output: { print, complain: print },
    user,
    password,
    tls,
    ask: (prompt) => terminal.secret(prompt),
    lost: ask,
  });
  // A command that is still under way is not waited for.
  terminal.interrupted.addEventListener('abort', () => void session.leave());

  try {
    if (address) await session.start(address);
    else print(info('Not connected. Type %connect <address> <port>, or %help for every command.'));
    ask();
    for await (const line of terminal.lines) {
      if (!session.left) await session.type(line);
      if (session.left) break;
      ask();
    }
  } finally {
    terminal.close();
    await session.leave();
  }
}

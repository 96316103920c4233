import { TestBoard } from '../helpers/board.ts';
import { Pty, type PtyOptions } from '../helpers/pty.ts';

/** The keys of a terminal that are no characters. */
export const keys = {
  enter: '\r',
  left: '\x1b[D',
  right: '\x1b[C',
  up: '\x1b[A',
  down: '\x1b[B',
  home: '\x1b[H',
  backspace: '\x7f',
  ctrlC: '\x03',
  ctrlD: '\x04',
  ctrlZ: '\x1a',
} as const;

/** What stands before what alice types. */
export function promptOf(board: TestBoard): string {
  return `alice@127.0.0.1:${board.port}> `;
}

/** A board with alice at a terminal, logged in and asked for a command. */
export async function aliceInChat(options: PtyOptions = {}) {
  const board = await TestBoard.start();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice'], options);
  await alice.shows(/every command\.\n.*>$/);
  return { board, alice };
}

/** The same in `main`, with bob there too, who posts. */
export async function aliceAndBob(options: PtyOptions = {}) {
  const { board, alice } = await aliceInChat(options);
  const bob = await board.memberProgram('bob');
  alice.type('%join\r');
  await alice.shows(/\(no messages\)\n-{40}\n.*>$/);
  const post = (subject: string, content = 'x') =>
    bob.call('message.post', { group: 'main', subject, content });
  return { board, alice, bob, post };
}

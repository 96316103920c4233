import { Command } from 'commander';
import { editText } from '../../chat/editor.ts';
import type { BoardClient } from '../../client/board-client.ts';
import { connect } from '../../client/connect.ts';
import { formatAddress, sshTargetOf } from '../../protocol/address.ts';
import { BoardError } from '../../protocol/errors.ts';
import { defaultPort } from '../../protocol/limits.ts';
import { runScreen } from '../../screen/run.ts';
import { ask } from '../asking/ask.ts';
import { Interrupted, UserError } from '../errors.ts';
import { withArguments, withBoardArgument } from '../reaching/board-argument.ts';
import {
  type ConnectionOptions,
  type ConnectionSettings,
  connectionSettings,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { defaultHost, targetAs, targetOf } from '../reaching/reach.ts';
import { draftsInFiles } from '../screen/draft-files.ts';
import { readKeys } from '../screen/key-file.ts';
import { OwnTerminal } from '../screen/own-terminal.ts';

// A smaller terminal has no room for a message beside its list.
const smallest = { columns: 40, rows: 10 };

export function tuiCommand(): Command {
  const command = new Command('tui').description('read and write on a full screen');
  withBoardArgument(command, 'default: 127.0.0.1');
  return withIdentity(withAddress(command))
    .addHelpText(
      'after',
      `
Space reads on: the next page, message, thread and group. r replies, c begins a thread, q goes back,
and ? shows all keys. Keys can be changed in keys.toml beside profiles.toml, as in: reply = "f4".
The terminal must have at least ${smallest.columns} columns and ${smallest.rows} rows. For screen readers and dumb terminals there is chat.
${settingsHelp}

Examples:
  $ corkboard tui localhost
  $ corkboard tui work
  $ corkboard tui board.example.org --user alice --tls`,
    )
    .action((host: string | undefined, port: number | undefined, options: ConnectionOptions) =>
      tui(connectionSettings(withArguments(options, host, port))),
    );
}

async function tui(settings: ConnectionSettings): Promise<void> {
  const { stdin, stdout } = process;
  requireScreen();
  const keys = readKeys();
  const { host = defaultHost, port } = settings;
  const address = formatAddress({ host, port });
  const board = await logIn(settings);
  const terminal = new OwnTerminal(stdin, stdout);
  let reason: string | undefined;
  try {
    reason = await runScreen({
      board,
      input: stdin,
      output: stdout,
      size: terminal.size,
      environment: process.env,
      title: address.replace(new RegExp(`:${defaultPort}$`), ''),
      keys,
      drafts: draftsInFiles(address, board.user),
      editor: (text) => edited(terminal, text),
      suspend: terminal.suspend,
      onStop: terminal.onStop,
      gone: terminal.gone,
    });
  } finally {
    terminal.close();
    await board.close();
  }
  if (reason !== undefined) throw new UserError(reason);
}

/** @throws UserError if the screen cannot be shown here, with the command that works instead */
function requireScreen(): void {
  const { stdin, stdout } = process;
  const instead = 'Use corkboard chat instead.';
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new UserError(`tui needs a terminal for its input and its output. ${instead}`);
  }
  if (!process.env.TERM || process.env.TERM === 'dumb') {
    throw new UserError(
      `This terminal cannot move its cursor (TERM=${process.env.TERM ?? ''}). ${instead}`,
    );
  }
  const { columns, rows } = stdout;
  if (columns < smallest.columns || rows < smallest.rows) {
    throw new UserError(
      `The terminal has ${columns} columns and ${rows} rows, and tui needs ${smallest.columns} and ${smallest.rows}. Make it larger, or use corkboard chat.`,
    );
  }
}

/** Asks for what is missing: the name, and by the board's question the password. A name that is refused is asked for again. */
async function logIn(settings: ConnectionSettings): Promise<BoardClient> {
  if (sshTargetOf(settings.host ?? '')) return connect(await targetOf(settings));
  for (;;) {
    const user = settings.user ?? (await ask('What is your username? '));
    if (user === undefined) throw new Interrupted(130);
    if (user.trim() === '') continue;
    try {
      return await connect(await targetAs(user.trim(), settings));
    } catch (error) {
      if (!(error instanceof BoardError) || settings.user !== undefined) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
}

/** @throws Error with a sentence for the user, if the text of the editor cannot be used */
async function edited(terminal: OwnTerminal, text: string): Promise<string | undefined> {
  const desk = {
    lend: <T>(use: () => Promise<T>) => terminal.lend(use),
    // An editor that has returned at once has changed nothing.
    answer: async () => undefined,
  };
  const { text: saved, failure, savedIn, later, discard } = await editText(desk, 'posted', text);
  if (failure !== undefined) {
    // The file holds only what the box has.
    if (savedIn === undefined) discard();
    throw new Error(
      savedIn === undefined ? failure : `${failure} What you saved is in ${savedIn}.`,
    );
  }
  if (later !== undefined) return undefined;
  discard();
  return saved;
}

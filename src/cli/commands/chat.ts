import { join } from 'node:path';
import { Command } from 'commander';
import { runChat } from '../../chat/chat.ts';
import { terminalCommands } from '../../chat/commands/client-commands.ts';
import { keepDraft } from '../../chat/drafts.ts';
import { runScript, type ScriptOutcome } from '../../chat/script.ts';
import { stateFolder } from '../../chat/state-folder.ts';
import { beforeEnd } from '../../chat/terminal/endings.ts';
import { History } from '../../chat/terminal/history.ts';
import { openTerminal } from '../../chat/terminal/open-terminal.ts';
import { count } from '../../protocol/text/render.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { requireNoBoardFile } from '../../storage/sqlite/file/board-files.ts';
import { databaseFile } from '../../storage/sqlite/file/open.ts';
import { readerStyle } from '../../terminal/reader-style.ts';
import { readPassword } from '../asking/password.ts';
import { Interrupted, UserError } from '../errors.ts';
import { configuredData } from '../operating/administer.ts';
import { readerOf } from '../printing/reader-watch.ts';
import { withArguments, withBoardArgument } from '../reaching/board-argument.ts';
import {
  type ConnectionOptions,
  connectionSettings,
  encryption,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';

export function chatCommand(): Command {
  const command = new Command('chat')
    .description('talk to a board')
    .option('--no-bell', 'do not ring when a message mentions you');
  withBoardArgument(command, 'without it, connect with %connect');
  return withIdentity(withAddress(command))
    .addHelpText(
      'after',
      `
%help lists the commands. Enter on an empty line shows the next unread message, Tab completes a word,
and the arrow keys bring back earlier lines. Ctrl-C clears the line. On an empty line Ctrl-C leaves,
as do Ctrl-D and %exit. You stay a member of your groups.

If the input is a pipe, each line is run as a command. Without --user, the first line is your name.
After %go news, lines without % are posted in news, without a question.
Replies and notices go to standard output. The program ends at the end of the input. It exits with 1
if a command failed, and standard error says in which line and why. If the board limits the rate, the
program waits. If the connection is lost, it connects again and continues the script.
${settingsHelp}

Examples:
  $ corkboard chat localhost
  $ corkboard chat work
  $ corkboard chat 127.0.0.1:6789
  $ corkboard chat board.example.org 6789 --user alice --tls
  $ echo '%post "Build 7" passed' | corkboard chat localhost --user builder`,
    )
    .action((host: string | undefined, port: number | undefined, options: ConnectionOptions) =>
      chat(withArguments(options, host, port)),
    );
}

async function chat({ bell: asked, ...options }: ConnectionOptions): Promise<void> {
  const { host, port, user, passwordFile, bell: usual, ...rest } = connectionSettings(options);
  const tls = encryption({ port, ...rest });
  const address = host === undefined ? undefined : { host, port };
  const password = await passwordOf(passwordFile);
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY) {
    const history = History.open(historyFile);
    const terminal = openTerminal(stdin, stdout, { dumb: process.env.TERM === 'dumb', history });
    const style = stdout.isTTY ? readerStyle(stdout) : plainStyle;
    const warning = history.failure;
    const bell = stdout.isTTY && asked !== false && usual !== false;
    await runChat(terminal, {
      where: { address, user, password, tls },
      commands: terminalCommands(terminal),
      keep: keepDraft,
      ending: (unposted) =>
        beforeEnd(() => {
          const text = unposted();
          if (text !== '') process.stderr.write(`\n${keepDraft(text)}\n`);
        }),
      ...{ style, bell, warning },
    });
  } else {
    const reader = readerOf(stdout);
    const { closed } = reader;
    const streams = { input: stdin, output: stdout, errors: stderr, closed };
    const outcome = await runScript({ address, user, password, tls, ...streams });
    reader.release();
    judge(outcome);
  }
}

/**
 * The file of the history. It may be a link, so it is checked like every file that a user names.
 * Drafts need no check: each is a new file, and never written over another one.
 * @throws DatabaseError if it is a file of a board
 */
function historyFile(): string {
  const file = join(stateFolder(), 'history');
  requireNoBoardFile(file, databaseFile(process.env.CORKBOARD_DATA || configuredData() || 'data'));
  return file;
}

/** @throws UserError or Interrupted if not every command of a script succeeded */
function judge({ ran, failed, cut }: ScriptOutcome): void {
  if (cut === 'closed') throw new Interrupted(141);
  if (cut === 'lost') {
    throw new UserError(
      ran === 0
        ? 'No command was run.'
        : `The script ended at command ${ran}, because there is no connection to a board any more.`,
    );
  }
  if (failed > 0) throw new UserError(`${failed} of ${count(ran, 'command')} failed.`);
}

async function passwordOf(file: string | undefined): Promise<string | undefined> {
  if (file === '-') {
    throw new UserError('chat reads its commands from standard input: name a file.', 2);
  }
  return file === undefined ? undefined : readPassword(file);
}

import { Command } from 'commander';
import { runChat } from '../../client/chat.ts';
import { runScript } from '../../client/script.ts';
import { openTerminal } from '../../client/terminal.ts';
import { defaultPort } from '../../protocol/limits.ts';
import { UserError } from '../errors.ts';
import { wholeNumber } from '../parse.ts';

export function chatCommand(): Command {
  return new Command('chat')
    .description('talk to a board')
    .argument('[host]', 'address of the board; without it, %connect takes it from there')
    .argument('[port]', 'its port', wholeNumber(1, 65535), defaultPort)
    .option('--user <name>', 'the name to take, instead of being asked for it')
    .addHelpText(
      'after',
      `
%help lists what can be typed. The arrow keys bring back earlier commands. Ctrl-C clears the line;
on an empty line it leaves, as do Ctrl-D and %exit. You stay a member of your groups.

With input from a pipe, each line is run as a command, the first one taken as the name unless there
is --user. Replies and notices go to standard output. It ends with the input, and exits 1 if a
command failed or the connection was lost.

Examples:
  $ corkboard chat localhost
  $ corkboard chat board.example.org 6789 --user alice
  $ echo '%post "Build 7" passed' | corkboard chat localhost --user builder`,
    )
    .action((host: string | undefined, port: number, { user }: { user?: string }) =>
      chat(host === undefined ? undefined : { host, port }, user),
    );
}

async function chat(
  address: { host: string; port: number } | undefined,
  user: string | undefined,
): Promise<void> {
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY) {
    const dumb = process.env.TERM === 'dumb';
    await runChat(openTerminal(stdin, stdout, dumb), { address, user });
  } else if (!(await runScript({ address, user, input: stdin, output: stdout, errors: stderr }))) {
    // What went wrong has been told where it happened.
    throw new UserError('The script failed.');
  }
}

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Address } from '../../client/address.ts';
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
    .option('--tls', 'encrypt the connection')
    .option('--ca <file>', 'certificates to trust, in PEM, in place of the usual ones; with --tls')
    .addHelpText(
      'after',
      `
%help lists what can be typed. The arrow keys bring back earlier commands. Ctrl-C clears the line;
on an empty line it leaves, as do Ctrl-D and %exit. You stay a member of your groups.

With input from a pipe, each line is run as a command, the first one taken as the name unless there
is --user. Replies and notices go to standard output. It ends with the input, and exits 1 if a
command failed. When the connection is lost it connects again, and goes on where it was.

Examples:
  $ corkboard chat localhost
  $ corkboard chat board.example.org 6789 --user alice --tls
  $ echo '%post "Build 7" passed' | corkboard chat localhost --user builder`,
    )
    .action((host: string | undefined, port: number, options: ChatCommandOptions) =>
      chat(host === undefined ? undefined : { host, port }, options),
    );
}

interface ChatCommandOptions {
  readonly user?: string;
  readonly tls?: true;
  readonly ca?: string;
}

async function chat(
  address: { host: string; port: number } | undefined,
  options: ChatCommandOptions,
): Promise<void> {
  const { user } = options;
  const tls = encryption(options);
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY) {
    const dumb = process.env.TERM === 'dumb';
    await runChat(openTerminal(stdin, stdout, dumb), { address, user, tls });
  } else if (
    !(await runScript({ address, user, tls, input: stdin, output: stdout, errors: stderr }))
  ) {
    // What went wrong has been told where it happened.
    throw new UserError('The script failed.');
  }
}

/** @throws UserError where the certificates cannot be read */
function encryption({ tls, ca }: ChatCommandOptions): Address['tls'] {
  if (!tls && ca === undefined) return undefined;
  try {
    return { ca: ca === undefined ? undefined : readFileSync(ca) };
  } catch (error) {
    throw new UserError(`The certificates to trust cannot be read: ${(error as Error).message}.`);
  }
}

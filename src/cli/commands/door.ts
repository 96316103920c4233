import { isIP } from 'node:net';
import type { ReadStream, WriteStream } from 'node:tty';
import { Command, InvalidArgumentError, Option } from 'commander';
import { vouchedSocket } from '../../doors/vouched/door.ts';
import { isFingerprint, type SshKey, sshKeyTypes } from '../../protocol/ssh-key.ts';
import { databaseFile } from '../../storage/sqlite/file/open.ts';
import { visit } from '../../visit/visit.ts';
import type { Identity, Visitor, VisitorTerminal } from '../../visit/visitor.ts';
import { UserError, VisitEnded } from '../errors.ts';
import { withData } from '../operating/administer.ts';

// What sshd may let a visitor set (AcceptEnv), and the terminal.
const variables = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TERM', 'COLORTERM', 'NO_COLOR'] as const;

interface DoorOptions {
  readonly data: string;
  readonly key: string;
  readonly keyType: SshKey['type'];
  readonly plain?: true;
}

export function doorCommand(): Command {
  return withData(new Command('door').description('receive somebody whom sshd has authenticated'))
    .requiredOption('--key <fingerprint>', 'the SSH key that sshd has verified', fingerprint)
    .addOption(
      new Option('--key-type <type>', 'its type').choices(sshKeyTypes).makeOptionMandatory(),
    )
    .option('--plain', 'lines in place of the screen')
    .addHelpText(
      'after',
      `
sshd runs this as the forced command of a key: see ssh-keys and docs/ssh.md. Whoever can run it is believed,
so it needs the rights of the user who runs the board. SSH_ORIGINAL_COMMAND has the remote command, and
SSH_CONNECTION the address that bans and limits count. Exit codes: 0 done, 1 refused, 2 wrong usage,
3 no connection to the board, 127 no such command, 130 ended by Ctrl-C.

Example:
  $ corkboard door --key SHA256:DrmQLClnYVUc0RT1sQdIYc6ZWzo0R9nZ0T7mcU+h5oc --key-type ssh-ed25519`,
    )
    .action(receive);
}

/** @throws VisitEnded with the exit code of the visit; UserError if there can be no vouched door */
async function receive({ data, key, keyType, plain }: DoorOptions): Promise<void> {
  const socket = vouchedSocket(databaseFile(data));
  if (socket === undefined) {
    throw new UserError(`The path of ${data} is too long for a socket: use a shorter one.`);
  }
  const { stdin, stdout, stderr, env } = process;
  const gone = new AbortController();
  const leave = () => gone.abort();
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) process.on(signal, leave);
  for (const stream of [stdout, stderr]) stream.on('close', leave).on('error', leave);
  const terminal = stdin.isTTY && stdout.isTTY ? terminalOf(stdout) : undefined;
  const visitor: Visitor = {
    input: stdin,
    output: stdout,
    errors: stderr,
    terminal,
    environment: Object.fromEntries(variables.map((name) => [name, env[name]])),
    command: plain ? '--plain' : env.SSH_ORIGINAL_COMMAND,
    identity: {
      address: addressOf(env.SSH_CONNECTION),
      key: { type: keyType, fingerprint: key },
    } satisfies Identity,
    gone: gone.signal,
  };
  if (terminal) setRaw(stdin, true);
  try {
    throw new VisitEnded(await visit(visitor, { socket }));
  } finally {
    if (terminal) setRaw(stdin, false);
    stdin.pause();
  }
}

/** The terminal may be gone already. */
function setRaw(input: ReadStream, isRaw: boolean): void {
  try {
    input.setRawMode(isRaw);
  } catch (error) {
    if (isRaw) throw error;
  }
}

function terminalOf(output: WriteStream): VisitorTerminal {
  return {
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    onResize: (listener) => {
      output.on('resize', listener);
      return () => output.off('resize', listener);
    },
  };
}

/** SSH_CONNECTION has the address and the port of the client, and those of the server: see ssh(1). */
function addressOf(connection = ''): Identity['address'] {
  const [ip = '', port] = connection.split(' ');
  return isIP(ip.replace(/%.*$/, '')) ? { ip, port: Number(port) } : undefined;
}

function fingerprint(text: string): string {
  if (!isFingerprint(text)) throw new InvalidArgumentError('It takes SHA256: and 43 characters.');
  return text;
}

import { resolve } from 'node:path';
import { Command } from 'commander';
import { BoardError } from '../../protocol/errors.ts';
import { parseKeyLine, type SshKey } from '../../protocol/ssh-key.ts';
import { UserError } from '../errors.ts';

// sshd replaces its tokens without quotes, and what is printed here stands in quotes of authorized_keys.
const tokenForm = /^[A-Za-z0-9+/=:@.-]+$/;
const pathForm = /^[A-Za-z0-9+/=:@._-]+$/;

interface SshKeysOptions {
  readonly data?: string;
  readonly program: string;
}

export function sshKeysCommand(): Command {
  return new Command('ssh-keys')
    .description('answer sshd which command a key runs')
    .argument('<type>', "sshd's %t")
    .argument('<key>', "sshd's %k")
    .argument('<fingerprint>', "sshd's %f")
    .option('--data <folder>', 'folder of the database, for the command that sshd runs')
    .option('--program <file>', 'the corkboard that sshd runs', 'corkboard')
    .addHelpText(
      'after',
      `
This is an AuthorizedKeysCommand of sshd_config(5): see contrib/sshd_config.d/corkboard.conf. Every well-formed
key is accepted, because the board itself knows whose it is. Anything else gets no answer.

Example:
  AuthorizedKeysCommand /usr/bin/corkboard ssh-keys --data /var/lib/corkboard %t %k %f`,
    )
    .action(answer);
}

/** @throws UserError if an option cannot stand in a forced command */
function answer(type: string, key: string, fingerprint: string, options: SshKeysOptions): void {
  const { program, data } = options;
  const words = [program, 'door', ...(data === undefined ? [] : ['--data', resolve(data)])];
  const wrong = words.find((word) => !pathForm.test(word));
  if (wrong !== undefined) {
    throw new UserError(`${wrong} cannot stand in a forced command: use a path of plain letters.`);
  }
  const known = wellFormed(type, key, fingerprint);
  if (!known) return;
  const command = [...words, '--key', known.fingerprint, '--key-type', known.type].join(' ');
  process.stdout.write(`restrict,pty,command="${command}" ${known.type} ${key}\n`);
}

function wellFormed(type: string, key: string, fingerprint: string): SshKey | undefined {
  if (![type, key, fingerprint].every((token) => tokenForm.test(token))) return undefined;
  try {
    const parsed = parseKeyLine(`${type} ${key}`);
    return parsed.fingerprint === fingerprint ? parsed : undefined;
  } catch (error) {
    if (error instanceof BoardError) return undefined;
    throw error;
  }
}

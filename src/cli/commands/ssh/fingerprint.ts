import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { fingerprintOf } from '../../../protocol/ssh-key.ts';
import { hostKeyType, publicHostKey, readHostKey } from '../../../ssh/host-key.ts';
import { hostKeyFile } from '../../../storage/sqlite/file/board-files.ts';
import { databaseFile } from '../../../storage/sqlite/file/open.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printResult } from '../../printing/output.ts';

interface FingerprintOptions extends CommonOptions {
  readonly host: string;
}

// The numbers of Ed25519 and of SHA-1 and SHA-256 in SSHFP records (RFC 7479, section 3; RFC 4255, section 3.1; RFC 6594,
// section 3.1).
const ed25519 = 4;
const hashes = [
  [1, 'sha1'],
  [2, 'sha256'],
] as const;

export function sshFingerprintCommand(): Command {
  return databaseCommand('fingerprint', 'print how people recognize the SSH host key')
    .option('--host <name>', 'the name or address that people connect to', hostname())
    .addHelpText(
      'after',
      `
Prints the fingerprint that ssh shows at the first connection, a line for known_hosts, and SSHFP
records for the DNS zone of the host. If people connect to another port than 22, write the host of
the line for known_hosts as [host]:port.

Examples:
  $ corkboard ssh fingerprint --data /var/lib/corkboard
  $ corkboard ssh fingerprint --host board.example.org
  $ corkboard ssh fingerprint --host '[board.example.org]:2222'`,
    )
    .action(printFingerprint);
}

async function printFingerprint(options: FingerprintOptions): Promise<void> {
  // Reports a missing database, which is what a wrong --data leads to.
  await administer(options, async () => {});
  const file = hostKeyFile(databaseFile(options.data));
  const key = readHostKey(file);
  if (!key) {
    throw new UserError(
      `There is no SSH host key ${file} yet. The first \`corkboard serve --ssh <port>\` makes it.`,
    );
  }
  const blob = publicHostKey(key, file);
  const { host } = options;
  const [, name = host] = /^\[([^\]]+)\]:\d+$/.exec(host) ?? [];
  const fingerprint = fingerprintOf(blob);
  const knownHosts = `${host} ${hostKeyType} ${blob.toString('base64')}`;
  const sshfp = hashes.map(([number, hash]) => {
    return `${name} IN SSHFP ${ed25519} ${number} ${createHash(hash).update(blob).digest('hex')}`;
  });
  printResult(options, { file, fingerprint, knownHosts, sshfp }, () =>
    [fingerprint, knownHosts, ...sshfp].join('\n'),
  );
}

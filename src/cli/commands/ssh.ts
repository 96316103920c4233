import { Command } from 'commander';
import { sshFingerprintCommand } from './ssh/fingerprint.ts';

export function sshCommand(): Command {
  return new Command('ssh')
    .description('the SSH server of `serve --ssh`')
    .addCommand(sshFingerprintCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ corkboard ssh fingerprint --data /var/lib/corkboard`,
    );
}

import { Command } from 'commander';
import { runChild } from '../../ssh/child.ts';
import { giveToOwner } from '../../storage/sqlite/file/files.ts';

/** The command that a server runs as a child process for SSH (`SshDoor`). The help does not list it. */
export function sshServerCommand(): Command {
  return new Command('ssh-server')
    .description('serve SSH for a board')
    .action(() => runChild(giveToOwner));
}

import { Command } from 'commander';
import { runChild } from '../../ssh/child.ts';
import { giveToOwner } from '../../storage/sqlite/file/files.ts';
import { visit } from '../../visit/visit.ts';

/** The command that a server runs as a child process for SSH (`SshDoor`). The help does not list it. */
export function sshServerCommand(): Command {
  return new Command('ssh-server').description('serve SSH for a board').action(() =>
    runChild({
      made: giveToOwner,
      receive: (socket) => (visitor) => visit(visitor, { socket }),
    }),
  );
}

import { Command } from 'commander';
import { chatCommand } from './commands/chat.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { dbCommand } from './commands/db.ts';
import { exportCommand } from './commands/export.ts';
import { groupCommand } from './commands/group.ts';
import { importCommand } from './commands/import.ts';
import { messageCommand } from './commands/message.ts';
import { postCommand } from './commands/post.ts';
import { serveCommand } from './commands/serve.ts';
import { statsCommand } from './commands/stats.ts';
import { tailCommand } from './commands/tail.ts';
import { userCommand } from './commands/user.ts';
import { programVersion } from './version.ts';

/** The whole program, made afresh. It throws a CommanderError where commander would exit. */
export function buildProgram(): Command {
  const program = new Command('corkboard')
    .description('A persistent message board that people reach from a terminal.')
    .version(programVersion())
    .option('--no-color', 'print without colours, as NO_COLOR=1 does')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help to see how it is used.')
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'corkboard: ')),
    })
    .hook('preAction', (command) => {
      if (command.opts<{ color: boolean }>().color) return;
      process.env.NO_COLOR = '1';
    })
    .addHelpText('after', examples);
  const commands = [
    serveCommand,
    chatCommand,
    postCommand,
    tailCommand,
    groupCommand,
    userCommand,
    messageCommand,
    exportCommand,
    importCommand,
    dbCommand,
    statsCommand,
    completionCommand,
  ];
  for (const build of commands) program.addCommand(build());
  program.addCommand(completeCommand(), { hidden: true });
  shareSettings(program);
  return program;
}

/** Commander hands settings down to the commands that it builds itself, and to no others. */
function shareSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    shareSettings(command);
  }
}

const examples = `
Examples:
  $ corkboard serve                      run a board on 127.0.0.1:6789
  $ corkboard chat 127.0.0.1 6789        talk to it
  $ corkboard post main "Build 7" passed --host 127.0.0.1 --user builder
  $ corkboard group list                 look into its database
  $ corkboard group purge news --before 90d

Exit codes: 0 done, 1 failed (one line on standard error says why), 2 wrong usage, 130 ended by Ctrl-C,
143 by SIGTERM.`;

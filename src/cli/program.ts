import { Command } from 'commander';
import { cleanText } from '../protocol/clean.ts';
import { notEmpty } from '../tasks/parse.ts';
import { exitCodes } from './errors.ts';
import { settleColours } from './printing/colour.ts';
import { programVersion } from './version.ts';

/** The commands, in the order of the help. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  chat: async () => (await import('./commands/chat.ts')).chatCommand(),
  tui: async () => (await import('./commands/tui.ts')).tuiCommand(),
  post: async () => (await import('./commands/post.ts')).postCommand(),
  search: async () => (await import('./commands/search.ts')).searchCommand(),
  tail: async () => (await import('./commands/tail.ts')).tailCommand(),
  group: async () => (await import('./commands/group.ts')).groupCommand(),
  user: async () => (await import('./commands/user.ts')).userCommand(),
  ban: async () => (await import('./commands/ban.ts')).banCommand(),
  message: async () => (await import('./commands/message.ts')).messageCommand(),
  thread: async () => (await import('./commands/thread.ts')).threadCommand(),
  report: async () => (await import('./commands/report.ts')).reportCommand(),
  export: async () => (await import('./commands/export.ts')).exportCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  db: async () => (await import('./commands/db.ts')).dbCommand(),
  door: async () => (await import('./commands/door.ts')).doorCommand(),
  'ssh-keys': async () => (await import('./commands/ssh-keys.ts')).sshKeysCommand(),
  ssh: async () => (await import('./commands/ssh.ts')).sshCommand(),
  stats: async () => (await import('./commands/stats.ts')).statsCommand(),
  completion: async () => (await import('./commands/completion.ts')).completionCommand(),
};

/** Commands that other programs run. The help does not list them. */
const hidden: typeof commands = {
  'ssh-server': async () => (await import('./commands/ssh-server.ts')).sshServerCommand(),
};

/**
 * Builds the program. It throws a CommanderError in place of exiting.
 * @param word the first word of the command line. If it is a command, the others are left out, because
 * loading all of them takes several times as long as most commands run
 */
export async function buildProgram(word = ''): Promise<Command> {
  forgetEmptyVariables();
  const program = new Command('corkboard')
    .description('A persistent message board that people reach from a terminal.')
    .version(programVersion())
    .option('--no-color', 'print without colours, as NO_COLOR=1 does')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help to see how it is used.')
    .configureOutput({
      outputError: (text, write) => {
        write(cleanText(text.replace(/^error: /, 'corkboard: ')) + dashHint(text));
      },
    })
    .hook('preAction', (command) => {
      settleColours(command.opts<{ color: boolean }>().color);
    })
    .addHelpText('after', examples);
  const all = { ...commands, ...hidden };
  const named = Object.hasOwn(all, word) ? all[word] : undefined;
  for (const load of named ? [named] : Object.values(commands)) program.addCommand(await load());
  if (!named) {
    const { completeCommand } = await import('./commands/completion.ts');
    program.addCommand(completeCommand(), { hidden: true });
  }

  shareSettings(program);
  refuseEmptyOptions(program);
  return program;
}

/** A text that begins with a dash looks like an option, as in `post news "-5 degrees"`. */
function dashHint(error: string): string {
  if (!/unknown option/.test(error) || /Did you mean/.test(error)) return '';
  return 'If this is no option but an argument, put -- before the arguments.\n';
}

/** Commander copies settings only to the commands that it creates itself. */
function shareSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    shareSettings(command);
  }
}

/** An empty variable counts as unset, because unit and container files often contain empty ones. */
function forgetEmptyVariables(): void {
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith('CORKBOARD_') && value?.trim() === '') delete process.env[name];
  }
}

/**
 * Makes every option without its own parser refuse an empty value. In a script, an empty value usually comes
 * from a variable that was not set. The command would then use a default host, folder or name that the user did not mean.
 */
function refuseEmptyOptions({ commands, options }: Command): void {
  for (const option of options) {
    if ((option.required || option.optional) && !option.parseArg) option.argParser(notEmpty);
  }
  for (const command of commands) refuseEmptyOptions(command);
}

const examples = `
Examples:
  $ corkboard serve                      run a board on 127.0.0.1:6789
  $ corkboard chat 127.0.0.1 6789        talk to it
  $ corkboard post main "Build 7" passed --host 127.0.0.1 --user builder
  $ corkboard group list                 look into its database
  $ corkboard group purge news --before 90d

Exit codes:
${Object.entries(exitCodes)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join('\n')}`;

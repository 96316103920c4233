import { Argument, Command } from 'commander';
import { complete } from '../completion/complete.ts';
import { type Shell, scripts, shells } from '../completion/scripts.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print a script that makes a shell complete commands, options and names')
    .addArgument(new Argument('<shell>', 'the name of the shell').choices(shells))
    .addHelpText(
      'after',
      `
The script asks the program for candidates, so it also completes groups and users of the database,
and does not have to be printed again after an upgrade.

Examples:
  $ eval "$(corkboard completion bash)"         in ~/.bashrc
  $ eval "$(corkboard completion zsh)"          in ~/.zshrc, after compinit
  $ corkboard completion fish > ~/.config/fish/completions/corkboard.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell]);
    });
}

/** The command that the scripts of the shells run. The help does not list it. */
export function completeCommand(): Command {
  return new Command('complete')
    .argument('[words...]', 'the words of the line after the name of the program')
    .action(async (words: string[], _options: object, command: Command) => {
      const found = command.parent ? await complete(command.parent, words) : [];
      if (typeof found === 'string') process.stdout.write(`:${found}\n`);
      else for (const { word, meaning } of found) process.stdout.write(`${line(word, meaning)}\n`);
    });
}

function line(word: string, meaning: string | undefined): string {
  return meaning ? `${word}\t${meaning}` : word;
}

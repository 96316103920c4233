import { Argument, Command } from 'commander';
import { complete } from '../completion/complete.ts';
import { type Shell, scripts, shells } from '../completion/scripts.ts';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print what makes a shell complete commands, options and names')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText(
      'after',
      `
The shell asks the program what fits, so it knows the groups and users of the database, too, and
nothing has to be printed again after an upgrade.

Examples:
  $ eval "$(corkboard completion bash)"         in ~/.bashrc
  $ eval "$(corkboard completion zsh)"          in ~/.zshrc, after compinit
  $ corkboard completion fish > ~/.config/fish/completions/corkboard.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(scripts[shell]);
    });
}

/** What the shells ask. Not for people: it does not stand in the help. */
export function completeCommand(): Command {
  return new Command('complete')
    .argument('[words...]', 'the line so far, behind the name of the program')
    .action(async (words: string[], _options: object, command: Command) => {
      const found = command.parent ? await complete(command.parent, words) : [];
      if (typeof found === 'string') process.stdout.write(`:${found}\n`);
      else for (const { word, meaning } of found) process.stdout.write(`${line(word, meaning)}\n`);
    });
}

function line(word: string, meaning: string | undefined): string {
  return meaning ? `${word}\t${meaning}` : word;
}

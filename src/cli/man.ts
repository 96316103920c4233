import type { Argument, Command, Help, Option } from 'commander';
import { exitCodes } from './errors.ts';

/** The manual page of the program, in the man(7) macros of roff. It is made from the help. */
export function manPage(program: Command, version: string): string {
  const help = program.createHelp();
  const commands = leaves(program);
  return [
    `.TH CORKBOARD 1 "" "corkboard ${version}" "User Commands"`,
    '.SH NAME',
    `corkboard \\- ${roff('a persistent message board that people reach from a terminal')}`,
    '.SH SYNOPSIS',
    '.B corkboard',
    '.I command',
    roff('[arguments] [options]'),
    '.SH DESCRIPTION',
    roff(program.description()),
    roff('One process, one SQLite file, one TCP port: serve runs it, chat talks to it,'),
    roff('and the other commands look after it, also while it runs.'),
    '.SH OPTIONS',
    ...help.visibleOptions(program).flatMap((option) => optionItem(help, option)),
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandSection(help, command)),
    '.SH ENVIRONMENT',
    ...variables([program, ...commands]),
    '.SH FILES',
    ...files.flatMap(([path, what]) => item(`.I ${roff(path)}`, what)),
    '.SH EXIT STATUS',
    ...Object.entries(exitCodes).flatMap(([code, what]) => item(`.B ${code}`, what)),
    '.SH EXAMPLES',
    ...afterHelp(program, 'Examples:'),
    '.SH SEE ALSO',
    roff('docs/cli.md, docs/operations.md and docs/protocol.md in the package.'),
    '',
  ].join('\n');
}

const files: [path: string, what: string][] = [
  ['data/corkboard.db', 'The database, in the folder of --data, with its log in corkboard.db-wal.'],
  ['data/corkboard.db.lock', 'Held by the server that has the database open.'],
  ['data/corkboard.db.sock', 'Socket on which the server answers its operator.'],
  ['data/corkboard.db.door', 'Socket by which people come who ssh has authenticated.'],
];

/** The commands without subcommands, in the order of the help. */
function leaves(parent: Command): Command[] {
  const visible = parent.createHelp().visibleCommands(parent);
  return visible
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => (command.commands.length > 0 ? leaves(command) : [command]));
}

function commandSection(help: Help, command: Command): string[] {
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    `.SS ${roff(help.commandUsage(command))}`,
    roff(sentence(command.description())),
    ...help.visibleArguments(command).flatMap((argument) => argumentItem(help, argument)),
    ...options.flatMap((option) => optionItem(help, option)),
    ...afterHelp(command),
  ];
}

function argumentItem(help: Help, argument: Argument): string[] {
  return item(`.I ${roff(help.argumentTerm(argument))}`, help.argumentDescription(argument));
}

function optionItem(help: Help, option: Option): string[] {
  return item(`.B ${roff(help.optionTerm(option))}`, help.optionDescription(option));
}

/** The variables of all commands by name, each once. */
function variables(commands: Command[]): string[] {
  const options = commands.flatMap((command) => command.options);
  const named = new Map(
    options.flatMap((option) => (option.envVar ? [[option.envVar, option]] : [])),
  );
  const rows = [...named].map(([name, { long, description }]) => {
    return [name, `As ${long}: ${description}.`] as const;
  });
  const others = [['NO_COLOR', 'Set to anything, it prints without colours.']] as const;
  return [...rows, ...others].sort().flatMap(([name, what]) => item(`.B ${roff(name)}`, what));
}

/** The text after the options in the help of a command: paragraphs, and examples unchanged. */
function afterHelp(command: Command, title = ''): string[] {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  const after = text.slice(command.helpInformation().length).trim();
  if (after === '') return [];
  const blocks = after.split('\n\n').filter((block) => block.startsWith(title));
  return blocks.flatMap((block) => [
    '.PP',
    ...paragraph(block.slice(title.length).replace(/^\n/, '')),
  ]);
}

function paragraph(block: string): string[] {
  const lines = block.split('\n');
  const first = lines.findIndex((line) => line.startsWith('  '));
  if (first < 0) return lines.map(roff);
  const shown = lines.slice(first).map((line) => roff(line.replace(/^ {2}/, '')));
  return [...lines.slice(0, first).map(roff), '.PP', '.RS', '.nf', ...shown, '.fi', '.RE'];
}

function item(term: string, what: string): string[] {
  return ['.TP', term, roff(sentence(what))];
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.)]$/.test(capital) || capital === '' ? capital : `${capital}.`;
}

/** Escapes text for roff. */
function roff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { TestBoard } from '../helpers/board.ts';
import { runHere } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, tamper } from './seed.ts';

const sections = new Map(
  readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8')
    .split(/^##+ /m)
    .map((section): [string, string] => {
      const [title = ''] = section.split('\n');
      return [title, section.slice(title.length)];
    }),
);

function section(title: string): string {
  const found = sections.get(title);
  if (found === undefined) throw new Error(`docs/cli.md has no section ${title}`);
  return found;
}

/** The commands that do something, under what is typed to run them. */
function leaves(parent: Command, words: string[] = []): [name: string, command: Command][] {
  const visible = parent.createHelp().visibleCommands(parent);
  return visible
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const path = [...words, command.name()];
      return command.commands.length > 0
        ? leaves(command, path)
        : [[path.join(' '), command] as [string, Command]];
    });
}

const commands = new Map(leaves(buildProgram()));

/** The fields that a section tells of: in its table, and of the things that it names. */
function documentedFields(title: string): string[] {
  const text = section(title);
  const things = [...text.matchAll(/\(#a-(\w+)\)/g)].map(([, thing = '']) => `A ${thing}`);
  const cells = [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  const own = cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  return innermost([...things.flatMap(documentedFields), ...own]);
}

/** The names of a document's fields, with the way to those that are further in. */
function fieldsOf(document: unknown, path = ''): string[] {
  if (Array.isArray(document)) {
    const inside = new Set(document.flatMap((element) => fieldsOf(element, path)));
    return inside.size > 0 ? [...inside] : [path];
  }
  if (typeof document !== 'object' || document === null) return [path];
  return Object.entries(document).flatMap(([key, value]) =>
    fieldsOf(value, path === '' ? key : `${path}.${key}`),
  );
}

function innermost(names: string[]): string[] {
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`))).sort();
}

test('docs/cli.md has a section for every command with its usage, and for no other', () => {
  const titles = [...sections.keys()].filter((title) => / {4}corkboard /.test(section(title)));
  expect(titles).toEqual([...commands.keys()]);
  for (const [title, command] of commands) {
    const [usage = '', ...examples] = section(title).trim().split('\n');
    expect(usage.trim()).toBe(command.createHelp().commandUsage(command));
    expect(examples[0]).toMatch(new RegExp(`^    \\$ corkboard ${title}\\b`));
    const flags = [...section(title).matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    const known = command.options.flatMap(({ long }) => long ?? []);
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  }
});

/** Runs of every command with `--json`, in an order in which each finds what it needs. */
function runs(board: TestBoard, damaged: string): Record<string, string[]> {
  const here = ['--data', board.data];
  const folder = tempFolder();
  const file = (name: string) => join(folder, name);
  const client = ['--host', '127.0.0.1', '--port', String(board.port), '--user', 'bot', '--join'];
  return {
    post: ['news', 'one', 'content', ...client],
    tail: ['news', '--since', '1', '--count', '1', ...client],
    'group list': here,
    'group edit': ['news', '--keep', '1', '--max-age', '90d', ...here],
    'group show': ['news', ...here],
    'group create': ['deploys', ...here],
    'group rename': ['deploys', 'releases', ...here],
    'group delete': ['releases', '--yes', ...here],
    'user create': ['carol', '--no-password', ...here],
    'user list': here,
    'user show': ['bot', ...here],
    'user password': ['carol', '--no-password', ...here],
    'user rename': ['carol', 'caro', ...here],
    'user ban': ['caro', ...here],
    'user unban': ['caro', ...here],
    'user delete': ['caro', '--yes', ...here],
    'message list': ['news', ...here],
    'message show': ['news', '1', ...here],
    'db status': here,
    'db backup': [file('board.db'), ...here],
    'db restore': [file('board.db'), '--data', file('restored')],
    'db migrate': ['--data', file('made')],
    'db compact': here,
    'db check': ['--data', damaged],
    stats: here,
    export: [file('board.jsonl'), ...here],
    import: [file('board.jsonl'), '--data', file('imported')],
    'group purge': ['news', '--all', '--dry-run', ...here],
    'message delete': ['news', '1', '--yes', ...here],
  };
}

test('what each command prints with --json has the fields that docs/cli.md tells of', async () => {
  const board = await TestBoard.start();
  await board.person('alice');
  const damaged = await boardFolder();
  tamper(damaged, 'UPDATE groups SET member_count = 7 WHERE id = 1');
  const all = Object.entries(runs(board, damaged));
  const withJson = [...commands].filter(([, { options }]) =>
    options.some(({ long }) => long === '--json'),
  );
  expect(all.map(([title]) => title).sort()).toEqual(withJson.map(([title]) => title).sort());

  for (const [title, args] of all) {
    const { code, stdout, stderr } = await runHere([...title.split(' '), ...args, '--json']);
    const found = title === 'db check' ? 1 : 0;
    expect({ title, code, stderr: found ? '' : stderr }).toEqual({
      title,
      code: found,
      stderr: '',
    });
    const fields = innermost(fieldsOf(JSON.parse(stdout)));
    expect({ title, fields }).toEqual({ title, fields: documentedFields(title) });
  }
});

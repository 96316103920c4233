import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { complete, valueName } from '../../src/cli/completion/complete.ts';
import { freeValues, nameSources } from '../../src/cli/completion/names.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { has } from '../helpers/programs.ts';
import { Pty } from '../helpers/pty.ts';
import { program } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { everyCommand } from './commands.ts';
import { boardFolder, poster } from './seed.ts';

/** A folder with `corkboard` in it, as an installation puts it on the path. */
function installed(): string {
  const folder = tempFolder();
  const file = join(folder, 'corkboard');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(file, 0o755);
  return folder;
}

// How each is started without anyone's settings, and told to complete corkboard.
const starts: Record<string, { args: string[]; setUp: string }> = {
  bash: {
    args: ['--norc', '--noprofile', '-i'],
    setUp: "PS1='$ '; eval \"$(corkboard completion bash)\"; bind 'set bell-style none'",
  },
  zsh: {
    args: ['-f', '-i'],
    setUp:
      'PS1=\'$ \'; autoload -Uz compinit; compinit -u -D; unsetopt beep; eval "$(corkboard completion zsh)"',
  },
  fish: {
    args: ['--no-config', '-i', '--init-command', "function fish_prompt; echo '$ '; end"],
    setUp: 'corkboard completion fish | source',
  },
};

test('every argument and option has candidates for completion, or is known to have none', () => {
  const unknown = [...everyCommand().values()].flatMap((command) => {
    const options = command.options.filter(({ required, optional }) => required || optional);
    const takers = [...command.registeredArguments, ...options].filter(
      ({ argChoices }) => !argChoices,
    );
    return takers
      .map(valueName)
      .filter((name) => !['file', 'folder'].includes(name))
      .filter((name) => !Object.hasOwn(nameSources, name) && !freeValues.has(name));
  });
  expect([...new Set(unknown)]).toEqual([]);
});

for (const [shell, { args, setUp }] of Object.entries(starts)) {
  test.skipIf(!has(shell))(`${shell} completes commands, options, choices and names`, async () => {
    const home = tempFolder();
    mkdirSync(join(home, 'only'));
    const data = await boardFolder((board) => poster(board, 'alice', 'news'));
    const env = { PATH: `${installed()}${delimiter}${process.env.PATH}`, HOME: home };
    const terminal = new Pty(shell, args, { env: { ...env, CORKBOARD_DATA: data }, cols: 200 });
    const tab = async (typed: string, shows: string) => {
      terminal.type(`${typed}\t`);
      await terminal.shows(shows);
      // Only now: what is typed while a shell looks for candidates may be taken for something else.
      terminal.type('\x15');
    };
    terminal.type(`cd ${home}; ${setUp}; echo is''ready\r`);
    await terminal.shows('\nisready');

    await tab('corkboard gro', '$ corkboard group');
    await tab('corkboard serve --durability rel', '--durability relaxed');
    await tab('corkboard group show ne', 'group show news');
    await tab('corkboard serve --data on', '--data only/');
  });
}

test('the shells ask the program for candidates', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'news'));
  const fits = async (...words: string[]) => {
    const found = await complete(await buildProgram(), words);
    return typeof found === 'string' ? found : found.map(({ word }) => word);
  };
  expect(await fits('')).toEqual(expect.arrayContaining(['serve', 'completion', 'help']));
  expect(await fits('')).not.toContain('complete');
  expect(await fits('--')).toEqual(['--version', '--no-color', '--help']);
  expect(await fits('db', 'check', '--json', '--')).toEqual(['--data', '--help', '--no-color']);
  expect(await fits('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(await fits('chat', 'localhost', '--ca', '')).toBe('file');
  expect(await fits('user', '--data', data, 'ban', '')).toEqual([]);
  expect(await fits('user', 'ban', '--data', data, '')).toEqual(['alice']);
  expect(await fits('group', 'show', '--data', data, 'ma')).toEqual(['main']);
  expect(await fits('group', 'show', '--data', data, 'main', '')).toEqual([]);
  expect(await fits('group', 'show', '--data', `${data}/missing`, '')).toEqual([]);
});

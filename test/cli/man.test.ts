import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, Help } from 'commander';
import { expect, test } from 'vitest';
import { flagOf, settingNames, variableOf } from '../../src/cli/config/settings.ts';
import { manPage } from '../../src/cli/man.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { programVersion } from '../../src/cli/version.ts';

const file = fileURLToPath(new URL('../../man/corkboard.1', import.meta.url));
const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('the stored manual page is the output of `npm run man`', async () => {
  expect(readFileSync(file, 'utf8')).toBe(manPage(await buildProgram(), programVersion()));
});

test.runIf(hasGroff)(
  'the manual page is valid roff, and shows commands, options and examples',
  async () => {
    const checked = spawnSync('groff', ['-man', '-ww', '-z', file], { encoding: 'utf8' });
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    // Wide enough for no line to break.
    const args = ['-man', '-Tascii', '-P-cbou', '-rLL=400n', file];
    const { stdout } = spawnSync('groff', args, { encoding: 'utf8' });
    for (const name of settingNames) {
      expect(stdout).toContain(flagOf(name));
      expect(stdout).toContain(variableOf(name));
    }
    const help = new Help();
    const shown = (command: Command) =>
      help.visibleCommands(command).filter((one) => one.name() !== 'help');
    for (const command of shown(await buildProgram())) {
      for (const leaf of shown(command)) {
        expect(stdout).toContain(`corkboard ${command.name()} ${leaf.name()}`);
      }
    }
    expect(stdout).toContain('$ corkboard group purge news --before 90d');
    expect(stdout).toContain('CORKBOARD_CONFIG');
  },
);

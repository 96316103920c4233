import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfiguration } from '../src/cli/config/configuration.ts';
import { flagOf, settingNames, settings, variableOf } from '../src/cli/config/settings.ts';
import { documented } from './doors/scrape.ts';
import { tempFolder } from './helpers/temp.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The settings that a configuration file makes. */
function configured(text: string) {
  const file = join(tempFolder(), 'corkboard.toml');
  writeFileSync(file, text);
  return readConfiguration({ values: {}, sources: {} }, file);
}

function names(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))];
}

test('the example configuration has every setting, and its comments have the defaults', () => {
  const example = read('contrib/corkboard.toml');
  expect(configured(example).config.metrics).toEqual({ host: '127.0.0.1', port: 9100 });
  // A setting without a default has an example in its place.
  const without = settingNames.filter((name) => settings[name].default === undefined);
  const { config, sources } = configured(example.replace(/^# ([a-z-]+ = .*)$/gm, '$1'));
  const set = settingNames.filter((name) => sources[name] !== 'default');
  expect(set).toEqual(settingNames);
  for (const name of set.filter((name) => !without.includes(name))) {
    expect({ [name]: config[name] }).toEqual({ [name]: settings[name].default });
  }
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.runIf(hasSystemd)('systemd-analyze verify accepts the unit', () => {
  const folder = tempFolder();
  const unit = read('contrib/corkboard.service');
  const file = join(folder, 'corkboard.service');
  writeFileSync(file, unit);
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  const said = stderr.split('\n').filter((line) => line.includes('corkboard'));
  expect(said).toEqual([]);
});

test('the unit and the container use only existing variables and commands', () => {
  const variables = new Set([...settingNames.map(variableOf), 'CORKBOARD_CONFIG']);
  const container = read('contrib/Containerfile');
  for (const text of [read('contrib/corkboard.service'), container]) {
    expect(text).toMatch(/\bserve\b/);
    const used = names(text, /\b(CORKBOARD_[A-Z_]+)=/g);
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
    expect(used).not.toEqual([]);
  }
  const instructions = new Set(names(container, /^([A-Z]+) /gm));
  const known =
    'FROM WORKDIR COPY RUN USER ENV VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD';
  expect(instructions).toEqual(new Set(known.split(' ')));
  const copied = container.match(/^COPY (?!--from).*$/gm) ?? [];
  for (const source of copied.flatMap((line) => line.split(' ').slice(1, -1))) {
    expect({ source, exists: existsSync(join(root, source)) }).toEqual({ source, exists: true });
  }
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const script of names(container, /npm run (\w+)/g)) expect(scripts).toHaveProperty(script);
  const health = /CMD \["node", "-e", "(.*)"\]/.exec(container)?.[1] ?? '';
  execFileSync(process.execPath, ['--check', '-'], { input: health });
});

test('the alerts use only metrics that the board exports', () => {
  const rules = read('contrib/prometheus-rules.yml');
  const known = documented();
  const asked = names(rules, /\b(corkboard_\w+)/g).map((name) => name.replace(/_bucket$/, ''));
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  const counts = ['alert', 'expr', 'summary'].map(
    (key) => rules.match(new RegExp(`^[- ]+${key}: \\S`, 'gm'))?.length,
  );
  expect(new Set(counts).size).toBe(1);
});

test('docs/operations.md names only existing files, flags and settings', () => {
  const page = read('docs/operations.md');
  const files = names(page, /\b(contrib\/[\w.-]+)/g);
  expect(files.map((file) => file.replace('contrib/', '')).sort()).toEqual(
    readdirSync(join(root, 'contrib')).sort(),
  );
  const served = page.match(/corkboard serve [^\n`]*/g)?.join(' ') ?? '';
  const flags = new Set([...settingNames.map(flagOf), '--help', '--print-config', '--config']);
  expect(names(served, /(--[a-z-]+)/g).filter((flag) => !flags.has(flag))).toEqual([]);
});

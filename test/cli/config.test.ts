import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { printedConfiguration, readConfiguration } from '../../src/cli/config/configuration.ts';
import { addSettings, givenSettings } from '../../src/cli/config/options.ts';
import {
  flagOf,
  keyOf,
  limitsOf,
  type Setting,
  settingNames,
  settings,
  variableOf,
} from '../../src/cli/config/settings.ts';
import { serverLimits } from '../../src/protocol/limits.ts';
import { duration } from '../../src/tasks/parse.ts';
import { runCli } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder } from './seed.ts';

function configFile(text: string): string {
  const file = join(tempFolder(), 'corkboard.toml');
  writeFileSync(file, text);
  return file;
}

/** What is in force where the program is started with these flags. */
function configured(flags: string[], file?: string) {
  const command = addSettings(new Command());
  command.parse(flags, { from: 'user' });
  return readConfiguration(givenSettings(command), file);
}

/** What the program says of a configuration file that it refuses, without the name of the file. */
function configError(text: string): string {
  const file = configFile(text);
  try {
    configured([], file);
  } catch (error) {
    return (error as Error).message.replace(file, 'FILE');
  }
  throw new Error('It was expected to be refused');
}

test('a flag overrides its variable, a variable the file, and the file the default', async () => {
  const file = configFile(
    'port = 7001\nhost = "::1"\naccess = "closed"\nunframed-clients = true\n',
  );
  const env = {
    CORKBOARD_CONFIG: file,
    CORKBOARD_PORT: '7002',
    CORKBOARD_HOST: '127.0.0.2',
    CORKBOARD_UNFRAMED_CLIENTS: 'false',
  };
  const { code, stdout } = await runCli(['serve', '--print-config', '--port', '7003'], { env });
  expect(code).toBe(0);
  expect(stdout.replace(/ +#/g, ' #').split('\n')).toEqual(
    expect.arrayContaining([
      'port = 7003 # --port',
      'host = "127.0.0.2" # CORKBOARD_HOST',
      'unframed-clients = false # CORKBOARD_UNFRAMED_CLIENTS',
      `access = "closed" # ${file}`,
      'durability = "full" # default',
      '# tls-cert # default',
    ]),
  );
});

test('the output of --print-config is a configuration file with the same values', () => {
  const before = configured(['--port', '7001', '--tls-cert', 'a "quoted" name', '--access=closed']);
  const after = configured([], configFile(printedConfiguration(before)));
  expect(after.config).toEqual(before.config);
});

// By the name of its kind, what a setting can hold and does not by default; `7` for the others.
const samples: Record<string, string> = {
  time: '7s',
  size: '17MiB',
  rate: '7/70',
  'host:port': '[::1]:7',
  network: '192.0.2.7, 2001:db8::/32',
  address: '127.0.0.2, ::1',
  url: 'tcp://127.0.0.2:7, tls://[::1], unix:/run/corkboard.sock',
};

test.each(settingNames)('%s can be given as a flag, as a variable and in the file', (name) => {
  const { takes }: Setting = settings[name];
  const plain = takes.bare ? 'true' : '7';
  const sample = takes.choices?.at(-1) ?? samples[takes.placeholder] ?? plain;
  const expected = takes.schema.parse(sample);
  expect(configured([flagOf(name), sample]).config[name]).toEqual(expected);
  const quoted = configFile(`${keyOf(name)} = "${sample}"`);
  expect(configured([], quoted).config[name]).toEqual(expected);
  process.env[variableOf(name)] = sample;
  try {
    expect(configured([]).config[name]).toEqual(expected);
  } finally {
    delete process.env[variableOf(name)];
  }
});

test('each limit is set by the flag that docs/protocol.md names, or has its default', () => {
  expect(limitsOf(configured([]).config)).toEqual(serverLimits);
  const flags = [
    '--login-time=1s',
    '--max-connections=2',
    '--max-connections-per-address=3',
    '--rate=4/5',
    '--rate-per-network=40/50',
    '--max-waiting-requests=6',
    '--max-unsent=7MiB',
    '--max-waiting=70MiB',
    '--max-waiting-per-network=17MiB',
    '--max-wrong-passwords=8',
    '--edit-time=90s',
    '--keep-alive=9s',
    '--new-names=10/11',
    '--new-conversations=12/13',
  ];
  expect(limitsOf(configured(flags).config)).toEqual({
    loginTime: 1000,
    connections: 2,
    connectionsPerAddress: 3,
    commandsPerSecond: 4,
    commandBurst: 5,
    networkCommandsPerSecond: 40,
    networkCommandBurst: 50,
    waitingRequests: 6,
    outboxBytes: 7 * 1024 * 1024,
    waitingBytes: 70 * 1024 * 1024,
    networkWaitingBytes: 17 * 1024 * 1024,
    wrongPasswords: 8,
    editTime: 90_000,
    keepAliveDelay: 9000,
    newNamesPerHour: 10,
    newNamesAtOnce: 11,
    conversationsPerHour: 12,
    conversationsAtOnce: 13,
  });
});

test('minutes can be written as min, because m could mean months', () => {
  expect(configured(['--backup-every', '90min']).config.backupEvery).toBe(5_400_000);
  expect(duration('90min')).toBe(5_400_000);
});

test('a flag without a value switches its setting on', () => {
  expect(configured([]).config.unframedClients).toBe(false);
  expect(configured(['--unframed-clients']).config.unframedClients).toBe(true);
  expect(configured(['--unframed-clients=false']).config.unframedClients).toBe(false);
});

test.each([
  ['prot = 1', 'There is no setting prot. Did you mean port?'],
  ['tls_cert = "x"', 'There is no setting tls_cert. Did you mean tls-cert?'],
  ['[server]\nport = 1', 'Settings stand on their own, not in a section [server].'],
  ['port = 70000', 'port takes a whole number from 0 to 65535, not 70000.'],
  ['port = 1.5', 'port takes a whole number from 0 to 65535, not 1.5.'],
  ['access = "opne"', 'access takes one of open, registered, closed, not "opne".'],
  ['unframed-clients = 1', 'unframed-clients takes true or false, not 1.'],
  ['data = 3\nhost = [1]', 'data takes the name of a folder, not 3. host takes an address'],
])('a configuration file with %j is refused, and every mistake is reported', (text, says) => {
  expect(configError(text)).toContain(`FILE: ${says}`);
});

test('the error for a configuration file that is not TOML has the line and the column', () => {
  expect(configError('host = "::1"\nport = \n')).toMatch(
    /^FILE: line 2, column 8: .*invalid value\.$/,
  );
});

test.each([
  ['--login-time', '90s', 90_000],
  ['--login-time', '1.5m', 90_000],
  ['--max-unsent', '512KiB', 512 * 1024],
  ['--max-unsent', '8MiB', 8 * 1024 * 1024],
  ['--rate', '5/50', { perSecond: 5, burst: 50 }],
  ['--rate', 'off', { perSecond: 0, burst: 0 }],
  ['--new-names', '5/50', { perHour: 5, burst: 50 }],
  ['--new-names', 'off', { perHour: 0, burst: 0 }],
])('%s accepts %s', (flag, given, expected) => {
  expect(Object.values(configured([flag, given]).config)).toContainEqual(expected);
});

test.each([
  ['login-time = "90"', 'login-time takes a time with its unit'],
  ['login-time = "0s"', 'login-time takes a time with its unit'],
  ['max-unsent = "4 MB"', 'max-unsent takes a size with its unit'],
  ['max-unsent = "1KiB"', 'max-unsent takes a size with its unit'],
  ['rate = "0/5"', 'rate takes so many a second/at once (50/500), or off, not "0/5".'],
  ['rate = 50', 'rate takes so many'],
])('a configuration file with %j is refused', (text, says) => {
  expect(configError(text)).toContain(`FILE: ${says}`);
});

test.each([
  {
    args: ['--config', 'missing.toml'],
    code: 1,
    says: 'The configuration cannot be read: there is no file missing.toml.',
  },
  { args: ['--port', 'x'], code: 2, says: "'x' is invalid. It takes a whole number from 0 to" },
  { env: { CORKBOARD_PORT: 'x' }, code: 2, says: "from env 'CORKBOARD_PORT' is invalid. It takes" },
])(
  'the server does not start with a wrong value: %j',
  async ({ args = [], env = {}, code, says }) => {
    const result = await runCli(['serve', ...args], { env, cwd: tempFolder() });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(says);
  },
);

test('operators’ commands use the data folder of the server’s configuration file', async () => {
  const folder = tempFolder();
  const data = await boardFolder();
  const file = join(folder, 'corkboard.toml');
  writeFileSync(file, `data = ${JSON.stringify(data)}\n`);
  const env = { CORKBOARD_CONFIG: file };
  const run = (args: string[], extra = {}) =>
    runCli(args, { cwd: folder, env: { ...env, ...extra } });
  expect((await run(['group', 'list'])).stdout).toContain('general');
  expect((await run(['db', 'status'])).stdout).toContain(data);
  const other = await run(['group', 'list'], { CORKBOARD_DATA: '/nowhere' });
  expect(other.stderr).toContain('There is no database at /nowhere');
  const flag = await run(['group', 'list', '--data', '/elsewhere']);
  expect(flag.stderr).toContain('There is no database at /elsewhere');
  writeFileSync(file, 'dat = "x"\n');
  const wrong = await run(['group', 'list']);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('Did you mean data?') });
});

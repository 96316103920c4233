import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectionSettings } from '../../src/cli/reaching/connection-options.ts';
import { tempFolder } from '../helpers/temp.ts';

let file: string;

beforeEach(() => {
  const config = tempFolder();
  mkdirSync(join(config, 'corkboard'));
  file = join(config, 'corkboard', 'profiles.toml');
  vi.stubEnv('XDG_CONFIG_HOME', config);
});

afterEach(() => void vi.unstubAllEnvs());

test('options override the environment, the environment a profile, and a profile the defaults', () => {
  writeFileSync(file, '[work]\nhost = "work"\nuser = "alice"\ntls = true\n[home]\nhost = "home"');
  expect(connectionSettings({})).toEqual({ port: 6789 });
  const work = { host: 'work', port: 6789, user: 'alice', tls: true };
  expect(connectionSettings({ profile: 'work' })).toEqual(work);
  vi.stubEnv('CORKBOARD_HOST', '0.0.0.0');
  vi.stubEnv('CORKBOARD_PORT', '7000');
  vi.stubEnv('CORKBOARD_USER', 'bob');
  vi.stubEnv('CORKBOARD_TLS', '0');
  const there = { host: '0.0.0.0', port: 7000, user: 'bob', tls: false };
  expect(connectionSettings({})).toEqual(there);
  // Where a server listens is not where a profile goes.
  expect(connectionSettings({ profile: 'work' })).toEqual({ ...work, user: 'bob', tls: false });
  const given = { host: 'here', port: 1, user: 'carol', tls: true, ca: '/ca', passwordFile: '-' };
  expect(connectionSettings({ profile: 'work', ...given })).toEqual(given);
});

test('a port written in an address belongs to that address only', () => {
  writeFileSync(file, '[work]\nhost = "work:7100"\n[six]\nhost = "::1"\n');
  vi.stubEnv('CORKBOARD_HOST', 'elsewhere:7000');
  expect(connectionSettings({})).toEqual({ host: 'elsewhere', port: 7000 });
  expect(connectionSettings({ host: 'here' })).toEqual({ host: 'here', port: 6789 });
  expect(connectionSettings({ port: 1 })).toEqual({ host: 'elsewhere', port: 1 });
  expect(connectionSettings({ host: '[::1]:2' })).toEqual({ host: '::1', port: 2 });
  expect(connectionSettings({ profile: 'work' })).toEqual({ host: 'work', port: 7100 });
  expect(connectionSettings({ profile: 'six' })).toEqual({ host: '::1', port: 6789 });
  expect(() => connectionSettings({ host: 'a:1', port: 2 })).toThrow('has another port than 2');
  expect(() => connectionSettings({ host: 'a:b' })).toThrow('the port is a number from 1 to 65535');
});

test('a byte order mark in the file of profiles is ignored', () => {
  writeFileSync(file, '\ufeff[work]\nhost = "work"\n');
  expect(connectionSettings({ profile: 'work' })).toEqual({ host: 'work', port: 6789 });
});

test('relative paths in a profile start at the folder of the profiles', () => {
  writeFileSync(file, '[work]\nhost = "work"\nca = "~/ca.pem"\npassword_file = "../word"\n');
  expect(connectionSettings({ profile: 'work' })).toMatchObject({
    ca: join(homedir(), 'ca.pem'),
    passwordFile: join(file, '../../word'),
  });
});

test.each([
  ['[work]\nhost = "a"\nprot = 1', 'work.prot is no setting. Did you mean port?'],
  ['[work]\nhost = "a"\nuesr = "b"', 'work.uesr is no setting. Did you mean user?'],
  ['[work]\nhost = "a"\npassword = "b"', 'A password is kept in a file of its own'],
  ['[work]\nport = 1', 'work.host: it is missing.'],
  ['[work]\nhost = "a"\nport = 70000', 'work.port: it takes a whole number from 1 to 65535.'],
  ['[work]\nhost = "a"\ntls = "yes"', 'work.tls: it takes true or false.'],
  ['host = "a"', 'host is no profile: settings stand under the name of one, such as [work].'],
  ['[work\nhost', 'line 1, column 6: '],
])('a mistake in a profile is reported in one line with the file and the key: %j', (text, says) => {
  writeFileSync(file, text);
  const settings = () => connectionSettings({ profile: 'work' });
  expect(settings).toThrow(`${file}: `);
  expect(settings).toThrow(says);
});

test('a missing profile and a variable with a wrong value are reported', () => {
  expect(() => connectionSettings({ profile: 'work' })).toThrow(`no profile work in ${file}.`);
  writeFileSync(file, '[work]\nhost = "a"');
  expect(() => connectionSettings({ profile: 'wrok' })).toThrow('Did you mean work?');
  expect(() => connectionSettings({ profile: 'elsewhere' })).toThrow('It has work.');
  vi.stubEnv('CORKBOARD_PORT', 'http');
  expect(() => connectionSettings({})).toThrow('CORKBOARD_PORT is wrong. It takes a whole number');
});

import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashProblem, mostAtOnce, Passwords } from '../../src/board/passwords.ts';
import { limits } from '../../src/protocol/limits.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import { errorCodeOf } from '../helpers/storage.ts';

const bytes = (length: number) => `[A-Za-z0-9+/]{${Math.ceil((length * 8) / 6)}}`;

test('a password is stored as a PHC string with the cost that OWASP recommends', async () => {
  const passwords = new Passwords();
  const hash = await passwords.hash('correct horse');
  expect(hash).toMatch(new RegExp(`^\\$scrypt\\$ln=17,r=8,p=1\\$${bytes(16)}\\$${bytes(32)}$`));
  const [, , , salt = '', key = ''] = hash.split('$');
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };
  const derived = scryptSync('correct horse', Buffer.from(salt, 'base64'), 32, cost);
  expect(Buffer.from(key, 'base64').equals(derived)).toBe(true);
  expect(await passwords.matches('correct horse', hash)).toBe(true);
});

test('only the right password matches a hash', async () => {
  const passwords = quickPasswords();
  const hash = await passwords.hash('correct horse');
  expect(await passwords.matches('correct horse', hash)).toBe(true);
  for (const wrong of ['correct hors', 'Correct horse', 'correct horse ', '']) {
    expect(await passwords.matches(wrong, hash), wrong).toBe(false);
  }
});

test('the same password gets a different hash each time', async () => {
  const passwords = quickPasswords();
  expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
});

test('a password matches however its characters are composed', async () => {
  const passwords = quickPasswords();
  const hash = await passwords.hash('caf\u00e9 au lait');
  expect(await passwords.matches('cafe\u0301 au lait', hash)).toBe(true);
});

test('a password that was hashed at another cost still matches', async () => {
  const hash = await new Passwords({ ln: 5, r: 4, p: 2 }).hash('correct horse');
  expect(hash).toContain('$ln=5,r=4,p=2$');
  expect(await quickPasswords().matches('correct horse', hash)).toBe(true);
  expect(await quickPasswords().matches('wrong horse', hash)).toBe(false);
});

test('a hash that cannot be read is reported, and matches no password', async () => {
  const fit = quickPasswords().matches('correct horse', '$argon2id$v=19$m=1$x$y');
  await expect(fit).rejects.toThrow('a stored password hash cannot be read');
});

test('without a hash no password matches', async () => {
  expect(await quickPasswords().matches('', null)).toBe(false);
});

test('an unknown name waits in the same queue as a known name', async () => {
  const passwords = quickPasswords();
  const hash = await passwords.hash('correct horse');
  const done: string[] = [];
  const check = async (what: string, stored: string | null) => {
    await passwords.matches('correct horse', stored);
    done.push(what);
  };
  const inLine = Array.from({ length: 10 }, (_, n) => check(`known ${n}`, hash));
  await Promise.all([...inLine, check('unknown', null)]);
  // With two at once the last ones may change places, and no more than that.
  expect(done.slice(-2)).toContain('unknown');
});

test('the password queue has a limit, refuses more with a time to try again, and serves all that wait', async () => {
  const passwords = quickPasswords();
  const hash = await passwords.hash('correct horse');
  const tries = Array.from({ length: limits.waitingPasswords + 10 }, () =>
    passwords.matches('correct horse', hash),
  );
  const outcomes = await Promise.allSettled(tries);
  const served = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(served).toBe(mostAtOnce + limits.waitingPasswords);
  expect(outcomes.slice(0, served).every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await errorCodeOf(tries.at(-1) ?? Promise.resolve())).toBe('RATE_LIMITED');
  // The line is free again.
  expect(await passwords.matches('correct horse', hash)).toBe(true);
});

test.each([
  ['$scrypt$ln=17,r=8,p=1$c2FsdA$a2V5', undefined],
  ['$scrypt$ln=62,r=8,p=1$c2FsdA$a2V5', 'cost too much'],
  ['$scrypt$ln=17,r=999999,p=1$c2FsdA$a2V5', 'cost too much'],
  ['$scrypt$ln=17,r=8,p=100000$c2FsdA$a2V5', 'cost too much'],
  [`$scrypt$ln=${'9'.repeat(400)},r=8,p=1$c2FsdA$a2V5`, 'too large for r=8'],
  ['$scrypt$ln=0,r=8,p=1$c2FsdA$a2V5', 'at least 1'],
  ['$scrypt$ln=16,r=1,p=1$c2FsdA$a2V5', 'too large for r=1'],
  ['$scrypt$ln=15,r=1,p=1$c2FsdA$a2V5', undefined],
  ['$scrypt$ln=17,r=8,p=1$*$a2V5', 'base64'],
  [`$scrypt$ln=17,r=8,p=1$c2FsdA$${'a'.repeat(200)}`, 'longer than'],
  ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$a2V5', 'not of the form'],
])('a stored hash %s has a problem: %s', (hash, problem) => {
  if (problem === undefined) expect(hashProblem(hash)).toBeUndefined();
  else expect(hashProblem(hash)).toContain(problem);
});

test('a hash with a key of another length can be checked', async () => {
  const key = scryptSync('correct horse', 'salt', 20, { N: 2, r: 1, p: 1 }).toString('base64');
  const hash = `$scrypt$ln=1,r=1,p=1$${Buffer.from('salt').toString('base64')}$${key}`;
  expect(hashProblem(hash)).toBeUndefined();
  expect(await new Passwords().matches('correct horse', hash)).toBe(true);
  expect(await new Passwords().matches('battery staple', hash)).toBe(false);
});

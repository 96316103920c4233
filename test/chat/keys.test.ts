import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Pty } from '../helpers/pty.ts';
import { tempFolder } from '../helpers/temp.ts';
import { aliceAndBob, aliceInChat, keys, promptOf } from './support.ts';

const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`;
const marksOff = '\x1b[?2004l';

test('Tab completes commands, groups, numbers, people and help, and the line stays', async () => {
  const { alice, post } = await aliceAndBob();
  for (const subject of ['lunch', 'tea']) await post(subject);
  const completes = async (typed: string, becomes: RegExp) => {
    alice.type(`${typed}\t`);
    await alice.shows(becomes);
    alice.type(keys.ctrlC);
    await alice.shows(/>$/);
  };
  await completes('%groupj', /> %groupjoin$/);
  await completes('%gr', /> %group$/);
  await completes('%group', /%groups +%groupjoin.*\n(%.*\n)*.*> %group$/);
  await completes('%groupjoin RAN', /> %groupjoin random$/);
  await completes('%groupjoin ', /general +news +help +random\n.*> %groupjoin$/);
  await completes('%groupleave ', /> %groupleave main$/);
  await completes('%message ', /1 +bob: lunch\n2 +bob: tea\n.*> %message$/);
  await completes('%list 5 b', /> %list 5 before$/);
  await completes('%help who', /> %help whoami$/);
  await completes('%search lunch fr', /lunch from:$/);
  await completes('%search from:bo', /from:bob$/);
  await completes('%search in:ma', /in:main$/);
  await completes('%search is:u', /is:unread$/);
  await completes('%post "for you" hello bo', /hello bob$/);
  alice.type('%post hello \t\tthere\r');
  await alice.shows(/> %post hello there\n.*Message 3 posted/);
});

test('commands are in the history of the next run, without passwords and contents', async () => {
  const state = tempFolder();
  const env = { XDG_STATE_HOME: state };
  const file = join(state, 'corkboard', 'history');
  mkdirSync(join(state, 'corkboard'), { mode: 0o700 });
  writeFileSync(file, Array.from({ length: 1200 }, (_, n) => `%old ${n}\n`).join(''));
  const { board, alice } = await aliceInChat({ env });
  const other = Pty.chat(['127.0.0.1', board.port, '--user', 'bob'], { env });
  await other.shows(/every command\.\n.*>$/);
  alice.type('%join\r%post hi\rcontent\r.\r%password correct horse\r%pasword staple\r');
  await alice.shows('There is no command %pasword');
  other.type('%whoami\r');
  await other.shows('You are bob');
  alice.type('%exit\r');
  expect(await alice.exited).toBe(0);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  expect(lines.slice(0, 1000)).toEqual(Array.from({ length: 1000 }, (_, n) => `%old ${n + 200}`));
  expect(lines.slice(1000)).toEqual(['%join', '%post hi', '%whoami', '%exit']);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  other.type('%exit\r');
  expect(await other.exited).toBe(0);
  const again = Pty.chat([], { env });
  await again.shows(/>$/);
  again.type(keys.up);
  await again.shows(/> %exit$/);
});

test('one pasted line is typed, and the client asks about several lines', async () => {
  const { alice, bob } = await aliceAndBob();
  alice.type(pasted('%pi\x1b\x07ng\n'));
  await alice.shows(/> %ping$/);
  alice.type(keys.ctrlC);
  alice.type(pasted('%post one 1\r%post two 2'));
  await alice.shows(
    / {2}%post one 1\n {2}%post two 2\nSend these 2 lines, each as a command\? \(y\/n\)$/,
  );
  alice.type('n');
  await alice.shows(/ {2}%post two 2\n.*>$/);
  alice.type(pasted('%post one 1\r%post two 2'));
  await alice.shows(/\(y\/n\)$/);
  alice.type('y');
  await alice.shows(/Message 1 posted.*\n.*> %post two 2$/);
  alice.type('\r');
  await alice.shows('Message 2 posted');

  alice.type(`%post three ${pasted('a\n%exit\n.\nb')}`);
  await alice.shows(/Post these 4 lines as the content \(y\)/);
  alice.type('y');
  await alice.shows('Message 3 posted');
  const content = async (number: number) =>
    (await bob.call('message.get', { group: 'main', number })).content;
  expect(await content(3)).toBe('a\n%exit\n.\nb');

  alice.type('%post four\r');
  await alice.shows(/…$/);
  alice.type(`${pasted('a\n.\nb\n')}.\r`);
  await alice.shows('Message 4 posted');
  expect(await content(4)).toBe('a\n.\nb');
});

test.each([
  ['%exit', (alice: Pty) => alice.type('%exit\r')],
  ['Ctrl-C', (alice: Pty) => alice.type(keys.ctrlC)],
  ['Ctrl-D', (alice: Pty) => alice.type(keys.ctrlD)],
  ['SIGTERM', (alice: Pty) => alice.signal('SIGTERM')],
])('pastes are no longer marked after %s', async (_, leave) => {
  const alice = Pty.chat([]);
  await alice.shows(/offline>$/);
  leave(alice);
  await alice.exited;
  expect(alice.raw.lastIndexOf(marksOff)).toBeGreaterThan(alice.raw.lastIndexOf('\x1b[?2004h'));
});

test('the line being typed is drawn again for a narrower and a wider terminal', async () => {
  const { board, alice, post } = await aliceAndBob({ cols: 100 });
  const line = `${promptOf(board)}%post ${'0123456789'.repeat(8)}`;
  alice.type(line.slice(promptOf(board).length));
  await alice.until(() => alice.screen.endsWith(line));
  for (const [index, cols] of [60, 120, 70].entries()) {
    alice.resize(cols, 24);
    await post(`n${index}`);
    await alice.until(() => alice.screen.includes(`n${index})`) && alice.screen.endsWith(line));
    expect(alice.screen.split('%post 0123').length, alice.screen).toBe(2);
    expect(alice.screen.match(/n\d\)/g)).toHaveLength(index + 1);
  }
});

test('the line being typed stays whole during 500 notices a second, and no key is lost', async () => {
  const { alice, post } = await aliceAndBob({ cols: 120 });
  const letters = 'the quick brown fox jumps over the lazy dog';
  for (let second = 0; second < 10; second++) {
    alice.type(letters.slice(second * 5, second * 5 + 5) || ' ');
    await Promise.all(Array.from({ length: 50 }, (_, n) => post(`n${second * 50 + n}`)));
  }
  await alice.until(() => alice.screen.includes('n499)'));
  await alice.shows(/> the quick brown fox jumps over the lazy dog *$/);
  const numbers = [...alice.screen.matchAll(/Subject: n(\d+)\)/g)].map(([, n]) => Number(n));
  expect(numbers).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { Pty } from '../helpers/pty.ts';
import { aliceAndBob, aliceInChat, keys } from './support.ts';

const ctrlR = '\x12';

test('%leave asks first if there is a history to lose, and only then', async () => {
  const { alice, post } = await aliceAndBob();
  await post('one');
  alice.type('%leave\r');
  await alice.shows('[SUCCESS] You left main.');
  alice.type('%join\r');
  await alice.shows(/#1 .*bob: one\n-+\n.*>$/);
  for (const subject of ['two', 'three', 'four']) await post(subject);
  alice.type('%leave\r');
  await alice.shows(/Leave main\? You would not see 2 messages again\. \(y\/N\)$/);
  alice.type('\r');
  await alice.shows(/\[INFO\] You are still a member\.\n.*>$/);
  alice.type('%groupleave main\r');
  await alice.shows(/\(y\/N\)$/);
  alice.type(keys.ctrlC);
  await alice.until(() => alice.screen.split('You are still a member.').length === 3);
  alice.type('%whoami\r');
  await alice.shows('a member of main');
  alice.type('%leave\r');
  await alice.shows(/\(y\/N\)$/);
  alice.type('y\r');
  await alice.until(() => alice.screen.split('You left main.').length === 3);
});

test('Ctrl-R finds earlier lines as readline does', async () => {
  const { alice } = await aliceInChat();
  for (const line of ['%help ping', '%whoami', '%help list']) {
    alice.type(`${line}\r`);
    await alice.until(
      () =>
        alice.screen.includes(`> ${line}
`) && alice.screen.endsWith('>'),
    );
  }
  alice.type(`draft${ctrlR}hel`);
  await alice.shows(/\(reverse-i-search\)'hel': %help list$/);
  alice.type(ctrlR);
  await alice.shows(/\(reverse-i-search\)'hel': %help ping$/);
  alice.type(ctrlR);
  await alice.shows(/\(failed reverse-i-search\)'hel': %help ping$/);
  alice.type('\x07');
  await alice.shows(/> draft$/);
  alice.type(`${keys.ctrlC}${ctrlR}who\r`);
  await alice.until(() => alice.screen.split('You are alice').length === 3);
  alice.type(`${ctrlR}ping`);
  await alice.shows(/'ping': %help ping$/);
  alice.type(`${keys.home}x`);
  await alice.shows(/> x%help ping$/);
});

test('sequences of terminals leave nothing in the line, and Shift+Enter enters it', async () => {
  const { alice } = await aliceInChat();
  alice.type('\x1b[I%p\x1b[<0;3;4Mi\x1b]11;rgb:0/0/0\x07n\x1b[O\x1b[57441;1ug\x1b[27;2;13~');
  await alice.shows(/> %ping\n\[INFO\] pong\n/);
  alice.type('%pi\x1b[2');
  alice.type('7;5;99~%pin\x1b[103;1u\x1b[13;2u');
  await alice.until(() => alice.screen.split('pong').length === 3);
});

test('typed bytes that are not UTF-8 are dropped, and the client says so', async () => {
  const { alice } = await aliceInChat();
  alice.write(Buffer.from([0x25, 0x70, 0xe9, 0x69, 0x6e, 0x67]));
  await alice.shows(/\[INFO\] What was typed is not UTF-8, and was left out\.[\s\S]*> %ping$/);
});

test('Tab completes @names, #numbers and names in the text of a message', async () => {
  const { alice, post } = await aliceAndBob();
  await post('lunch');
  const completes = async (typed: string, becomes: RegExp) => {
    alice.type(`${typed}\t`);
    await alice.shows(becomes);
    alice.type(keys.ctrlC);
    await alice.shows(/>$/);
  };
  await completes('%post hello @bo', /hello @bob$/);
  await completes('%post hello see #', /see #1$/);
  await completes('%message #', /%message #1$/);
});

test('a long list pauses after each page, and q ends it', async () => {
  const { alice, post } = await aliceAndBob({ rows: 10, cols: 60 });
  for (let n = 1; n <= 30; n++) await post(`s${n}`);
  await alice.shows('Subject: s30)');
  alice.type('%list\r');
  await alice.shows(/bob: s8\n--More-- \(Space: a page, Enter: a line, q: enough\)$/);
  await post('meanwhile');
  await alice.shows(/meanwhile\)\n--More-- .*$/);
  alice.type('\r');
  await alice.shows(/bob: s9\n--More-- .*$/);
  alice.type(' ');
  await alice.shows(/bob: s18\n--More-- .*$/);
  alice.type('q');
  await alice.shows(/bob: s18\n.*>$/);
  expect(alice.screen).not.toContain('bob: s19');
  alice.type('%ping\r');
  await alice.shows('pong');
  // Who types ahead, as a script at a terminal does, is not stopped.
  alice.type('%list\r%ping\r');
  await alice.shows(/bob: s30[\s\S]*pong/);
});

test('a list on a narrow terminal has no labels', async () => {
  const { alice, post } = await aliceAndBob();
  alice.resize(40, 24);
  await post('Lunch on Friday');
  alice.type('%list\r');
  await alice.shows(/\n#1 {2}today \d\d:\d\d {2}bob: Lunch on Friday\n/);
});

test('%help is readable at 40 columns', async () => {
  const board = await TestBoard.start();
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice'], { cols: 40, rows: 60 });
  await alice.shows(/command\.\n.*>$/);
  alice.type('%help\r');
  await alice.shows(/\n\[INFO\] %help <command> tells more[\s\S]*>$/);
  const rows = alice.rows.slice(alice.rows.findIndex((row) => row.startsWith('Groups, by')));
  expect(rows).toContain('  %groupmessage <group> <number>');
  expect(rows).toContain('      read one message');
  expect(alice.screen.split('\n').every((line) => line.length <= 40)).toBe(true);
});

test.each([
  (port: number) => [`127.0.0.1:${port}`],
  (port: number) => ['--host', `127.0.0.1:${port}`],
  (port: number) => ['--host', '127.0.0.1', '--port', String(port)],
])('an address is an address, however it is given: %#', async (args) => {
  const board = await TestBoard.start();
  const chat = Pty.chat([...args(board.port), '--user', 'alice']);
  await chat.shows('[INFO] Welcome alice');
  chat.type(`%connect 127.0.0.1:${board.port}\r`);
  await chat.until(() => chat.screen.split('Welcome alice').length === 3);
});

test('a line with a password is not in the history, whatever sign is before the command', async () => {
  const { alice } = await aliceInChat();
  alice.type('/password correct horse\rpassword correct horse\r%ping\r');
  await alice.shows('pong');
  alice.type('%exit\r');
  await alice.exited;
  const history = readFileSync(join(alice.state, 'corkboard', 'history'), 'utf8');
  expect(history).toBe('%ping\n%exit\n');
});

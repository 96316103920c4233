import { expect, test } from 'vitest';
import { aliceAndBob, aliceInChat, keys, promptOf } from './support.ts';

// `alice@127.0.0.1:54321> `: ports that are given out have five digits.
const promptWidth = 23;

test('a notice appears at once, above the line being typed', async () => {
  const { alice, post } = await aliceAndBob();
  alice.type('%post half a tho');
  await alice.shows('> %post half a tho');
  await post('lunch');
  await alice.shows(/\n\[GROUP:main\] \[NOTIFY\] .*Subject: lunch\)\n.*> %post half a tho$/);
  expect(alice.cursor).toEqual({ up: 0, column: 18 + promptWidth - 2 });
  alice.type('ught\r');
  await alice.shows('> %post half a thought\n[SUCCESS] Message 2 posted in main. Subject: half\n');
  expect(alice.screen.match(/half a tho/g)).toHaveLength(1);
});

test('a notice does not move the cursor in the line being typed', async () => {
  const { alice, post } = await aliceAndBob();
  alice.type(`%post abd${keys.left}`);
  await alice.until(() => alice.cursor.column === 8 + promptWidth);
  await post('lunch');
  await alice.shows(/lunch\)\n.*> %post abd$/);
  expect(alice.cursor).toEqual({ up: 0, column: 8 + promptWidth });
  alice.type('c');
  await alice.shows(/\n.*> %post abcd$/);
});

test('a line longer than the terminal is wide stays whole, with the cursor in any of its rows', async () => {
  const { board, alice, post } = await aliceAndBob({ cols: 38 + promptWidth });
  const typed = `%post long ${'0123456789'.repeat(10)}`;
  const rows = [`${promptOf(board)}${typed.slice(0, 38)}`, typed.slice(38, 99), typed.slice(99)];
  alice.type(typed);
  await alice.shows(/> %post long (0123456789){10}$/);
  await post('first');
  await alice.shows(/Subject: first\)\n.*> %post long (0123456789){10}$/);
  expect(alice.rows.slice(-3)).toEqual(rows);
  expect(alice.cursor).toEqual({ up: 0, column: 12 });

  alice.type(keys.left.repeat(60));
  const cursor = { up: 1, column: 13 };
  await alice.until(() => alice.cursor.up === 1 && alice.cursor.column === 13);
  await post('second');
  await alice.shows(/Subject: second\)\n.*> %post long (0123456789){10}$/);
  expect(alice.rows.slice(-3)).toEqual(rows);
  expect(alice.cursor).toEqual(cursor);
  expect(alice.screen.match(/%post long/g)).toHaveLength(1);
});

test('a line that fills its row to the last column stays whole', async () => {
  const { board, alice, post } = await aliceAndBob({ cols: 38 + promptWidth });
  const typed = `%post ${'x'.repeat(32)}`;
  alice.type(typed);
  await alice.until(() => alice.rows.at(-1) === `${promptOf(board)}${typed}`);
  await post('lunch');
  await alice.shows(/lunch\)\n.*> %post x{32}$/);
  alice.type(' y');
  await alice.shows(/lunch\)\n.*> %post x{32} y$/);
});

test('a line with wide characters stays whole', async () => {
  const { board, alice, post } = await aliceAndBob({ cols: 38 + promptWidth });
  const typed = `%post 昼 ${'食'.repeat(20)}`;
  alice.type(typed);
  const rows = [`${promptOf(board)}${typed.slice(0, 22)}`, typed.slice(22)];
  await alice.until(() => alice.rows.at(-1) === rows[1]);
  await post('lunch');
  await alice.shows(/lunch\)\n.*> %post 昼/);
  expect(alice.rows.slice(-2)).toEqual(rows);
  expect(alice.cursor).toEqual({ up: 0, column: 12 });
});

test('the line being typed outlives hundreds of notices on a small screen', async () => {
  const { alice, post } = await aliceAndBob({ cols: 60, rows: 6 });
  alice.type(`%post ${'z'.repeat(100)}`);
  await alice.shows(/z{100}$/);
  await Promise.all(Array.from({ length: 300 }, (_, index) => post(`n${index + 1}`)));
  await alice.shows(/Subject: n300\)\n.*> %post z{100}$/);
  const shown = alice.screen.matchAll(/Subject: n(\d+)\)/g);
  expect([...shown].map(([, number]) => Number(number))).toEqual(
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

test('pasted text is inserted at the cursor, and the line can still be edited', async () => {
  const { alice, post } = await aliceAndBob({ cols: 38 + promptWidth });
  alice.type(`%post ad${keys.left}`);
  await alice.until(() => alice.cursor.column === 7 + promptWidth);
  alice.type('bc'.repeat(50));
  await alice.shows(/> %post a(bc){50}d$/);
  alice.type(`${keys.home}${keys.right.repeat(6)}`);
  await alice.until(() => alice.cursor.up === 2 && alice.cursor.column === 6 + promptWidth);
  await post('lunch');
  await alice.shows(/lunch\)\n.*> %post a(bc){50}d$/);
  alice.type(`hello ${keys.enter}`);
  await alice.shows('Message 2 posted');
  alice.type('%message 2\r');
  await alice.shows(/Subject: hello\n-{40}\na(bc){50}d\n-/);
});

test('a long paste is inserted whole', async () => {
  const { alice, bob } = await aliceAndBob();
  const content = 'lorem ipsum '.repeat(250).trim();
  alice.type(`%post long ${content}\r`);
  await alice.shows('Message 1 posted');
  const message = await bob.call('message.get', { group: 'main', number: 1 });
  expect(message.content).toBe(content);
});

test('pasted lines run one after the other, and a last line without an end stays in the prompt', async () => {
  const { board, alice } = await aliceInChat();
  alice.type('%join\r%post one 1\r%post two 2\r%po');
  await alice.shows(/> %po$/);
  expect(alice.screen).toContain(
    `\n${promptOf(board)}%post one 1\n[SUCCESS] Message 1 posted in main. Subject: one` +
      `\n${promptOf(board)}%post two 2\n[SUCCESS] Message 2 posted in main. Subject: two\n${promptOf(board)}%po`,
  );
});

test('the arrow keys bring back the commands of this run', async () => {
  const { alice } = await aliceInChat();
  alice.type('%ping\r%whoami\r');
  await alice.shows(/\[INFO\] You are alice.*\n.*>$/);
  alice.type(keys.up);
  await alice.shows(/\n.*> %whoami$/);
  alice.type(keys.up);
  await alice.shows(/\n.*> %ping$/);
  alice.type(keys.down + keys.enter);
  await alice.until(() => alice.screen.match(/You are alice/g)?.length === 2);
});

test('Enter on an empty line shows the next unread message', async () => {
  const { alice } = await aliceInChat();
  alice.type('\r   \r%ping\r');
  await alice.shows(/>\n\[INFO\] Nothing unread\.\n.*>\n\[INFO\] Nothing unread\.\n.*> %ping\n/);
});

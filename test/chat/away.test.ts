import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { tempFolder } from '../helpers/temp.ts';
import { aliceAndBob, keys } from './support.ts';

// What the user types while the client tries to connect again.

/** Alice in `main`, where bob has posted message 1, and a board that has just stopped. */
async function aliceAlone(env: Record<string, string> = {}) {
  const { board, alice, post, bob } = await aliceAndBob({ env });
  await bob.call('group.join', { group: 'news' });
  await post('Lunch', 'Who is in?');
  await alice.shows(/Lunch\)\n.*>$/);
  alice.type('%groupjoin news\r%go main\r');
  await alice.shows(/leaves\.\nmain.*>$/);
  const { port } = board;
  await board.stop();
  await alice.shows(/main.* \(reconnecting\)>$/);
  const back = async () => {
    await board.restart(undefined, { port });
    await alice.shows('Connected again.');
  };
  const waits = async (line: string) => {
    const before = alice.screen.split('once the connection is back').length;
    alice.type(`${line}\r`);
    await alice.until(() => alice.screen.split('once the connection is back').length > before);
  };
  return { board, alice, back, waits };
}

test('lines that wait for the connection run in their order, as one text and in the place of a %go before them', async () => {
  const { board, alice, back, waits } = await aliceAlone();
  for (const line of ['%quote 1', 'I am.', '', '.', '%go news', 'The menu is out.']) {
    await waits(line);
  }
  await back();
  await alice.shows(/Message 2 posted in main\. Subject: Re: Lunch\n/);
  await alice.shows(/Post this in news, and from now on every line without %\? \(y\/N\)$/);
  alice.type('y\r');
  await alice.shows(/Message 1 posted in news\. Subject: The menu is out\.\nnews.*>$/);
  alice.type('%ping\r');
  await alice.shows(/pong\nnews.*>$/);
  const carol = await board.memberProgram('carol');
  const page = await carol.call('message.list', { group: 'main', content: true });
  expect(page.messages).toMatchObject([
    { number: 1 },
    { number: 2, replyTo: 1, content: '> Who is in?\nI am.\n' },
  ]);
});

test('a text that was begun while the board was away is written once it is back, and the prompt returns', async () => {
  const { alice, back, waits } = await aliceAlone();
  await waits('%post Parking');
  await back();
  await alice.shows(/Write your message\. [^…]*\n…$/);
  alice.type('The yard is closed.\r');
  await alice.shows(/closed\.\n…$/);
  alice.type(keys.ctrlC);
  await alice.shows(/Nothing was posted\.\nmain.*>$/);
  alice.type('%ping\r');
  await alice.shows(/pong\nmain.*>$/);
});

test('lines that still wait when the user leaves are kept in a file, without passwords', async () => {
  const state = tempFolder();
  const { alice, waits } = await aliceAlone({ XDG_STATE_HOME: state });
  for (const line of ['%go news', 'a thought', 'pasword correct-horse']) await waits(line);
  alice.type('%exit\r');
  expect(await alice.exited).toBe(0);
  const folder = join(state, 'corkboard', 'drafts');
  const [name = ''] = readdirSync(folder);
  expect(readFileSync(join(folder, name), 'utf8')).toBe('a thought');
});

test('lines that wait for one board are not run on another, and a %connect that fails leaves them waiting', async () => {
  const { alice, waits } = await aliceAlone();
  const other = await TestBoard.start();
  await waits('%list');
  await waits('%join');
  await waits('%post secret for the first board');
  alice.type('%connect 127.0.0.1 1\r');
  await alice.shows(/\[ERROR\] [\s\S]*\nmain.* \(reconnecting\)>$/);
  expect(alice.screen).not.toContain('What you wrote is kept');
  alice.type(`%connect 127.0.0.1 ${other.port}\r`);
  await alice.shows(/What you wrote is kept in [\s\S]*\[INFO\] Welcome alice\n.*\n.*>$/);
  alice.type('%ping\r');
  await alice.shows(/pong\n.*>$/);
  const bob = await other.memberProgram('bob');
  expect((await bob.call('group.members', { group: 'main' })).total).toBe(1);
});

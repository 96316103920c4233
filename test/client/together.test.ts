import { expect, test } from 'vitest';
import { aliceInChat } from './support.ts';

test('two people with nc and one with chat each see at once what the others do', async () => {
  const { board, alice } = await aliceInChat();
  const bob = await board.member('bob');
  const carol = await board.member('carol');
  await bob.expect('User carol joined the group.\n');

  alice.type('%join\r');
  await alice.shows('[INFO] Members of main (3): ');
  await bob.expect('[GROUP:main] [NOTIFY] User alice joined the group.\n');
  await carol.expect('[GROUP:main] [NOTIFY] User alice joined the group.\n');

  alice.type('%post lunch who is');
  await alice.shows(/\n> %post lunch who is$/);
  bob.send('%post hello from bob');
  await carol.expect('New message from bob (ID: 1, ');
  await alice.shows(/New message from bob \(ID: 1, .*Subject: hello\)\n> %post lunch who is$/);
  carol.send('%leave');
  await bob.expect('[GROUP:main] [NOTIFY] User carol left the group.\n');
  await alice.shows(/User carol left the group\.\n> %post lunch who is$/);

  alice.type(' in?\r');
  await alice.shows('[SUCCESS] Message 2 posted in main.');
  await bob.expect('New message from alice (ID: 2, ');
  expect(await bob.ask('%message 2')).toContain('\nwho is in?\n');
});

import { test } from 'vitest';
import { TestBoard } from './helpers/board.ts';
import { Netcat } from './helpers/netcat.ts';
import { Pty } from './helpers/pty.ts';

test('two users with nc and one with chat see each other’s messages at once, even while typing', async () => {
  const board = await TestBoard.start();
  const carol = Pty.chat(['127.0.0.1', board.port, '--user', 'carol']);
  await carol.shows(/every command\.\n.*>$/);
  carol.type('%join\r');
  await carol.shows(/\(no messages\)\n-{40}\n.*>$/);
  carol.type('%post "Half a li');
  await carol.shows(/> %post "Half a li$/);

  const alice = Netcat.connect(board.port);
  const bob = Netcat.connect(board.port);
  for (const [name, person] of [['alice', alice] as const, ['bob', bob] as const]) {
    person.send(name);
    person.send('%join');
    await person.shows('[SUCCESS] You joined main.\n');
    await carol.shows(new RegExp(`User ${name} joined the group\\.\\n.*> %post "Half a li$`));
  }
  await alice.shows('[GROUP:main] [NOTIFY] User bob joined the group.\n');

  alice.send('%post Noodles Who is in?');
  await alice.shows('[SUCCESS] Message 1 posted in main. Subject: Noodles\n');
  await bob.shows('[GROUP:main] [NOTIFY] New message from alice (ID: 1, ');
  await carol.shows(/New message from alice \(ID: 1, .*\)\n.*> %post "Half a li$/);

  carol.type('ne" is whole\r');
  await carol.shows(
    /> %post "Half a line" is whole\n\[SUCCESS\] Message 2 posted in main\. Subject: Half a line\n.*>$/,
  );
  await alice.shows('New message from carol (ID: 2, ');
  await bob.shows('New message from carol (ID: 2, ');

  bob.send('%message 2');
  await bob.shows('Subject: Half a line\n----------------------------------------\nis whole\n');
  bob.send('%leave');
  await alice.shows('[GROUP:main] [NOTIFY] User bob left the group.\n');
  await carol.shows('[GROUP:main] [NOTIFY] User bob left the group.\n');
});

import { describe, expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { Netcat } from '../helpers/netcat.ts';

const how = /\[INFO\] Write your message\. .*dot ends it, %cancel gives it up\.\n/;

async function aliceAndProgram() {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  const program = await board.memberProgram('bob');
  const content = async (number: number) =>
    (await program.call('message.get', { group: 'main', number })).content;
  return { board, alice, content };
}

describe('several lines over nc', () => {
  test.each(['%post "A list"', '%grouppost main “A list”'])(
    '%s reads them up to a line with a dot',
    async (line) => {
      const { alice, content } = await aliceAndProgram();
      alice.send(line);
      await alice.expect(how);
      alice.send('first', '', '  .', '..', '%exit', '.%cancel', '.');
      await alice.expect('[SUCCESS] Message 1 posted in main. Subject: A list\n');
      expect(await content(1)).toBe('first\n\n  .\n.\n%exit\n%cancel');
      expect(await alice.ask('')).toBe('');
    },
  );

  test('can arrive at once, as from a script, and the next lines are run', async () => {
    const { alice, content } = await aliceAndProgram();
    const lines = Array.from({ length: 3000 }, (_, n) => `line ${n}`);
    alice.send('%post long', ...lines, '.', '%post short text');
    await alice.expect('[SUCCESS] Message 1 posted in main. Subject: long\n');
    await alice.expect('[SUCCESS] Message 2 posted in main. Subject: short\n');
    expect(await content(1)).toBe(lines.join('\n'));
    expect(await content(2)).toBe('text');
  });

  test('the lines do not count against the rate of commands', async () => {
    const board = await TestBoard.start({ limits: { commandsPerSecond: 1, commandBurst: 20 } });
    const alice = await board.member('alice');
    alice.send('%post s', ...Array.from({ length: 30 }, (_, n) => `${n}`), '.');
    await alice.expect('[SUCCESS] Message 1 posted in main.');
  });

  test('are discarded by %cancel, and nothing is posted', async () => {
    const { alice } = await aliceAndProgram();
    alice.send('%post s', 'one', '%CANCEL');
    await alice.expect(how);
    expect(await alice.ask('')).toBe('[INFO] Nothing was posted.\n');
    expect(await alice.ask('%list')).toContain('(no messages)');
  });

  test('are not posted if the input ends before the dot, and the server says so', async () => {
    const { alice, board } = await aliceAndProgram();
    alice.send('%post s', 'one', '%exit');
    alice.finish();
    expect(await alice.toEnd()).toContain('[INFO] Nothing was posted.\n');
    const carol = await board.member('carol');
    expect(await carol.ask('%list')).toContain('(no messages)');
  });

  test.each([
    ['longer than a message', 'y'.repeat(limits.content), 'The content is too long'],
    ['longer than a line', 'y'.repeat(limits.textLine + 1), 'This line is longer than'],
  ])('a text %s is not posted, and none of its lines is run', async (_, line, why) => {
    const { alice } = await aliceAndProgram();
    alice.send('%post s', 'one', line, '%exit', '.');
    await alice.expect(how);
    const shown = await alice.ask('%list');
    expect(shown).toContain(`[ERROR] ${why}`);
    expect(shown).toContain('[INFO] Nothing was posted.\n');
    expect(shown).toContain('(no messages)');
  });

  test('bytes that are not UTF-8 spoil the text, and say so', async () => {
    const { alice } = await aliceAndProgram();
    alice.send('%post s');
    await alice.expect(how);
    alice.write(Buffer.from([0x61, 0xe9, 0x0a, 0x2e, 0x0a]));
    await alice.expect('[ERROR] This line is not valid UTF-8.');
    await alice.expect('[INFO] Nothing was posted.\n');
  });

  test('are refused at once for a group without membership', async () => {
    const { alice } = await aliceAndProgram();
    expect(await alice.ask('%grouppost news s')).toContain('[ERROR] You are not a member of news.');
    expect(await alice.ask('%whoami')).toContain('You are alice');
  });

  test('a server that shuts down says that nothing was posted', async () => {
    const { alice, board } = await aliceAndProgram();
    alice.send('%post s', 'half');
    await alice.expect(how);
    await board.stop();
    expect(await alice.toEnd()).toContain('[INFO] Nothing was posted.\n');
  });
});

describe('%next over nc', () => {
  test('reads unread and announced messages, the oldest first, and no own messages', async () => {
    const { alice, board } = await aliceAndProgram();
    const bob = await board.memberProgram('bobby');
    await bob.call('group.join', { group: 'news' });
    expect(await alice.ask('%next')).toContain('[INFO] Nothing unread.\n');
    await alice.ask('%groupjoin news');
    await alice.ask('%post mine x');
    const post = (group: string, subject: string) =>
      bob.call('message.post', { group, subject, content: `about ${subject}` });
    await post('news', 'n1');
    await post('main', 'm1');
    await post('main', 'm2');
    await alice.expect('Subject: m2)\n');
    expect(await alice.ask('%next')).toMatch(
      /Subject: m1\n-+\nabout m1\n-+\n\[INFO\] 2 left: main 1, news 1\.\n$/,
    );
    expect(await alice.ask('%next')).toMatch(/about m2\n-+\n\[INFO\] 1 left: news 1\.\n$/);
    expect(await alice.ask('%next')).toMatch(/about n1\n-+\n\[INFO\] That was the last one\.\n$/);
    expect(await alice.ask('%next')).toBe('[INFO] Nothing unread.\n');
    await post('news', 'n2');
    await alice.expect('Subject: n2)\n');
    expect(await alice.ask('%next')).toContain('about n2\n');
  });

  test('continues in the next session where this one ended', async () => {
    const { alice, board } = await aliceAndProgram();
    const bob = await board.memberProgram('bobby');
    for (const subject of ['a', 'b']) {
      await bob.call('message.post', { group: 'main', subject, content: subject });
    }
    await alice.expect('Subject: b)\n');
    await alice.ask('%next');
    alice.send('%exit');
    await alice.toEnd();
    const again = await board.person('alice');
    await bob.call('message.post', { group: 'main', subject: 'c', content: 'c' });
    await again.expect('Subject: c)\n');
    expect(await again.ask('%next')).toMatch(/Subject: [bc]\n/);
  });
});

test('nc itself posts several lines', async () => {
  const board = await TestBoard.start();
  const nc = Netcat.connect(board.port);
  for (const line of ['alice', '%join', '%post hi', 'one', 'two', '.', '%message last'])
    nc.send(line);
  await nc.shows('Subject: hi\n----------------------------------------\none\ntwo\n');
});

describe('a password that is typed twice over nc', () => {
  test.each(['%password', '%password correct horse'])('is not run after %s', async (line) => {
    const { alice } = await aliceAndProgram();
    alice.send(line);
    if (line === '%password') {
      await alice.expect('New password: ');
      alice.send('correct horse');
    }
    await alice.expect('[SUCCESS] Your name is protected');
    const shown = await alice.ask('correct horse');
    expect(shown).toContain('[INFO] That was the password again: it was not run as a command.\n');
    expect(shown).not.toContain('correct');
    expect(await alice.ask('%whoami')).toContain('You are alice');
  });

  test('is not run after a registration, and is not used as a name after a wrong password', async () => {
    const board = await TestBoard.start({ access: 'registered' });
    const alice = await board.connect();
    await alice.expect('What is your username? ');
    alice.send('alice', 'correct horse', 'correct horse');
    await alice.expect('That was the password again');
    alice.send('%whoami');
    expect(await alice.expect('You are alice')).not.toContain('correct');
    const thief = await board.connect();
    await thief.expect('What is your username? ');
    thief.send('alice', 'wrong-password', 'wrong-password');
    await thief.expect('That was the password again');
    expect(await thief.expect('What is your username? ')).not.toContain('wrong-password');
  });
});

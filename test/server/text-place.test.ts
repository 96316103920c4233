import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runHere } from '../helpers/cli.ts';
import { rule, undated } from './support.ts';

const password = 'correct horse';

/** Alice with `nc` in `main` and `news`, and a program of bob, who is a member of both. */
async function aliceAndBob() {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await bob.call('group.join', { group: 'news' });
  const alice = await board.member('alice');
  await alice.ask('%groupjoin news');
  const post = (group: string, subject: string, content = 'x') =>
    bob.call('message.post', { group, subject, content });
  return { board, bob, alice, post };
}

test('a line without % is posted in the group that %go names, under its first words', async () => {
  const { alice, bob } = await aliceAndBob();
  expect(await alice.ask('%go NEWS')).toBe(
    '[INFO] You are in news. Lines without % are posted; %go .. leaves.\n',
  );
  const line =
    'The release of Monday is put off until the people who test it are back from their holidays';
  expect(await alice.ask(line)).toBe(
    '[SUCCESS] Message 1 posted in news. Subject: The release of Monday is put off until…\n',
  );
  const { content, thread } = await bob.call('message.get', { group: 'news', number: 1 });
  expect({ content, thread }).toEqual({ content: line, thread: 1 });
  await alice.ask('%%percent //x');
  await alice.ask('//slash');
  const { messages } = await bob.call('message.list', { group: 'news', content: true });
  expect(messages.map(({ content }) => content)).toEqual([line, '%percent //x', '/slash']);
});

test('outside of every place, a line without % is no command and posts nothing', async () => {
  const { alice, bob } = await aliceAndBob();
  expect(await alice.ask('hello everybody')).toBe(
    '[ERROR] "hello" is no command: commands start with %. Type %help for the commands.\n',
  );
  await alice.ask('%go news');
  expect(await alice.ask('%go ..')).toBe('[INFO] You are in no place now.\n');
  expect(await alice.ask('hello again')).toContain('[ERROR] "hello" is no command');
  expect(await alice.ask('%go')).toBe(
    '[INFO] You are in no place. %go <group> goes to one; %help go tells more.\n',
  );
  for (const group of ['main', 'news']) {
    expect((await bob.call('message.list', { group })).messages).toEqual([]);
  }
});

test('in a group, the short commands mean it, and the commands with a group mean that group', async () => {
  const { alice, post } = await aliceAndBob();
  await post('main', 'in main');
  await post('news', 'in news', 'about news');
  await alice.ask('%go news');
  expect(undated(await alice.ask('%list'))).toBe(
    `--- Group: news History ---\nID: 1 | Sender: bob | Date: DATE | Subject: in news\n${rule}\n`,
  );
  expect(undated(await alice.ask('%grouplist main'))).toContain('Subject: in main');
  expect(await alice.ask('%message 1')).toContain('about news');
  expect(await alice.ask('%users')).toContain('Members of news (2)');
  expect(await alice.ask('%post second to news')).toContain('Message 2 posted in news.');
  expect(await alice.ask('%reply 1 me too')).toContain('Message 3 posted in news. Subject: Re: in');
  expect(await alice.ask('%threads')).toContain('--- Group: news Threads ---');
  expect(await alice.ask('%grouppost main third to main')).toContain('Message 2 posted in main.');
  expect(await alice.ask('%post')).toMatch(
    /Type: %post <subject> \[content\] \(for another group: /,
  );
  expect(await alice.ask('%catchup')).toContain('Nothing unread.');
  expect(await alice.ask('%unread')).toBe('[INFO] main: 1 unread\n');
});

test('in a thread, a line is a reply in it, and %list shows the thread', async () => {
  const { alice, bob, post } = await aliceAndBob();
  await post('main', 'Parking');
  await post('main', 'Lunch');
  await bob.call('message.post', { group: 'main', content: 'at one', replyTo: 2 });
  // Outside of every place, the group of a thread is main, as for the short commands.
  await alice.receivedSoFar();
  expect(await alice.ask('%go 3')).toBe(
    '[INFO] You are in main/2. Lines without % are replies; %go .. leaves.\n',
  );
  expect(await alice.ask('Count me in.')).toBe(
    '[SUCCESS] Message 4 posted in main. Subject: Re: Lunch\n',
  );
  expect(await alice.ask('%post Dessert And then ice cream')).toContain('Subject: Dessert');
  for (const number of [4, 5]) {
    const message = await bob.call('message.get', { group: 'main', number });
    expect(message).toMatchObject({ thread: 2, replyTo: 2 });
  }
  const list = undated(await alice.ask('%list'));
  expect(list).toContain('--- Group: main Thread: 2 ---');
  expect(list).not.toContain('Parking');
  expect(await alice.ask('%go ..')).toContain('You are in main (3 unread).');
  expect(await alice.ask('%go news')).toContain('You are in news.');
  expect(await alice.ask('%go main 1')).toContain('You are in main/1.');
  expect(await alice.ask('%go 9')).toContain('[ERROR] There is no message 9 for you in main.');
  expect(await alice.ask('%go')).toContain('You are in main/1.');
});

test('a member who cannot see the first message of a thread replies to the first that they can see', async () => {
  const { board, bob, post } = await aliceAndBob();
  await post('main', 'Old');
  for (const content of ['one', 'two', 'three']) {
    await bob.call('message.post', { group: 'main', content, replyTo: 1 });
  }
  const carol = await board.member('carol');
  expect(await carol.ask('%go 1')).toContain('You are in main/1.');
  expect(await carol.ask('what was it about?')).toContain('Message 5 posted in main.');
  expect(await bob.call('message.get', { group: 'main', number: 5 })).toMatchObject({
    thread: 1,
    replyTo: 3,
  });
});

test('in a direct conversation, lines are replies with subjects of their own', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', password);
  await board.protect('dave', password);
  const dave = await board.protectedProgram('dave', password);
  const alice = await board.connect();
  alice.send('alice', password);
  await alice.expect('every command.\n');
  expect(await alice.ask('%go @DAVE')).toContain('You are in @dave. Lines without % are posted;');
  expect(await alice.ask('Are you coming?')).toContain(
    'Message 1 posted in @dave. Subject: Are you coming?',
  );
  await alice.ask('It is on Friday.');
  const { messages } = await dave.call('message.list', { group: '@alice' });
  expect(messages.map(({ subject, replyTo }) => [subject, replyTo])).toEqual([
    ['Are you coming?', undefined],
    ['It is on Friday.', 1],
  ]);
  await runHere(['user', 'rename', 'dave', 'david', '--data', board.data]);
  expect(await alice.ask('%go')).toContain('You are in @david.');
  expect(await alice.ask('Still there?')).toContain('posted in @david.');
});

test('one can go only to groups of which one is a member', async () => {
  const { board, alice } = await aliceAndBob();
  await runHere(['group', 'create', 'secret-plans', '--data', board.data]);
  expect(await alice.ask('%go secret-plans')).toContain(
    '[ERROR] You are not a member of secret-plans.',
  );
  expect(await alice.ask('%go nowhere')).toContain('[ERROR] There is no group nowhere.');
  expect(await alice.ask('%go')).toContain('You are in no place.');
});

test('a place follows the new name of its group', async () => {
  const { board, alice } = await aliceAndBob();
  await alice.ask('%go news');
  await runHere(['group', 'rename', 'news', 'press', '--data', board.data]);
  await alice.expect('The group is now called press.\n');
  expect(await alice.ask('%go')).toContain('You are in press.');
  expect(await alice.ask('still here')).toContain('Message 1 posted in press.');
});

test('a place whose group was left or removed is left with a word, and nothing goes to main in its stead', async () => {
  const { board, alice, bob } = await aliceAndBob();
  await alice.ask('%go news');
  expect(await alice.ask('%leave')).toBe(
    '[SUCCESS] You left news.\n' +
      '[INFO] You are not in news any more. Lines without % are posted nowhere now.\n',
  );
  await alice.ask('%groupjoin news');
  await alice.ask('%go news');
  await runHere(['group', 'delete', 'news', '--yes', '--data', board.data]);
  await alice.expect('removed by the operator.\n');
  expect(await alice.ask('%post hello x')).toContain(
    '[ERROR] There is no group news. Type %groups to see the groups.\n' +
      '[INFO] You are not in news any more. Lines without % are posted nowhere now.\n',
  );
  expect((await bob.call('message.list', { group: 'main' })).messages).toEqual([]);
});

test('/ works like % for every command', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  expect(await alice.ask('/join')).toContain('[SUCCESS] You joined main.');
  expect(await alice.ask('/POST hello x')).toContain('Message 1 posted in main.');
  expect(await alice.ask('/help /go')).toContain('[INFO] %go [group] [number]: ');
  expect(await alice.ask('/part')).toContain('"/part" is no command here: type %leave.');
  expect(await alice.ask('/etc/passwd')).toBe(
    '[ERROR] There is no command /etc/passwd. Type %help for the commands.\n',
  );
  expect(await alice.ask('//')).toContain('[ERROR] There is no command //.');
  await alice.ask('/go main');
  expect(await alice.ask('/etc/passwd is gone')).toBe(
    '[ERROR] There is no command /etc/passwd. To post such a line in main, type //. Type %help for the commands.\n',
  );
  alice.send('/post text', '/cancel', '/etc/hosts', '.');
  await alice.expect('Message 2 posted in main.');
  expect(await alice.ask('%message 2')).toContain('\n/cancel\n/etc/hosts\n');
});

test('/ works before the login, and is no name', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  peer.send('/ping');
  await peer.expect('[INFO] pong\n');
  peer.send('/exit');
  expect(await peer.toEnd()).toContain('[INFO] Goodbye.');
});

test('a thread whose messages are gone is left for its group', async () => {
  const { board, alice, post } = await aliceAndBob();
  await post('news', 'Old');
  await alice.ask('%go news 1');
  await post('news', 'New');
  await runHere(['message', 'delete', 'news', '1', '--yes', '--data', board.data]);
  await alice.expect('Message 1 was removed by the operator.\n');
  expect(await alice.ask('still there?')).toContain(
    '[INFO] The thread has no message any more. You are in news.\n',
  );
  expect(await alice.ask('%go')).toContain('You are in news (1 unread).');
});

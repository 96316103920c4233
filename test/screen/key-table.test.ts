import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

// Two threads of main, Lunch with a reply and then Parking, and one of news. All of it is unread.
async function reading(size: { columns?: number; rows?: number } = {}) {
  const { board, bob, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  await post('main', undefined, 'I am, @alice.', 1);
  await post('main', 'Parking', `Where can I park?\n${'row\n'.repeat(60)}The last row.`);
  await post('news', 'Release', 'See https://board.example/release for it.');
  const screen = await ScreenTester.open(board, { password, ...size });
  await screen.shows('Where can I park?');
  const unread = async (group: string) => {
    const { groups } = await bobsAlice.call('group.list', {});
    return groups.find(({ name }) => name === group)?.unread;
  };
  const bobsAlice = screen.board;
  return { board, bob, post, screen, unread };
}

test('Space pages to the end of a message, and b pages back', async () => {
  const { screen } = await reading();
  await screen.until(() => !screen.text.includes('The last row.'));
  await screen.typed('    ', 'The last row.');
  await screen.typed('bbbb', 'Where can I park?');
});

test('j and k, and the arrows, move the cursor, and the message follows', async () => {
  const { screen } = await reading();
  await screen.typed('j', 'Who is in?');
  await screen.typed('k', 'Where can I park?');
  await screen.typed('\x1b[B', 'Who is in?');
  await screen.typed('\x1b[A', 'Where can I park?');
});

test('J and K move to the next and the previous thread', async () => {
  const { screen, post } = await reading();
  await post('main', 'Third', 'The third thread.');
  await screen.typed('J', 'Who is in?');
  await screen.typed('\r', /▾ Lunch[\s\S]*└ Re: Lunch/);
  await screen.typed('K', 'Where can I park?');
  await screen.typed('J', 'Who is in?');
  await screen.typed('KK', 'The third thread.');
});

test('Enter opens a thread, and q closes it and goes on to the groups, and out after a question', async () => {
  const { screen } = await reading();
  await screen.typed('j\r', '└ Re: Lunch');
  await screen.until(() => screen.text.includes('▾ Lunch'));
  screen.type('q');
  await screen.until(() => !screen.text.includes('└ Re: Lunch'));
  await screen.typed('qq', 'Leave the board? (y/N)');
  screen.type('n');
  await screen.until(() => !screen.text.includes('Leave'));
  screen.type('qy');
  expect(await screen.ended).toBeUndefined();
});

test('right opens, left goes back, and Tab goes to the next pane', async () => {
  const { screen } = await reading();
  await screen.typed('j\x1b[C', '└ Re: Lunch');
  screen.type('\x1b[D');
  await screen.until(() => !screen.text.includes('└ Re: Lunch'));
  // Through the message to the groups, where Down and Enter open news.
  await screen.typed('\t\t\x1b[B\r', 'for it.');
});

test('n and N go to the next and the previous unread thread', async () => {
  const { screen } = await reading();
  await screen.typed('n', 'Who is in?');
  await screen.typed('N', 'Where can I park?');
  await screen.typed('nn', 'Where can I park?');
  // Held down, Space pages to the end of a message, and n goes on from there.
  await screen.typed('    ', 'The last row.');
  await screen.typed('n', 'I am, @alice.');
  await screen.typed('n', 'for it.');
});

test('a goes to the mention, then to direct messages, then to what is unread, and back', async () => {
  const { screen, bob } = await reading();
  await bob.call('message.post', { group: '@alice', subject: 'Hi', content: 'Just for you.' });
  await screen.shows('bob wrote to you. a goes there.');
  await screen.typed('a', 'I am, @alice.');
  await screen.typed('a', 'Just for you.');
  await screen.typed('a', 'Where can I park?');
  await screen.typed('a', 'for it.');
  await screen.typed('a', 'Back where you were.');
  await screen.shows('Where can I park?');
});

test('r replies to the message under the cursor', async () => {
  const { screen } = await reading();
  await screen.typed('r', 'Reply to #3 of bob in main');
  await screen.typed('In the yard.\x13', 'Your reply is message 4 of main.');
  const { content, replyTo } = await screen.board.call('message.get', { group: 'main', number: 4 });
  expect({ content, replyTo }).toEqual({ content: 'In the yard.', replyTo: 3 });
  await screen.shows('└ Re: Parking');
});

test('R replies below the quoted text', async () => {
  const { screen } = await reading();
  await screen.typed('jR', '> Who is in?');
  await screen.typed('Me.\x13', 'Your reply is message 4 of main.');
  const { content } = await screen.board.call('message.get', { group: 'main', number: 4 });
  expect(content).toBe('> Who is in?\nMe.');
});

test('c begins a thread with a subject, and a line with a dot sends it', async () => {
  const { screen } = await reading();
  await screen.typed('c', 'New thread in main');
  await screen.typed('Trip\rOn Sunday?\r.\r', 'Posted as message 4 of main.');
  const { subject, content } = await screen.board.call('message.get', { group: 'main', number: 4 });
  expect({ subject, content }).toEqual({ subject: 'Trip', content: 'On Sunday?' });
});

test('a text that was given up comes back as a draft', async () => {
  const { screen } = await reading();
  await screen.typed('r', 'Reply to #3');
  await screen.typed('Half a thought\x1b', 'The draft is kept');
  await screen.typed('r', 'Half a thought');
});

test('e edits a message of one’s own, and no other', async () => {
  const { screen } = await reading();
  await screen.typed('e', 'Message 3 of main is not yours.');
  await screen.typed('rYes.\x13', 'Your reply is message 4');
  await screen.typed('g#4\r', 'Yes.');
  await screen.typed('e', 'Edit #4 in main');
  await screen.typed(' No.\x13', 'Message 4 of main says that now.');
  await screen.shows('Yes. No.');
  await screen.shows(/#4 alice · today .* · ↩ #3 · edited/);
});

test('d deletes a message of one’s own after a question', async () => {
  const { screen } = await reading();
  await screen.typed('rYes.\x13', 'Your reply is message 4');
  await screen.typed('g#4\r', 'Yes.');
  await screen.typed('d', 'Delete main#4? Nobody can bring it back. (y/N)');
  await screen.typed('n', 'Nothing was deleted.');
  await screen.typed('dy', 'Message 4 is deleted.');
  await screen.until(() => !screen.text.includes('Yes.'));
});

test('u marks a message and the later ones of its thread as unread', async () => {
  const { screen, unread } = await reading();
  await screen.typed('X', '3 messages of main marked as read.');
  await screen.typed('j\r', '└ Re: Lunch');
  await screen.typed('u', '2 messages from here on marked as unread.');
  expect(await unread('main')).toBe(2);
  // What was marked so stays unread although its end is on the screen.
  await screen.typed('K', 'Where can I park?');
  await screen.shows('● ');
  expect(await unread('main')).toBe(2);
});

test('x marks a thread as read, X a group, and z takes both back', async () => {
  const { screen, unread } = await reading();
  await screen.typed('jx', '2 messages of the thread marked as read. z takes it back.');
  expect(await unread('main')).toBe(1);
  await screen.typed('X', '1 message of main marked as read. z takes it back.');
  expect(await unread('main')).toBe(0);
  await screen.typed('z', 'main is as unread as before.');
  expect(await unread('main')).toBe(1);
  await screen.typed('z', 'The thread is as unread as before.');
  expect(await unread('main')).toBe(3);
  await screen.typed('z', 'There is nothing to take back.');
});

test('x and X where nothing is unread say so, and are no step that z takes back', async () => {
  const { screen, unread } = await reading();
  await screen.typed('X', '3 messages of main marked as read.');
  await screen.typed('X', 'Nothing of main is unread.');
  await screen.typed('x', 'Nothing of the thread is unread.');
  await screen.typed('z', 'main is as unread as before.');
  expect(await unread('main')).toBe(3);
});

test('M mutes a thread and takes that back', async () => {
  const { screen, unread } = await reading();
  await screen.typed('jM', 'The thread is muted. M takes it back.');
  await screen.shows('× ▸ Lunch');
  expect(await unread('main')).toBe(1);
  await screen.typed('M', 'The thread is not muted any more.');
  expect(await unread('main')).toBe(3);
});

test('/ searches the group, and // all groups', async () => {
  const { screen } = await reading();
  await screen.typed('/', 'Search main (// everywhere):');
  await screen.typed('in\r', 'search: in');
  await screen.shows('Who is in?');
  await screen.typed('q', 'Where can I park?');
  await screen.typed('//release', 'Search everywhere: /release');
  await screen.typed('\r', /news Release[\s\S]*for it\./);
  await screen.typed('q', 'Where can I park?');
  await screen.typed('/nothing\r', 'Nothing was found. q goes back.');
});

test('l limits the index, and an empty limit ends that', async () => {
  const { screen } = await reading();
  await screen.typed('l', 'Limit main to:');
  await screen.typed('from:bob lunch\r', 'main: from:bob lunch');
  await screen.until(() => !screen.text.includes('Parking'));
  await screen.typed('l\r', 'Parking');
});

test('g goes to a group, a user, a message of another group and one of this group', async () => {
  const { screen } = await reading();
  await screen.typed('g', /news +1 unread/);
  await screen.typed('nw\r', 'for it.');
  await screen.typed('gmain#2\r', 'I am, @alice.');
  await screen.typed('g#1\r', 'Who is in?');
  await screen.typed('g', '@bob');
  await screen.typed('bob\r', 'Write to bob alone? (y/N)');
  await screen.typed('y', 'Message to bob');
  await screen.typed('Hello bob\x13', 'Posted as message 1 of @bob.');
  await screen.shows('✉ bob');
  await screen.typed('grandom\r', 'You are not in random. Join it? (y/N)');
});

test('Home, End and G go to the first and the last row', async () => {
  const { screen } = await reading();
  await screen.typed('G', 'Who is in?');
  await screen.typed('\x1b[H', 'Where can I park?');
  await screen.typed('\x1b[F', 'Who is in?');
});

test('@ lists the mentions', async () => {
  const { screen } = await reading();
  await screen.typed('@', /main Re: Lunch[\s\S]*▸@ mentions/);
  await screen.shows('I am, @alice.');
});

test('i shows who and what, with the history of an edited message', async () => {
  const { screen, bob } = await reading();
  await bob.call('message.edit', { group: 'main', number: 3, content: 'Found it.' });
  await screen.shows('Found it.');
  await screen.typed('i', /Members of main[\s\S]*Message ID: 3 \(Group: main\), as posted/);
  await screen.typed('q', 'Found it.');
});

test('y copies the name, the text or the link of a message to the clipboard', async () => {
  const { screen } = await reading();
  await screen.typed('gnews#1\r', 'for it.');
  await screen.typed('y', 'Copy: n news#1, t the text, l the link?');
  await screen.typed('l', 'Copied');
  const copied = Buffer.from('https://board.example/release').toString('base64');
  expect(screen.raw).toContain(`\x1b]52;c;${copied}\x1b\\`);
});

test(': runs any command of the board, and shows long output in pages', async () => {
  const { screen } = await reading();
  await screen.typed(':ping\r', 'pong');
  await screen.typed(':groups\r', '--- Groups ---');
  await screen.typed('q', 'Where can I park?');
  await screen.typed(':fly\r', 'There is no command :fly.');
  await screen.typed(':leave\r', 'Leave main? You would not see 1 message again. (y/N)');
  await screen.typed('y', 'You left main.');
  await screen.until(() => !/^.main /m.test(screen.text));
});

test('? shows all keys, those of this place first', async () => {
  const { screen } = await reading();
  await screen.typed('?', 'In the list of threads');
  await screen.typed('q', 'Where can I park?');
});

test('a key that does nothing says where the keys are', async () => {
  const { screen } = await reading();
  await screen.typed('Q', 'Q does nothing here. ? shows the keys.');
});

test('a newcomer who is in no group sees those that can be joined, and Enter joins', async () => {
  const { board } = await stage();
  const screen = await ScreenTester.open(board, { user: 'carol', columns: 80, rows: 24 });
  await screen.shows('You are in no group yet. Enter joins the group that the cursor is on.');
  await screen.typed(':\r', 'You are in no group yet.');
  await screen.typed(':groups\r', '--- Groups ---');
  await screen.typed('q', 'You are in no group yet.');
  await screen.typed('x', 'There is no message here.');
  await screen.typed('c', 'There is no group here.');
  await screen.typed('g', 'you are not in it');
  screen.type('\x1b');
  await screen.until(() => !screen.text.includes('Go to'));
  await screen.typed('\r', 'You joined main.');
  await screen.shows('No messages yet. c writes the first one.');
  await screen.typed(':groupjoin news\r', 'You joined news.');
  await screen.typed('q', 'No messages yet.');
  await screen.typed('q', /^.news/m);
});

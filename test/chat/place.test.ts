import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere } from '../helpers/cli.ts';
import { Pty, type PtyOptions } from '../helpers/pty.ts';
import { range } from '../server/support.ts';
import { aliceAndBob, keys, promptOf } from './support.ts';

const password = 'correct horse';
const first = /Post this in news, and from now on every line without %\? \(y\/N\)$/;

/** Alice in `chat`, a member of `main` and `news` who is in `news`; bob posts there. */
async function aliceInNews({ cols, rows = 24, ...options }: PtyOptions = {}) {
  const { board, alice, bob } = await aliceAndBob(options);
  if (cols) alice.resize(cols, rows);
  await bob.call('group.join', { group: 'news' });
  alice.type('%groupjoin news\r');
  await alice.shows('You joined news.');
  alice.type('%go news\r');
  await alice.shows(/leaves\.\nnews>$/);
  const post = (subject: string, content = 'x', group = 'news') =>
    bob.call('message.post', { group, subject, content });
  return { board, alice, bob, post };
}

/** How many messages of `news` are unread to alice, and which were read beyond the mark. */
async function unreadOfAlice(board: TestBoard, alice: Pty) {
  alice.type('%exit\r');
  await alice.exited;
  const phone = await board.connectProgram();
  const { memberships } = await phone.call('session.login', { user: 'alice' });
  return memberships.find(({ group }) => group === 'news')?.unread;
}

test('the first line asks, and further lines are posted without asking', async () => {
  const { alice, bob } = await aliceInNews();
  alice.type('a slip of the hand\r');
  await alice.shows(first);
  alice.type('\r');
  await alice.shows(/\[INFO\] Nothing was posted\.\nnews>$/);
  // The next line of somebody who does not look at the screen is no answer.
  alice.type('a slip again\rand another line\r');
  await alice.shows(
    /\(y\/N\) and another line\n\[INFO\] Please answer y or n\.\nPost this in news, .*$/,
  );
  alice.type('n\r');
  await alice.shows(/\(y\/N\) n\n\[INFO\] Nothing was posted\.\nnews>$/);
  expect((await bob.call('message.list', { group: 'news' })).messages).toEqual([]);
  alice.type('Who is in for lunch?\r');
  await alice.shows(first);
  alice.type('y\r');
  await alice.shows('Message 1 posted in news. Subject: Who is in for lunch?');
  alice.type('We leave at one.\r');
  await alice.shows(/Message 2 posted in news\. Subject: We leave at one\.\nnews>$/);
});

test('after a %go that failed, the next line asks again, because it was meant for another place', async () => {
  const { alice, bob } = await aliceInNews();
  alice.type('hello\r');
  await alice.shows(first);
  alice.type('y\r%go @bob\rfor bob alone\r');
  await alice.shows(
    /\[ERROR\] Your name is not protected\. [\s\S]*\nPost this in news, .*\(y\/N\)$/,
  );
  alice.type('\r');
  await alice.shows(/Nothing was posted\.\nnews>$/);
  const { messages } = await bob.call('message.list', { group: 'news' });
  expect(messages.map(({ number }) => number)).toEqual([1]);
});

test('the prompt has what is unread in the place, as all other counts say, whatever changes it', async () => {
  const { alice, bob, post } = await aliceInNews();
  alice.type('%go ..\r');
  await alice.shows(/in no place now\.\nalice@.*>$/);
  for (const subject of ['one', 'two', 'three']) await post(subject);
  await alice.shows('Subject: three)');
  alice.type('%go news\r');
  await alice.shows(/You are in news \(3 unread\)\. .*\nnews \(3\)>$/);
  alice.type('%next\r');
  await alice.shows(/2 left: news 2\.\nnews \(2\)>$/);
  alice.type('%go 2\r');
  await alice.shows(/\nnews\/2 \(2\)>$/);
  // While nothing is typed: it is deleted, and one is posted elsewhere in the group.
  await bob.call('message.delete', { group: 'news', number: 3 });
  await alice.shows(/Message 3 was deleted by bob\.\nnews\/2 \(1\)>$/);
  await post('four');
  await alice.shows(/Subject: four\)\nnews\/2 \(2\)>$/);
  // What arrives where the user is counts as read.
  await bob.call('message.post', { group: 'news', content: 'and this', replyTo: 2 });
  await alice.shows(/ {2}and this\nnews\/2 \(2\)>$/);
  alice.type('%mute @bob\r');
  await alice.shows(/\nnews\/2>$/);
  alice.type('%unmute @bob\r');
  await alice.shows(/\nnews\/2 \(2\)>$/);
  alice.type('%catchup\r');
  await alice.shows(/Type %undo to take it back\.\nnews\/2>$/);
  alice.type('%undo\r');
  await alice.shows(/Unread again: news \(2\)\.\nnews\/2 \(2\)>$/);
});

test('the prompt follows what the user reads in another session', async () => {
  const { board, alice, bob } = await aliceInNews();
  alice.type(`%password\r`);
  await alice.shows(/password.*$/);
  alice.type(`${password}\r`);
  await alice.shows(/again.*$/);
  alice.type(`${password}\r`);
  await alice.shows(/\nnews>$/);
  alice.type('%go ..\r');
  await alice.shows(/in no place now\.\nalice@.*>$/);
  await bob.call('message.post', { group: 'news', subject: 's', content: 'c' });
  alice.type('%go news\r');
  await alice.shows(/\nnews \(1\)>$/);
  const phone = await board.protectedProgram('alice', password);
  await phone.call('message.markRead', { group: 'news', number: 1 });
  await alice.shows(/\nnews>$/);
});

test('a line that looks like a password is asked about each time', async () => {
  const { alice, bob } = await aliceInNews();
  alice.type('hello\r');
  await alice.shows(first);
  alice.type('y\r');
  await alice.shows('Message 1 posted');
  alice.type('pasword correct-horse\r');
  await alice.shows('That looks like a password. Post it in news? (y/N)');
  alice.type('n\r');
  await alice.shows(/Nothing was posted\.\nnews>$/);
  const { messages } = await bob.call('message.list', { group: 'news' });
  expect(messages.map(({ number }) => number)).toEqual([1]);
});

test('a message that arrives in the place is shown with its content, and is read then', async () => {
  const { board, alice, bob, post } = await aliceInNews();
  await post('Release', 'Out since this morning.\n\n  npm install');
  await alice.shows(
    /#1 {2}today .* bob: Release\n {2}Out since this morning\.\n\n {4}npm install\nnews>$/,
  );
  await post('Lunch at one', 'Lunch at one');
  await alice.shows(/#2 {2}today .* bob: Lunch at one\nnews>$/);
  await post('elsewhere', 'not shown', 'main');
  await alice.shows(/\[GROUP:main\] \[NOTIFY\] New message from bob .*elsewhere\)\nnews>$/);
  expect(alice.screen).not.toContain('not shown');
  await bob.call('message.post', { group: 'news', content: 'me too', replyTo: 2 });
  await alice.shows(/bob: Re: Lunch at one {2}Reply to: 2\n {2}me too\nnews>$/);
  alice.type('%unread\r');
  await alice.shows(/\[INFO\] main: 1 unread\nnews>$/);
  expect(await unreadOfAlice(board, alice)).toBe(0);
});

test('a message that mentions the user is marked where the user is, too', async () => {
  const { alice, post } = await aliceInNews();
  await post('Cake', 'Can you bring a cake, @alice?');
  await alice.shows(/bob: Cake \(mentions you\)\n {2}Can you bring a cake, @alice\?\nnews>$/);
});

test('after a restart of the board, the user is not told that they are online', async () => {
  const { board, alice } = await aliceInNews();
  await board.restart(undefined, { port: board.port });
  await alice.shows('Connected again.');
  await board.program('bob');
  await alice.shows(/\[GROUP:main\] \[NOTIFY\] Online: bob\.\n/);
  expect(alice.screen).not.toMatch(/Online: .*alice/);
});

test('a long message that arrives in the place is cut, and is read once it is opened', async () => {
  const { board, alice, post } = await aliceInNews({ rows: 60, cols: 80 });
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
  await post('Minutes', lines.join('\n'));
  await alice.shows(/line 12\n\[INFO\] 18 more lines: %message 1 shows all\.\nnews>$/);
  expect(alice.screen).not.toContain('line 13');
  // One line of 2,000 columns has no room either.
  await post('One line', 'word '.repeat(400));
  await alice.shows(/word…\n\[INFO\] 1 more line: %message 2 shows all\.\nnews \(\d\)>$/);
  alice.type('%unread\r');
  await alice.shows(/\[INFO\] news: 2 unread\nnews \(2\)>$/);
  alice.type('%message 1\r');
  await alice.shows(/line 30\n-+\nnews \(1\)>$/);
  expect(await unreadOfAlice(board, alice)).toBe(1);
});

test('in a thread, its messages are shown, and others of the group are announced', async () => {
  const { alice, bob, post } = await aliceInNews();
  await post('Parking', 'The yard is closed.');
  await post('Lunch', 'Who is in?');
  await alice.shows(/Who is in\?\nnews>$/);
  alice.type('/go #1\r');
  await alice.shows(/You are in news\/1\. .*\nnews\/1>$/);
  await bob.call('message.post', { group: 'news', content: 'until noon', replyTo: 1 });
  await alice.shows(/until noon\nnews\/1>$/);
  await bob.call('message.post', { group: 'news', content: 'I am', replyTo: 2 });
  await alice.shows(/\[NOTIFY\] New message from bob \(ID: 4, .*\nnews\/1>$/);
  alice.type('Thank you.\r');
  await alice.shows('Post this in news/1, and from now on every line without %? (y/N)');
  alice.type('y\r');
  await alice.shows('Message 5 posted in news. Subject: Re: Parking');
  alice.type('%go ..\r');
  await alice.shows(/\nnews \(1\)>$/);
  alice.type('%go ..\r');
  await alice.shows(/You are in no place now\.\nalice@.*>$/);
});

test('%threads has a line for each thread, with its last time, its replies and what is unread', async () => {
  const { alice, bob, post } = await aliceInNews({ cols: 80 });
  await post('Parking', 'The yard is closed.');
  await post('Lunch', 'Who is in?');
  await alice.shows(/Who is in\?\nnews>$/);
  alice.type('%go ..\r');
  await alice.shows(/no place now\.\n.*>$/);
  for (const content of ['until noon', 'and at night']) {
    await bob.call('message.post', { group: 'news', content, replyTo: 1 });
  }
  await alice.shows(/ID: 4, [\s\S]*>$/);
  alice.type('%groupthreads news\r');
  await alice.shows(
    /Threads ---\n#1 {2}today \d\d:\d\d {2}bob: Parking {2}2 replies, 2 unread\n#2 {2}today \d\d:\d\d {2}bob: Lunch {2}0 replies\n-+\n/,
  );
});

test('what is written meanwhile stays whole when messages arrive in the place', async () => {
  const { alice, post } = await aliceInNews();
  alice.type('half a tho');
  await alice.shows(/news> half a tho$/);
  await post('Release', 'Out now.');
  await alice.shows(/Out now\.\nnews> half a tho$/);
  alice.type('ught\r');
  await alice.shows(first);
});

test('many notices at once elsewhere are gathered into one line, and nothing is lost', async () => {
  const { alice, post } = await aliceInNews();
  const count = 30;
  // All at once: posted one by one, on a busy machine there may be few in a second.
  await Promise.all(range(1, count).map((at) => post(`about ${at}`, 'x', 'main')));
  // The place's own messages are not gathered.
  await Promise.all(range(1, 8).map((at) => post(`here ${at}`, `content ${at}`)));
  await alice.shows(/content 8\n/);
  const announced = () =>
    (alice.screen.match(/\[GROUP:main\] \[NOTIFY\] New message from bob/g) ?? []).length;
  const gathered = () =>
    [...alice.screen.matchAll(/\[GROUP:main\] \[NOTIFY\] (\d+) new messages? \((.*)\)/g)].map(
      ([, number]) => Number(number),
    );
  await alice.until(
    () => announced() + gathered().reduce((sum, number) => sum + number, 0) === count,
  );
  expect(gathered().length).toBeGreaterThan(0);
  for (let at = 1; at <= 8; at++) expect(alice.screen).toContain(`  content ${at}\n`);
  alice.type('%unread\r');
  await alice.shows(/\[INFO\] main: 30 unread\nnews>$/);
});

test('outside of every place, notices are not gathered', async () => {
  const { alice, post } = await aliceAndBob();
  for (let at = 1; at <= 12; at++) await post(`about ${at}`);
  await alice.until(() => alice.screen.match(/New message from bob/g)?.length === 12);
});

test('a notice that mentions the user is not gathered', async () => {
  const { alice, post } = await aliceInNews();
  for (let at = 1; at <= 6; at++) await post(`about ${at}`, 'x', 'main');
  await post('for you', '@alice, please look', 'main');
  await alice.shows(/New message from bob \(ID: 7, .*for you\) \(mentions you\)/);
  await post('and here', '@alice, look');
  await alice.shows(/@alice, look\nnews>$/);
  expect(alice.raw.split('\x07')).toHaveLength(3);
});

test('the user’s own messages are not shown twice', async () => {
  const { alice, post } = await aliceInNews();
  alice.type('mine\r');
  await alice.shows(first);
  alice.type('y\r');
  await alice.shows('Message 1 posted in news.');
  await post('after it', 'next');
  await alice.shows(/next\nnews>$/);
  expect(alice.screen.match(/#1 /g)).toBeNull();
});

test('the prompt follows the new name of the group, and the place ends with the group', async () => {
  const { board, alice } = await aliceInNews();
  await runHere(['group', 'rename', 'news', 'press', '--data', board.data]);
  await alice.shows(/The group is now called press\.\npress>$/);
  await runHere(['group', 'delete', 'press', '--yes', '--data', board.data]);
  await alice.shows(
    /removed by the operator\.\n\[INFO\] You are not in press any more\. Lines without % are posted nowhere now\.\nalice@.*>$/,
  );
  alice.type('lost words\r');
  await alice.shows('[ERROR] "lost" is no command: commands start with %.');
});

test('the place holds after a lost connection, and what was missed there is shown', async () => {
  const { board, alice } = await aliceInNews();
  const { port } = board;
  await board.restart(() => {}, { port });
  await alice.shows(/Connected again\.\nnews>$/);
  const carol = await board.memberProgram('carol', 'news');
  await carol.call('message.post', { group: 'news', subject: 'Back', content: 'Back again.' });
  await alice.shows(/carol: Back\n {2}Back again\.\nnews>$/);
});

test('Tab completes groups after %go, commands after /, and names in a line', async () => {
  const { alice } = await aliceInNews();
  alice.type('/go mai\t');
  await alice.shows(/news> \/go main$/);
  alice.type('\x15/lea\t');
  await alice.shows(/news> \/leave$/);
  alice.type('\x15Good morning bo\t');
  await alice.shows(/news> Good morning bob$/);
});

test('several pasted lines can become one message of the place', async () => {
  const { alice, bob } = await aliceInNews();
  alice.type('\x1b[200~Minutes of Monday\nAll were there.\x1b[201~');
  await alice.shows('Post these 2 lines as the content (y)');
  alice.type('y');
  await alice.shows(first);
  alice.type('y\r');
  await alice.shows('Message 1 posted in news. Subject: Minutes of Monday');
  const { content } = await bob.call('message.get', { group: 'news', number: 1 });
  expect(content).toBe('Minutes of Monday\nAll were there.');
});

test('a narrow terminal without colours shows what arrives in its width', async () => {
  const { alice, post } = await aliceInNews({ cols: 40, rows: 60, env: { NO_COLOR: '1' } });
  await post('Release', 'These words are too many for one row of forty columns.');
  await alice.shows(/\n {2}These words are too many for one row\n {2}of forty columns\.\nnews>$/);
});

test('a dumb terminal has the place in its prompt too', async () => {
  const { alice, post } = await aliceInNews({ env: { TERM: 'dumb' } });
  await post('Release', 'Out now.');
  await alice.shows(/bob: Release\n {2}Out now\.\nnews>$/);
  expect(alice.raw).not.toContain('\x1b');
});

test('in a script, lines are posted without a question in the place that the script went to', async () => {
  const board = await TestBoard.start();
  const { code, stdout, stderr } = await runCli(
    ['chat', '127.0.0.1', String(board.port), '--user', 'alice'],
    { input: 'too early\n%join\n/go main\nThe build has passed.\n%list\n%go ..\ntoo late\n' },
  );
  expect(stdout).toContain('[SUCCESS] Message 1 posted in main. Subject: The build has passed.\n');
  expect(stdout).toMatch(/ID: 1 \| Sender: alice .* \| Subject: The build has passed\.\n/);
  expect(stderr).toContain('line 1: too early: "too" is no command');
  expect(stderr).toContain('line 7: too late: "too" is no command');
  expect(code).toBe(1);
});

test('%go with a new session begins outside of every place', async () => {
  const { board, alice } = await aliceInNews();
  alice.type(keys.ctrlC);
  await alice.exited;
  const again = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await again.shows(/every command\.\n.*>$/);
  expect(again.rows.at(-1)).toBe(promptOf(board).trimEnd());
});

/** Alice, whose name is protected, in `chat` and with a phone; both are members of `news`. */
async function aliceWithPhone() {
  const board = await TestBoard.start();
  for (const name of ['alice', 'dave']) await board.protect(name, password);
  const phone = await board.protectedProgram('alice', password);
  await phone.call('group.join', { group: 'news' });
  const alice = Pty.chat(['127.0.0.1', board.port, '--user', 'alice']);
  await alice.shows('Password:');
  alice.type(`${password}\r`);
  await alice.shows(/every command\.\n.*>$/);
  return { board, alice, phone };
}

test('a group that was left on another device is left as a place too', async () => {
  const { alice, phone } = await aliceWithPhone();
  alice.type('%go news\r');
  await alice.shows(/\nnews>$/);
  await phone.call('group.leave', { group: 'news' });
  await alice.shows(/You are not in news any more\. .*\nalice@.*>$/);
});

test('what the user posts on another device in the place is announced, and what is read is read there', async () => {
  const { board, alice, phone } = await aliceWithPhone();
  const bob = await board.memberProgram('bob', 'news');
  alice.type('%go news\r');
  await alice.shows(/\nnews>$/);
  await phone.call('message.post', { group: 'news', subject: 'From the train', content: 'x' });
  await alice.shows(/New message from alice \(ID: 1, .*From the train\)\nnews>$/);
  await bob.call('message.post', { group: 'news', subject: 'Hello', content: 'Good trip.' });
  await alice.shows(/Good trip\.\nnews>$/);
  for (;;) {
    const { method, params } = await phone.notice();
    if (method !== 'marks.changed') continue;
    expect(params).toMatchObject({ group: 'news', lastRead: 2 });
    break;
  }
});

test('in a direct conversation, what the other writes is shown, and a new name is in the prompt', async () => {
  const { board, alice } = await aliceWithPhone();
  const dave = await board.protectedProgram('dave', password);
  alice.type('%go @dave\r');
  await alice.shows(/\n@dave>$/);
  alice.type('Are you coming?\r');
  await alice.shows('Post this in @dave, and from now on every line without %? (y/N)');
  alice.type('y\r');
  await alice.shows('Message 1 posted in @dave. Subject: Are you coming?');
  await dave.call('message.post', { group: '@alice', subject: 'Yes', content: 'At nine.' });
  await alice.shows(/dave: Yes\n {2}At nine\.\n@dave>$/);
  await runHere(['user', 'rename', 'dave', 'david', '--data', board.data]);
  await alice.shows(/\n@david>$/);
  alice.type('%go \t');
  await alice.shows(/news +@david\n@david> %go$/);
  alice.type('@da\t\x15');
  await alice.shows(/@david>$/);
  alice.type('Fine.\r');
  await alice.shows('Message 3 posted in @david. Subject: Fine.');
});

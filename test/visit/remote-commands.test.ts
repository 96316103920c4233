import { once } from 'node:events';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { Guest } from './support.ts';

const done = { code: 0, stderr: '' };

test('a key that the board knows runs the commands of the board', async () => {
  const alice = await Guest.known('alice');
  const bob = await alice.board.memberProgram('bob', 'news');
  expect(await alice.run('join news')).toMatchObject({
    ...done,
    stdout: expect.stringContaining('[SUCCESS] You joined news.'),
  });
  await bob.call('message.post', { group: 'news', subject: 'Menu', content: 'Soup\nand bread' });
  expect(await alice.run('groups')).toMatchObject({
    ...done,
    stdout: expect.stringMatching(/^3 \| news .* joined, 1 unread$/m),
  });
  expect((await alice.run('unread')).stdout).toBe('[INFO] news: 1 unread\n');
  const list = await alice.run('list news 20');
  expect(list.stdout).toMatch(/^ID: 1 \| Sender: bob \| Date: \S+Z \| Subject: Menu$/m);
  const read = await alice.run('read news 1');
  expect(read).toMatchObject(done);
  expect(read.stdout).toContain('Soup\nand bread\n');
  expect(read.stdout).not.toContain('\r');
  expect(read.stdout).not.toContain('\x1b');
  expect((await alice.run('unread')).stdout).toBe('[INFO] Nothing unread.\n');
  expect((await alice.run('search soup')).stdout).toContain('Subject: Menu');
  expect((await alice.run(`search '"soup and"' in:news`)).stdout).toContain('Subject: Menu');
  expect((await alice.run(`search "and soup" in:news`)).stdout).toBe('');
  expect((await alice.run('tail news --no-follow')).stdout).toContain('Subject: Menu');
  const json = await alice.run('tail news --no-follow --json');
  expect(JSON.parse(json.stdout)).toMatchObject({ subject: 'Menu', content: 'Soup\nand bread' });
  expect((await alice.run('leave news')).stdout).toBe('[SUCCESS] You left news.\n');
});

test('post posts standard input under all words after the group, as a reply and once under a key', async () => {
  const alice = await Guest.known('alice');
  const bob = await alice.board.memberProgram('bob', 'news');
  const first = await alice.run('post news --join Lunch on Friday', 'Who is in?\n');
  expect(first).toEqual({ ...done, stdout: '[SUCCESS] Message 1 posted in news.\n' });
  expect(await bob.call('message.get', { group: 'news', number: 1 })).toMatchObject({
    subject: 'Lunch on Friday',
    content: 'Who is in?',
  });
  expect((await alice.run('post news --reply-to 1', 'I am.')).code).toBe(0);
  const reply = await bob.call('message.get', { group: 'news', number: 2 });
  expect(reply).toMatchObject({ replyTo: 1, subject: 'Re: Lunch on Friday' });
  for (let time = 0; time < 2; time++) {
    const { stdout } = await alice.run('post news --key build-7 --json Build', 'passed');
    expect(JSON.parse(stdout)).toMatchObject({ number: 3, group: 'news', subject: 'Build' });
  }
});

test('post refuses what is empty, too long or not UTF-8, and posts nothing', async () => {
  const alice = await Guest.known('alice');
  const bob = await alice.board.memberProgram('bob');
  await alice.run('join main');
  for (const [input, why] of [
    ['', 'Standard input holds no content'],
    [' \n\n', 'Standard input holds no content'],
    [Buffer.from([0x61, 0xff, 0x0a]), 'Standard input is not valid UTF-8'],
    ['x'.repeat(limits.content + 1), `at most ${limits.content}`],
    ['x'.repeat(64 * limits.content), `at most ${limits.content}`],
  ] as const) {
    const { code, stderr } = await alice.run('post main Subject', input);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(why) });
  }
  expect((await bob.call('message.list', { group: 'main' })).messages).toEqual([]);
});

test.each([
  ['grups', 127, "corkboard: unknown command 'grups'\n(Did you mean groups?)"],
  ['\x1b]0;title\x07grups', 127, "corkboard: unknown command '␛]0;title␇grups'\n"],
  ['sh -c id', 127, "corkboard: unknown command 'sh'"],
  ['read', 0, ''],
  ['read news seventeen', 2, 'It takes a whole number from 1 up'],
  ['list', 2, "missing required argument 'group'"],
  ['list news many', 2, 'the count is a number from 1 up'],
  ['tail --since 5', 2, 'only with exactly one group'],
  ['post news', 2, "missing required argument 'subject'"],
  ['post "news', 2, 'A quote is not closed'],
  ['read nowhere 1', 1, 'There is no group nowhere'],
  ['read news 1', 1, 'You are not a member of news'],
  ['post news Subject', 1, 'You are not a member of news. Add --join to join it first.'],
])('%j exits with %i and one line that says why', async (command, code, why) => {
  const alice = await Guest.known('alice');
  const run = await alice.run(command, 'content');
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(why) });
});

test('help is shown to everybody, and an unknown key is told what to do', async () => {
  const guest = await Guest.to();
  const help = await guest.run('help');
  expect(help).toMatchObject(done);
  for (const name of ['post', 'read', 'list', 'unread', 'groups', 'search', 'tail', 'key', 'rpc']) {
    expect(help.stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  }
  const { code, stdout, stderr } = await guest.run('groups');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`This board does not know your SSH key ${guest.fingerprint}.`);
  expect(stderr).toContain('ssh -t');
});

test('tail prints what is posted until the visitor has gone', async () => {
  const alice = await Guest.known('alice');
  const bob = await alice.board.memberProgram('bob');
  await alice.run('join main');
  const tail = alice.start('tail main --json');
  // Its first read is of what is new, so post until it is heard.
  const heard = once(tail.output, 'data').then(([chunk]) => String(chunk));
  let line: string | undefined;
  void heard.then((chunk) => {
    line = chunk;
  });
  for (let n = 1; line === undefined; n++) {
    await bob.call('message.post', { group: 'main', subject: `number ${n}`, content: 'x' });
  }
  expect(JSON.parse(line.split('\n')[0] ?? '')).toMatchObject({ group: 'main', sender: 'bob' });
  tail.leave();
  await tail.exited;
});

test('a board that cannot be reached gives exit code 3', async () => {
  const alice = await Guest.known('alice');
  await alice.board.stop();
  expect(await alice.run('groups')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('Check the path, and whether the board is running.'),
  });
});

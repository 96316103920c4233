import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { undated } from './support.ts';

test('people answer, quote and read by thread, and a newcomer learns only the number of an older message', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  alice.send('%post "Lunch on Friday" Who is in?', '%post two 2', '%post three 3');
  await alice.expect('Message 3 posted in main. Subject: three\n');
  const bob = await board.member('bob');
  alice.send('%reply 1 Noon works');
  await alice.expect('Message 4 posted in main. Subject: Re: Lunch on Friday\n');
  expect(undated(await bob.expect('Reply to: 1\n'))).toMatch(
    /ID: 4, Date: DATE, Subject: Re: Lunch on Friday\) \| Reply to: 1\n$/,
  );
  bob.send('%reply 1 what?');
  await bob.expect('[ERROR] There is no message 1 for you in main.');
  bob.send('%quote 4', 'I agree.', '.');
  await bob.expect('> Noon works\n');
  await bob.expect('Message 5 posted in main. Subject: Re: Lunch on Friday\n');
  bob.send('%threads', '%thread 5', '%message 4', '%ping');
  const seen = undated(await bob.expect('pong\n'));
  expect(seen).toContain('ID: 1 | Last: 5, DATE | Replies: 2 | Unread: 1 | Subject: Re: Lunch');
  expect(seen).toContain('ID: 3 | Started by: alice | Last: 3, DATE | Replies: 0 | Subject: three');
  expect(seen).toContain('Subject: Re: Lunch on Friday | ↩ 1 (you cannot see it)\n');
  expect(seen).toContain('\n↩ 1 (you cannot see it)\n');
  expect(seen).not.toContain('Who is in?');
  alice.send('%thread 5', '%next');
  expect(await alice.expect('I agree.\n')).toContain('> Noon works\n');
});

test('%next marks a reply to a message that the reader cannot see', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%post one text\n%post two text\n%post three text');
  const bob = await board.member('bob');
  await alice.ask('%reply 1 older\n%reply 3 newer');
  await bob.ask('%message 2\n%message 3');
  expect(await bob.ask('%next')).toContain('\n↩ 1 (you cannot see it)\n');
  expect(await bob.ask('%next')).toContain('\nReply to: 3\n');
});

test('a search and the list of mentions mark a reply to a message that the reader cannot see', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await alice.ask('%post one text\n%post two text\n%post three text');
  const bob = await board.member('bob');
  await alice.ask('%reply 1 older, @bob\n%reply 3 newer, @bob');
  for (const list of [await bob.ask('%search from:alice'), await bob.ask('%mentions')]) {
    expect(list).toMatch(/ID: 4 .* \| ↩ 1 \(you cannot see it\)\n/);
    expect(list).toMatch(/ID: 5 .* \| Reply to: 3\n/);
  }
});

test('%reply and %quote without an answer post nothing', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  alice.send('%post one text');
  await alice.expect('Message 1 posted');
  for (const lines of [
    ['%reply 1', '.'],
    ['%reply 1', 'never mind', '%cancel'],
    ['%quote 1', '.'],
    ['%quote 1', 'never mind', '%cancel'],
  ]) {
    alice.send(...lines);
    await alice.expect('Nothing was posted.\n');
  }
  alice.send('%reply 9 text', '%quote 9', '%list');
  const seen = await alice.expect(/History ---\n[^-]*/);
  expect(seen.match(/There is no message 9 for you/g)).toHaveLength(2);
  expect(seen).not.toContain('ID: 2');
});

test('a quote of a long message is cut and leaves room for an answer', async () => {
  const board = await TestBoard.start();
  const program = await board.memberProgram('builder');
  const content = Array.from({ length: 3000 }, (_, n) => `line ${n}`).join('\n');
  await program.call('message.post', { group: 'main', subject: 'log', content });
  const alice = await board.member('alice');
  alice.send('%quote 1', 'Which line?', '.');
  await alice.expect('Message 2 posted');
  const quoted = await program.call('message.get', { group: 'main', number: 2 });
  const lines = quoted.content.split('\n');
  expect(lines).toHaveLength(102);
  expect(lines.slice(99)).toEqual(['> line 99', '> …', 'Which line?']);
});

test('thread.list and thread.get answer in pages', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const say = (replyTo?: number) =>
    alice.call('message.post', { group: 'main', subject: 's', content: 'c', replyTo });
  for (let n = 0; n < 5; n++) await say();
  for (let n = 0; n < 150; n++) await say(2);
  const first = await alice.call('thread.list', { group: 'main', limit: 2 });
  expect(first.threads.map(({ thread, replies }) => [thread, replies])).toEqual([
    [2, 150],
    [5, 0],
  ]);
  const rest = await alice.call('thread.list', { group: 'main', before: first.next });
  expect(rest.threads.map(({ thread }) => thread)).toEqual([4, 3, 1]);
  expect(rest.next).toBeUndefined();
  const whole = await alice.call('thread.get', { group: 'main', thread: 7, limit: 1000 });
  expect(whole).toMatchObject({ thread: 2, more: false });
  expect(whole.messages.map(({ number }) => number)).toEqual([
    2,
    ...Array.from({ length: 150 }, (_, n) => 6 + n),
  ]);
  const page = await alice.call('thread.get', { group: 'main', thread: 2, after: 6, limit: 120 });
  expect([page.messages[0]?.number, page.messages.length, page.more]).toEqual([7, 120, true]);
  const noSubject = { group: 'main', content: 'c' };
  expect((await alice.errorOf('message.post', noSubject)).word).toBe('INVALID_PARAMS');
});

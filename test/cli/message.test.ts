import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { boardFolder, fillMain, leftEvents, poster, queryRows, tamper, value } from './seed.ts';

const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const subjects = ['one', 'two', 'three', 'four', 'five'];

function populated(): Promise<string> {
  return boardFolder((board) => poster(board, 'alice', 'news', subjects));
}

async function listed(data: string, ...options: string[]): Promise<number[]> {
  const args = ['message', 'list', 'news', ...options, '--data', data];
  const messages = (await runJson(args)) as { number: number }[];
  return messages.map(({ number }) => number);
}

test('message list shows headers, oldest first', async () => {
  const data = await populated();
  const { code, stdout, stderr } = await runCli(['message', 'list', 'news', '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('NUMBER  SENDER  DATE                  SUBJECT');
  expect(lines[1]).toMatch(/^ {5}1 {2}alice {3}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}one$/);
  expect(lines[5]).toMatch(/ five$/);
});

test('message list --json prints headers with the field names of the protocol', async () => {
  const data = await populated();
  const messages = await runJson(['message', 'list', '3', '--limit', '1', '--data', data]);
  expect(messages).toEqual([
    {
      number: 5,
      senderId: expect.any(Number),
      sender: 'alice',
      postedAt: expect.stringMatching(microseconds),
      subject: 'five',
      thread: 5,
    },
  ]);
});

test('message list shows the newest messages, or those after --after', async () => {
  const data = await populated();
  expect(await listed(data, '--limit', '2')).toEqual([4, 5]);
  expect(await listed(data, '--limit', '2', '--before', '4')).toEqual([2, 3]);
  expect(await listed(data, '--limit', '2', '--after', '1')).toEqual([2, 3]);
  expect(await listed(data, '--after', '1', '--before', '4')).toEqual([2, 3]);
  expect(await listed(data, '--after', '5')).toEqual([]);
  expect(await listed(data, '--before', '1')).toEqual([]);
});

test('message list says how to see further messages', async () => {
  const data = await boardFolder();
  fillMain(data, 150);
  const list = async (...options: string[]) =>
    runHere(['message', 'list', 'main', ...options, '--data', data]);
  expect(await list()).toMatchObject({ stderr: 'There are older messages: add --before 51\n' });
  expect(await list('--after', '0')).toMatchObject({
    stderr: 'There are newer messages: add --after 100\n',
  });
  expect((await list('--limit', '150')).stderr).toBe('');
});

test('a message of a deleted user is shown as from [deleted]', async () => {
  const data = await populated();
  tamper(data, 'UPDATE messages SET sender_id = NULL');
  const { stdout } = await runHere(['message', 'list', 'news', '--data', data]);
  expect(stdout).toContain('[deleted]');
  expect(await runJson(['message', 'show', 'news', '1', '--data', data])).toMatchObject({
    sender: '[deleted]',
    senderId: null,
  });
});

test('message show prints the content with its line breaks', async () => {
  const data = await populated();
  tamper(data, "UPDATE messages SET content = 'first\n\tsecond' || char(27) WHERE number = 2");
  const { code, stdout } = await runHere(['message', 'show', 'news', '2', '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Group {4}news\nNumber {3}2\nSender {3}alice\nDate {5}.*Z\nSubject {2}two\n\nfirst\n\tsecond␛\n$/,
  );
  expect(await runJson(['message', 'show', 'news', '2', '--data', data])).toEqual({
    group: 'news',
    number: 2,
    senderId: expect.any(Number),
    sender: 'alice',
    postedAt: expect.stringMatching(microseconds),
    subject: 'two',
    thread: 2,
    content: 'first\n\tsecond\u001b',
  });
});

test('the error for a missing message has its number', async () => {
  const data = await populated();
  const expected = {
    code: 1,
    stdout: '',
    stderr: 'corkboard: There is no message 6 in news.\n',
  };
  expect(await runHere(['message', 'show', 'news', '6', '--data', data])).toEqual(expected);
  const args = ['message', 'delete', 'news', '2', '6', '--yes', '--data', data];
  expect(await runHere(args)).toEqual(expected);
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(5);
  expect(leftEvents(data)).toEqual([]);
});

test('message delete deletes the given messages, says how many, and stores an event for the server', async () => {
  const data = await populated();
  const args = ['message', 'delete', 'news', '4', '2', '4', '--yes', '--data', data];
  expect(await runHere(args)).toEqual({
    code: 0,
    stdout: 'Deleted 2 messages (2, 4) of news.\n',
    stderr: '',
  });
  expect(await listed(data)).toEqual([1, 3, 5]);
  expect(await runJson(['group', 'show', 'news', '--data', data])).toMatchObject({
    messages: 3,
    lastNumber: 5,
  });
  const group = { id: 3, name: 'news' };
  expect(leftEvents(data)).toMatchObject([
    { type: 'message.deleted', group, number: 2, by: null },
    { type: 'message.deleted', group, number: 4, by: null },
  ]);
  expect((await runHere(['db', 'check', '--data', data])).code).toBe(0);
});

test('message delete --json prints the numbers', async () => {
  const data = await populated();
  const args = ['message', 'delete', 'news', '5', '1', '--yes', '--data', data];
  expect(await runJson(args)).toEqual({ group: 'news', numbers: [1, 5] });
});

test('message delete needs --yes if there is no terminal', async () => {
  const data = await populated();
  const args = ['message', 'delete', 'news', '1', '--data', data];
  expect(await runHere(args)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'corkboard: Delete 1 message (1) of news? ' +
      'There is no terminal to ask on; add --yes to do it.\n',
  });
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(5);
});

test('a deleted message keeps its number and date, and says when it was deleted', async () => {
  const data = await populated();
  const at = ['--data', data];
  await runHere(['message', 'delete', 'news', '4', '--yes', ...at]);
  expect(await listed(data)).toEqual([1, 2, 3, 5]);
  expect(await listed(data, '--limit', '2')).toEqual([3, 5]);
  expect(
    queryRows(data, 'SELECT sender_id, subject, content, post_key FROM messages WHERE number = 4'),
  ).toEqual([{ sender_id: null, subject: '', content: '', post_key: null }]);
  const says = /^corkboard: Message 4 of news was deleted at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.\n$/;
  expect((await runHere(['message', 'show', 'news', '4', ...at])).stderr).toMatch(says);
  expect((await runHere(['message', 'delete', 'news', '4', '--yes', ...at])).stderr).toMatch(says);
  expect((await runHere(['db', 'check', ...at])).code).toBe(0);
  expect(await runJson(['db', 'status', ...at])).toMatchObject({ rows: { messages: 4 } });
  expect(await runJson(['stats', ...at])).toMatchObject({
    totals: { messages: 4 },
    posted: { lastDay: 4 },
    window: { messages: 4 },
  });
  tamper(data, "UPDATE messages SET content = 'left over' WHERE number = 4");
  expect((await runHere(['db', 'check', ...at])).stdout).toContain(
    'message 4 of news was deleted, and not all of it is gone',
  );
});

test('purge and the count of a group ignore messages deleted earlier', async () => {
  const data = await populated();
  const at = ['--data', data];
  await runHere(['message', 'delete', 'news', '2', '4', '--yes', ...at]);
  const purge = ['group', 'purge', 'news', '--yes', ...at];
  expect(await runJson([...purge, '--keep', '2', '--dry-run'])).toMatchObject({
    count: 1,
    first: 1,
    last: 1,
  });
  expect(await runJson([...purge, '--keep', '2'])).toMatchObject({ count: 1, first: 1, last: 1 });
  expect(await listed(data)).toEqual([3, 5]);
  // 2 is still there, since 1 was the last to be removed: an older one never goes after a newer one.
  expect(queryRows(data, 'SELECT number FROM messages ORDER BY number')).toEqual(
    [2, 3, 4, 5].map((number) => ({ number })),
  );
  expect(await runJson([...purge, '--all'])).toMatchObject({ count: 2, first: 3, last: 5 });
  expect(queryRows(data, 'SELECT number FROM messages')).toEqual([]);
});

test('message show and delete accept last for the newest message, and numbers with #', async () => {
  const data = await populated();
  const shown = async (number: string) =>
    (await runJson(['message', 'show', 'news', number, '--data', data])) as { subject: string };
  expect((await shown('last')).subject).toBe('five');
  expect((await shown('#2')).subject).toBe('two');
  const deleted = await runJson([
    ...['message', 'delete', 'news', 'LAST', '#2', '5', '--yes', '--data', data],
  ]);
  expect(deleted).toEqual({ group: 'news', numbers: [2, 5] });
  expect((await shown('last')).subject).toBe('four');
  const none = await runHere(['message', 'show', 'main', 'last', '--data', data]);
  expect(none).toMatchObject({ code: 1, stderr: 'corkboard: There is no message in main.\n' });
  const wrong = await runHere(['message', 'show', 'news', 'newest', '--data', data]);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain('or "last"');
});

import { expect, test } from 'vitest';
import type { Method } from '../../src/protocol/schemas.ts';
import type { ArgumentKind } from '../../src/protocol/text/command.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { masked } from './support.ts';

const password = 'correct horse battery';
const main = { key: 'main', name: 'main' };
const groups = ['main', 'news', '@alice', '@bob', '@nobody'];
const numbers = [1, 2, 3, 4, 5, 6, 7];
const inGroups = (...more: object[]) =>
  groups.flatMap((group) => more.map((params) => ({ group, ...params })));
const byNumber = (name: string, more = {}) =>
  inGroups(...numbers.map((number) => ({ [name]: number, ...more })));
const pages = (most: number) => [{}, { limit: 1 }, { limit: 2 }, { limit: most }];
const words = ['one', 'two', 'five', 'hidden', 'secret', 'alice', 're', 'is:unread', 'is:mention'];
const queries = [
  ...[...words, 'from:alice', 'from:bob', 'from:nobody', 'before:1h', 'after:1h'],
  ...['in:main five', 'in:news one', 'in:@alice x', 'in:@bob x', 'in:main thread:1'],
  ...['in:main thread:2', 'in:main thread:3', 'five -hidden', 'hid*', '"hidden one"'],
];
const users = ['alice', 'bob', 'nobody'];

/** What a member asks, in this order. A new method needs an entry. */
const questions: Readonly<Record<Method, readonly object[]>> = {
  'server.info': [{}],
  'rpc.discover': [{}],
  ping: [{}],
  'session.login': [{ user: 'alice' }],
  'session.resume': [{ token: 'none' }],
  'account.setPassword': [{ password: 'short' }],
  'session.show': [{}],
  'account.keys': [{}],
  'account.addKey': [{}],
  'account.removeKey': [{}],
  'door.look': [{}],
  'door.dropClaims': [{}],
  'draft.list': [{}],
  'draft.set': [{}],
  'screen.keys': [{}],
  'screen.setKeys': [{}],
  'door.login': [{}],
  'group.list': [{}],
  'group.members': inGroups({}, { limit: 1 }),
  'direct.open': users.map((user) => ({ user })),
  'direct.list': [{}],
  'user.block': users.map((user) => ({ user })),
  'user.blocked': [{}],
  'user.unblock': users.map((user) => ({ user })),
  'mention.list': pages(100),
  'message.list': inGroups(
    ...pages(1000).flatMap((page) => [page, { ...page, content: true }]),
    ...numbers.flatMap((number) => [{ before: number }, { after: number, limit: 2 }]),
    { since: '2020-01-01T00:00:00Z' },
  ),
  'message.get': byNumber('number'),
  'message.history': byNumber('number'),
  'message.search': queries.flatMap((query) => [{ query }, { query, limit: 1 }]),
  'thread.list': inGroups(...pages(50), ...numbers.map((before) => ({ before }))),
  'thread.get': byNumber('thread'),
  'group.changes': inGroups({ after: 0 }, { after: 0, limit: 1 }),
  'message.next': inGroups({}, ...numbers.map((thread) => ({ thread }))),
  'message.edit': byNumber('number', { content: 'edited', revision: 0 }),
  'message.post': [
    ...byNumber('replyTo', { content: 'an answer' }),
    ...inGroups({ subject: 's', content: 'to @alice, @bob and @eve' }),
  ],
  'message.markRead': [...byNumber('number'), ...inGroups({ ranges: [[2, 5]] })],
  'thread.mute': byNumber('thread'),
  'mute.list': [{}],
  'thread.unmute': byNumber('thread'),
  'user.mute': users.map((user) => ({ user })),
  'user.unmute': users.map((user) => ({ user })),
  'membership.set': inGroups({ notify: 'mentions' }, { notify: 'none' }, { notify: 'all' }),
  'group.markRead': inGroups({}),
  'group.restoreMarks': inGroups({ lastRead: 0, ranges: [] }, { lastRead: 2, ranges: [[4, 5]] }),
  'message.delete': byNumber('number'),
  'group.leave': inGroups({}),
  // Whoever joins news would see some of its messages.
  'group.join': inGroups({}).filter(({ group }) => group !== 'news'),
  'group.create': [{ name: 'new' }],
  'group.edit': inGroups({ about: 'about', posting: 'moderators' }),
  'group.delete': inGroups({}),
  'group.show': inGroups({}),
  'group.invite': inGroups({ user: 'bob' }, { user: 'nobody' }, { uses: 2 }),
  'invitation.list': [{}, ...inGroups({})],
  'invitation.revoke': inGroups({}),
  'group.remove': inGroups(...users.map((user) => ({ user }))),
  'group.bar': inGroups(...users.map((user) => ({ user }))),
  'group.unbar': inGroups(...users.map((user) => ({ user }))),
  'group.silence': inGroups({ user: 'bob', until: '2027-01-01T00:00:00.000000Z' }),
  'group.unsilence': inGroups(...users.map((user) => ({ user }))),
  'group.setRole': inGroups(...users.map((user) => ({ user, role: 'moderator' }))),
  'group.log': inGroups({}),
  'report.list': inGroups({}),
  'thread.close': byNumber('thread'),
  'thread.reopen': byNumber('thread'),
  'message.pin': byNumber('number'),
  'message.unpin': byNumber('number'),
  'message.report': byNumber('number', { reason: 'reason' }),
  'report.close': byNumber('number'),
  'session.logout': [{}],
};

const values: Readonly<Record<ArgumentKind, readonly string[]>> = {
  place: groups,
  group: groups.filter((group) => group !== 'news'),
  joined: groups,
  joinable: groups.filter((group) => group !== 'news'),
  user: users,
  number: [...numbers.map(String), 'last'],
  range: ['', 'all', '2 before 6'],
  key: ['SHA256:none'],
  subject: ['subject'],
  content: ['content @alice'],
  query: queries,
  muted: ['', 'main mentions', 'main', 'news', '@alice', ...numbers.map((at) => `thread ${at}`)],
  command: ['%list'],
  member: users,
  new: ['new'],
  reason: ['reason'],
  value: ['open'],
};

/** Every line that a person can type, with these arguments. */
function lines(): string[] {
  const without = new Set(['%exit', '%connect', '%password']);
  const last = /delete|leave|join/;
  const asked = textCommands
    .filter(({ words }) => !without.has(words[0] as string))
    .sort((a, b) => Number(last.test(`${a.words}`)) - Number(last.test(`${b.words}`)));
  return asked.flatMap(({ words, takes = [] }) => {
    const endings = takes.reduce<string[]>(
      (begun, kind) => {
        const known = typeof kind === 'string' ? values[kind] : kind;
        return begun.flatMap((start) => known.map((value) => `${start} ${value}`));
      },
      [''],
    );
    const line = (ending: string) => `${words[0]}${ending}`;
    // Quoting asks for more lines.
    const isQuote = words[0]?.endsWith('quote');
    return endings.map((ending) => (isQuote ? `${line(ending)}\n%cancel` : line(ending)));
  });
}

/** What others have done that eve and mallory cannot see. */
type Hidden = 'quiet' | 'busy';

interface Others {
  board: TestBoard;
  alice: JsonPeer;
  bob: JsonPeer;
  /** She is deleted after eve has joined, with her messages. */
  carol: JsonPeer;
}

/** The messages before eve joins: she sees the last two of main, and nothing of news. */
async function before({ board, alice, bob, carol }: Others, hidden: Hidden): Promise<void> {
  const isBusy = hidden === 'busy';
  const [first, second] = isBusy ? [bob, alice] : [alice, bob];
  const text = (word: string) => (isBusy ? `hidden ${word}, with @alice and @bob` : word);
  const say = (peer: JsonPeer, group: string, word: string, more = {}) =>
    peer.call('message.post', { group, subject: text(word), content: text(`${word} x`), ...more });
  await carol.call('group.join', { group: 'main' });
  for (const group of ['main', 'news']) {
    for (const peer of [alice, bob]) await peer.call('group.join', { group });
    await say(first, group, 'one');
    await say(second, group, 'two');
    await say(second, group, isBusy ? 'secret' : 'x');
    const another = group === 'main' ? carol : first;
    await say(isBusy ? another : second, group, 'hidden', isBusy ? { replyTo: 3 } : {});
  }
  await board.operate(({ moderation }) => moderation.setRole(main, 'alice', 'moderator'));
  await say(first, isBusy ? '@alice' : '@bob', 'one');
  if (isBusy) await curate(alice, bob);
  if (isBusy) await second.call('message.delete', { group: 'main', number: 2 });
  const visible = { group: 'main', content: 'five and six', replyTo: 3 };
  await alice.call('message.post', { ...visible, subject: 'five' });
  await bob.call('message.post', { ...visible, subject: 'six @alice' });
  if (!isBusy) return;
  await first.call('message.edit', { group: 'main', number: 1, content: 'hidden and edited' });
}

/** What alice does as a moderator with messages that eve cannot see, and what bob reports. */
async function curate(alice: JsonPeer, bob: JsonPeer): Promise<void> {
  const group = 'main';
  for (const number of [1, 2, 3, 4]) {
    await alice.call('message.pin', { group, number });
    await bob.call('message.report', { group, number, reason: 'hidden' });
  }
  await alice.call('thread.close', { group, thread: 1 });
  await alice.call('message.unpin', { group, number: 2 });
  await alice.call('report.close', { group, number: 1 });
}

/** The messages after eve has joined, and edits and deletions of old ones, of which she is not told. */
async function after({ board, alice, bob }: Others, hidden: Hidden): Promise<void> {
  const isBusy = hidden === 'busy';
  if (isBusy) {
    await alice.call('thread.reopen', { group: 'main', thread: 1 });
    for (const number of [1, 4]) {
      await alice.call('message.unpin', { group: 'main', number });
      await bob.call('message.report', { group: 'main', number, reason: 'hidden' });
    }
    await alice.call('message.delete', { group: 'main', number: 4, reason: 'hidden' });
    await bob.call('message.edit', { group: 'main', number: 1, subject: 'hidden again' });
    await alice.call('message.edit', { group: 'main', number: 3, content: 'secret @bob' });
    await alice.call('message.delete', { group: 'main', number: 3 });
    await bob.call('message.edit', { group: 'news', number: 1, content: 'secret @eve' });
    await bob.call('message.edit', { group: '@alice', number: 1, content: 'secret @alice' });
  }
  await board.operate(async (operator) => {
    // Of the messages 1, 5 and 6.
    if (isBusy) await operator.purge(await operator.planPurge(main, { keep: 2 }), toTheEnd);
    await operator.deleteUser('carol', isBusy ? 'purge' : 'keep', toTheEnd);
  });
  await alice.until(() => alice.received.find(({ method }) => method === 'member.left'));
  if (isBusy) await alice.call('message.delete', { group: 'news', number: 3 });
  await alice.call('message.post', { group: 'main', subject: 'seven', content: 'to @eve' });
  await alice.call('message.edit', { group: 'main', number: 5, content: 'five again' });
  await alice.call('message.post', { group: '@eve', subject: 'one', content: 'for eve' });
}

async function enter(board: TestBoard, name: string): Promise<TextPeer> {
  await board.protect(name, password);
  const person = await board.connect();
  await person.expect('What is your username? ');
  person.send(name, password);
  await person.expect('%help for every command.\n');
  return person;
}

/** All that two members get, a program and a person, at a board where others have done something hidden. */
async function received(hidden: Hidden): Promise<{ json: string[]; text: string[] }> {
  const board = await TestBoard.start();
  for (const name of ['alice', 'bob', 'carol', 'eve']) await board.protect(name, password);
  const others = {
    board,
    alice: await board.protectedProgram('alice', password),
    bob: await board.protectedProgram('bob', password),
    carol: await board.protectedProgram('carol', password),
  };
  await before(others, hidden);
  const eve = await board.protectedProgram('eve', password);
  const mallory = await enter(board, 'mallory');
  await eve.call('group.join', { group: 'main' });
  const text = [`%groupjoin main\n${await mallory.ask('%groupjoin main')}`];
  // Moderators too see nothing of messages that are invisible to them.
  await board.operate(({ moderation }) => moderation.setRole(main, 'eve', 'moderator'));
  await eve.until(() => eve.received.find(({ method }) => method === 'group.logged'));
  await after(others, hidden);
  for (const line of lines()) text.push(`${line}\n${await mallory.ask(line)}`);
  const json: string[] = [];
  for (const method of Object.keys(questions) as Method[]) {
    if (method === 'session.logout') continue;
    for (const params of questions[method]) {
      const reply = await eve.request(method, params);
      json.push(`${method} ${JSON.stringify(params)}: ${JSON.stringify(reply)}`);
    }
  }
  const notices = eve.received.filter(({ id }) => id === undefined || id === null);
  json.push(...notices.map((notice) => JSON.stringify(notice)));
  const isKept = (line: string) => !/presence\.changed|\[NOTIFY\] (Online|Offline)/.test(line);
  return {
    json: json.map(masked).filter(isKept),
    text: text.flatMap((each) => masked(each).split('\n')).filter(isKept),
  };
}

test('what a member may not see changes no byte that the member gets', async () => {
  const quiet = await received('quiet');
  const busy = await received('busy');
  expect(busy.text).toEqual(quiet.text);
  expect(busy.json).toEqual(quiet.json);
  expect(quiet.json.join()).toContain('five again');
}, 120_000);

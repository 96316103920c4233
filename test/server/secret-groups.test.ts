import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { questionsFrom, type Values } from '../helpers/questions.ts';
import { masked } from './support.ts';

const password = 'correct horse battery';
const insiders = ['alice', 'bob'];
/** Protected names that are not in the secret group: `eve` never was, the others are not any more. */
const outsiders = ['eve', 'rita', 'barry', 'ivan'];
/** Connections of each outsider. */
const connections = 2;
/** The id of the secret group: of a direct conversation on the board without it. */
const id = 6;

/** Every way to refer to the secret group, and to what could be confused with it. */
const refs = [
  'plans',
  'PLANS',
  'plans#6',
  '#6',
  '6',
  id,
  id + 1,
  '@plans',
  '@alice',
  'plan',
  'main',
];
const values: Values = {
  group: refs,
  name: ['plans', 'Plans', 'pians', 'plans#6', 'plots'],
  user: ['alice', 'bob', 'eve', 'barry', 'plans', 'nobody'],
  query: [
    'in:plans word',
    'in:plans#6 word',
    'in:6 word',
    'in:main word',
    'word',
    'from:alice',
    'is:mention',
  ],
  number: [1, 2],
  thread: [1],
  replyTo: [1],
  before: [100],
  after: [0],
  limit: [10],
  since: ['2020-01-01T00:00:00.000000Z'],
  until: ['2096-01-01T00:00:00.000000Z', '2020-01-01T00:00:00.000000Z'],
  // Of a code that was used up, and of no code at all.
  code: ['used', 'f'.repeat(24)],
  // Rita has posted in the secret group with this key.
  key: ['key-of-rita'],
  password: ['short'],
  token: ['none'],
  reason: ['because of word'],
  content: ['word for @alice'],
  subject: ['word'],
};

/** Makes a group of the name that the others ask for: after that, it is the group that they mean. */
const naming = /^group\.(create|edit)$/;

interface Others {
  board: TestBoard;
  alice: JsonPeer;
  bob: JsonPeer;
  rita: JsonPeer;
  barry: JsonPeer;
  ivan: JsonPeer;
}

/** What is in the secret group before the outsiders ask. @returns a code that is used up */
async function makeSecret({ alice, bob, rita, barry, ivan }: Others): Promise<string> {
  const group = 'plots';
  await alice.call('group.create', { name: group, access: 'secret', description: 'word' });
  for (const user of ['rita', 'barry', 'ivan']) await alice.call('group.invite', { group, user });
  const { code = '' } = await alice.call('group.invite', { group });
  await bob.call('group.join', { group, code });
  for (const peer of [rita, barry]) await peer.call('group.join', { group });
  await alice.call('group.setRole', { group, user: 'bob', role: 'moderator' });
  await rita.call('message.post', { group, subject: 'word', content: 'word', key: 'key-of-rita' });
  for (const peer of [alice, bob, barry]) {
    await peer.call('message.post', { group, subject: 'word', content: 'word to @rita @barry' });
  }
  await rita.call('message.post', { group, content: 'word to @barry', replyTo: 2 });
  await rita.call('thread.mute', { group, thread: 3 });
  await rita.call('message.markRead', { group, number: 2 });
  await rita.call('message.report', { group, number: 2, reason: 'word' });
  await barry.call('membership.set', { group, notify: 'mentions' });
  await bob.call('message.pin', { group, number: 2 });
  await bob.call('thread.close', { group, thread: 2 });
  const until = '2026-12-24T00:00:00.000000Z';
  await bob.call('group.silence', { group, user: 'rita', until });
  await bob.call('group.remove', { group, user: 'rita', reason: 'word' });
  await bob.call('group.bar', { group, user: 'barry', reason: 'word' });
  await bob.call('invitation.revoke', { group, user: 'ivan' });
  await ivan.call('ping', {});
  await alice.call('group.edit', { group, name: 'plans', about: 'word' });
  return code;
}

/** What goes on between the questions. */
async function goOn({ alice, bob }: Others, isSecret: boolean): Promise<void> {
  const group = isSecret ? 'plans' : '@bob';
  const content = 'word to @bob, @eve and @rita';
  const { number } = await alice.call('message.post', { group, subject: 'word', content });
  await alice.call('message.edit', { group, number, content: 'word again' });
  if (isSecret) {
    await bob.call('message.pin', { group, number });
    await bob.call('message.report', { group, number, reason: 'word' });
    await alice.call('group.edit', { group, description: `word ${number}` });
    await alice.call('group.invite', { group, user: 'ursula' });
    await alice.call('invitation.revoke', { group, user: 'ursula' });
  }
  await alice.call('message.delete', { group, number });
}

/** Everything that the outsiders get, in every connection. */
async function received(isSecret: boolean): Promise<string[]> {
  const board = await TestBoard.start({ durability: 'relaxed', groupCreation: 'protected' });
  for (const name of [...insiders, ...outsiders, 'ursula']) await board.protect(name, password);
  const enter = (name: string) => board.protectedProgram(name, password);
  const peers = new Map<string, JsonPeer[]>();
  for (const name of outsiders) {
    const own = [];
    for (let count = 0; count < connections; count++) own.push(await enter(name));
    peers.set(name, own);
  }
  const first = (name: string) => peers.get(name)?.[0] as JsonPeer;
  const others: Others = {
    ...{ board, alice: await enter('alice'), bob: await enter('bob') },
    ...{ rita: first('rita'), barry: first('barry'), ivan: first('ivan') },
  };
  let used = 'f'.repeat(24);
  if (isSecret) used = await makeSecret(others);
  else await others.alice.call('direct.open', { user: 'bob' });
  const all = [...peers.values()].flat();
  for (const peer of all) await peer.call('ping', {});
  const from = new Map(all.map((peer) => [peer, peer.received.length]));

  const questions = questionsFrom(values);
  const ordered = [
    ...questions.filter(({ method }) => !naming.test(method)),
    ...questions.filter(({ method }) => naming.test(method)),
  ].filter(({ method }) => method !== 'session.logout');
  const answers: string[] = [];
  for (const isNaming of [false, true]) {
    for (const [name, [peer]] of peers) {
      await goOn(others, isSecret);
      for (const { method, params } of ordered) {
        if (naming.test(method) !== isNaming) continue;
        const asked = JSON.stringify(params);
        const reply = await peer?.request(method, JSON.parse(asked.replace('"used"', `"${used}"`)));
        const { id: _, ...answer } = reply ?? {};
        answers.push(`${name}: ${method} ${asked}: ${JSON.stringify(answer)}`);
      }
    }
  }
  for (const peer of all) await peer.call('ping', {});
  const notices = all.flatMap((peer, at) =>
    peer.received
      .slice(from.get(peer))
      .filter(({ method }) => method !== undefined && method !== 'presence.changed')
      .map((notice) => `notice ${at}: ${JSON.stringify(notice)}`),
  );
  return [...answers, ...notices].map(masked);
}

test('a secret group changes no byte that users get who are not in it', async () => {
  const without = await received(false);
  const secret = await received(true);
  expect(differences(without, secret)).toEqual([]);
  expect(secret.join('\n')).toContain('GROUP_NOT_FOUND');
}, 120_000);

/** The first lines that are not the same, with the lines that should have been there. */
function differences(one: readonly string[], other: readonly string[]): string[][] {
  return one
    .map((line, at) => [line, other[at] ?? 'missing'])
    .filter(([line, found]) => line !== found)
    .slice(0, 10);
}

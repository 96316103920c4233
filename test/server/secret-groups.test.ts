import { expect, test } from 'vitest';
import { questionsFrom, type Values } from '../helpers/questions.ts';
import { differences, goOn, id, secretBoard } from './secret-board.ts';
import { masked } from './support.ts';

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

/** Everything that the outsiders get, in every connection. */
async function received(isSecret: boolean): Promise<string[]> {
  const board = await secretBoard(isSecret);
  const { peers, used } = board;
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
      await goOn(board, isSecret);
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

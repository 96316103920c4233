import { expect, test } from 'vitest';
import type { Method } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import type { TextPeer } from '../helpers/text-peer.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const password = 'correct horse battery';
const tries = setting('tries', 400);
// How far the share of pairs in which the one answer was later may be from a half: a fair coin is farther off in one of
// 15,000 trials.
const deviations = 4;
// With many tries, a share this near to a half is a difference of a third of a microsecond or less.
const negligible = 0.06;

/** Somebody who is not in the secret group, in both encodings. */
interface Eve {
  readonly json: JsonPeer;
  readonly text: TextPeer;
}

/** What eve tries: `word` is `plans` or `6` for the secret group, and `plant` or `9` for none. */
interface Attempt {
  readonly title: string;
  readonly words: readonly [secret: string, missing: string];
  ask(eve: Eve, word: string): Promise<unknown>;
  /** Undoes it. This is not measured. */
  undo?(eve: Eve, word: string): Promise<unknown>;
}

function byJson(method: Method, how: string, words: Attempt['words'], params: ParamsOf): Attempt {
  const title = `${method} ${how}`;
  return { title, words, ask: ({ json }, word) => json.request(method, params(word)) };
}
type ParamsOf = (word: string) => object;

const names = ['plans', 'plant'] as const;
const lastLine = /^\[(ERROR|INFO)\] .*\n/m;

const attempts: readonly Attempt[] = [
  byJson('group.show', 'by name', names, (group) => ({ group })),
  byJson('group.show', 'by number', ['6', '9'], (group) => ({ group: Number(group) })),
  byJson('group.show', 'by name and number', ['plans#6', 'plant#9'], (group) => ({ group })),
  byJson('group.join', 'with a wrong code', names, (group) => ({ group, code: 'x' })),
  byJson('message.post', 'by number', ['6', '9'], (group) => ({
    ...{ group: Number(group), subject: 's', content: 'c' },
  })),
  byJson('message.search', 'in it', names, (group) => ({ query: `in:${group} word` })),
  {
    ...byJson('group.create', 'with its name', names, (name) => ({ name })),
    undo: ({ json }, group) => json.call('group.delete', { group }),
  },
  {
    ...byJson('group.edit', 'to its name', names, (name) => ({ group: 'own', name })),
    undo: ({ json }, group) => json.call('group.edit', { group, name: 'own' }),
  },
  {
    title: '%join',
    words: names,
    ask: ({ text }, group) => line(text, `%join ${group}`),
  },
  {
    title: '%create',
    words: names,
    ask: ({ text }, group) => line(text, `%create ${group}`),
    undo: ({ json }, group) => json.call('group.delete', { group }),
  },
];

async function line(text: TextPeer, typed: string): Promise<void> {
  text.send(typed);
  await text.expect(lastLine);
}

/** How long an answer takes, in microseconds. */
async function timeOf(attempt: Attempt, eve: Eve, word: string): Promise<number> {
  const began = process.hrtime.bigint();
  await attempt.ask(eve, word);
  const time = Number(process.hrtime.bigint() - began) / 1000;
  await attempt.undo?.(eve, word);
  return time;
}

const median = (times: readonly number[]) =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

test.each(attempts)(
  '$title takes as long for a secret group as for none',
  async (attempt) => {
    const board = await TestBoard.start({ durability: 'relaxed' });
    for (const name of ['alice', 'eve']) await board.protect(name, password);
    const alice = await board.protectedProgram('alice', password);
    const eve = {
      json: await board.protectedProgram('eve', password),
      text: await board.connect(),
    };
    eve.text.send('eve', password);
    await eve.text.expect('%help for every command.\n');
    const { groupId } = await alice.call('group.create', { name: 'plans', access: 'secret' });
    expect(groupId).toBe(6);
    for (let count = 0; count < 50; count++) {
      await alice.call('message.post', { group: groupId, subject: 'word', content: 'word' });
    }
    await eve.json.call('group.create', { name: 'own' });
    const [secret, missing] = attempt.words;
    const random = new Random(1);
    const times: { secret: number[]; missing: number[] } = { secret: [], missing: [] };
    // The first tries are slower, until the code has been compiled.
    for (let at = -200; at < tries; at++) {
      const isFirst = random.next() < 0.5;
      const one = await timeOf(attempt, eve, isFirst ? secret : missing);
      const other = await timeOf(attempt, eve, isFirst ? missing : secret);
      if (at < 0) continue;
      times.secret.push(isFirst ? one : other);
      times.missing.push(isFirst ? other : one);
    }
    const later = times.secret.filter((time, at) => time > (times.missing[at] ?? 0)).length;
    const share = later / tries;
    const shown = [share, median(times.secret), median(times.missing)].map((one) => one.toFixed(3));
    report(`${attempt.title} ${secret}: share, medians in µs: ${shown.join(', ')}`);
    const noise = (deviations * 0.5) / Math.sqrt(tries);
    expect(Math.abs(share - 0.5)).toBeLessThan(Math.max(noise, negligible));
  },
  120_000,
);

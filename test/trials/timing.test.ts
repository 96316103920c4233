import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const password = 'correct horse battery';
const tries = setting('tries', 400);
// How far the share of pairs in which the one answer was later may be from a half: a fair coin is farther off in one of
// 15,000 trials.
const deviations = 4;
// With many tries, a share this near to a half is a difference of a third of a microsecond or less.
const negligible = 0.06;

/** How long an answer takes, in microseconds. */
async function timeOf(peer: JsonPeer, method: string, params: object): Promise<number> {
  const began = process.hrtime.bigint();
  await peer.request(method, params);
  return Number(process.hrtime.bigint() - began) / 1000;
}

const median = (times: readonly number[]) =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

test.each([
  ['group.show', 'by name', { group: 'plans' }, { group: 'plant' }],
  ['group.show', 'by number', { group: 6 }, { group: 9 }],
  ['group.show', 'by name and number', { group: 'plans#6' }, { group: 'plant#9' }],
  ['group.join', 'with a wrong code', { group: 'plans', code: 'x' }, { group: 'plant', code: 'x' }],
  [
    'message.post',
    'by number',
    { group: 6, subject: 's', content: 'c' },
    { group: 9, subject: 's', content: 'c' },
  ],
  ['message.search', 'in it', { query: 'in:plans word' }, { query: 'in:plant word' }],
])(
  '%s takes as long for a secret group as for none, %s',
  async (method, _, secret, missing) => {
    const board = await TestBoard.start({ durability: 'relaxed' });
    for (const name of ['alice', 'eve']) await board.protect(name, password);
    const alice = await board.protectedProgram('alice', password);
    const eve = await board.protectedProgram('eve', password);
    const { groupId } = await alice.call('group.create', { name: 'plans', access: 'secret' });
    expect(groupId).toBe(6);
    for (let count = 0; count < 50; count++) {
      await alice.call('message.post', { group: groupId, subject: 'word', content: 'word' });
    }
    const random = new Random(1);
    const times: { secret: number[]; missing: number[] } = { secret: [], missing: [] };
    // The first tries are slower, until the code has been compiled.
    for (let at = -200; at < tries; at++) {
      const isFirst = random.next() < 0.5;
      const one = await timeOf(eve, method, isFirst ? secret : missing);
      const other = await timeOf(eve, method, isFirst ? missing : secret);
      if (at < 0) continue;
      times.secret.push(isFirst ? one : other);
      times.missing.push(isFirst ? other : one);
    }
    const later = times.secret.filter((time, at) => time > (times.missing[at] ?? 0)).length;
    const share = later / tries;
    const shown = [share, median(times.secret), median(times.missing)].map((one) => one.toFixed(3));
    report(`${method} ${JSON.stringify(secret)}: share, medians in µs: ${shown.join(', ')}`);
    const noise = (deviations * 0.5) / Math.sqrt(tries);
    expect(Math.abs(share - 0.5)).toBeLessThan(Math.max(noise, negligible));
  },
  120_000,
);

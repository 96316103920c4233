import { expect, test } from 'vitest';
import { enterDoor } from '../../src/client/door.ts';
import { boardError } from '../../src/protocol/errors.ts';
import type { Call } from '../../src/protocol/schemas.ts';
import { screenLimits } from '../../src/protocol/screen-limits.ts';
import { draftsOf } from '../../src/visit/board-drafts.ts';
import { socketOf } from '../helpers/vouched-peer.ts';
import { Guest } from './support.ts';

/** A visit of a guest, with its drafts. */
async function visitOf({ board, identity }: Guest) {
  const { address, key } = identity;
  const signal = new AbortController().signal;
  const { client } = await enterDoor({ socket: socketOf(board), address, signal }, { key });
  return { client, drafts: await draftsOf(client) };
}

test('a visit holds as many drafts as the board keeps, and drops the oldest', async () => {
  const { client, drafts } = await visitOf(await Guest.known('alice'));
  for (let nth = 0; nth < screenLimits.drafts + 3; nth++) {
    drafts.set(`p${nth}`, { text: `text ${nth}` });
  }
  drafts.set('p3', { text: 'changed' });
  drafts.set('new', { text: 'x' });
  expect(drafts.places()).toHaveLength(screenLimits.drafts);
  expect([drafts.get('p3')?.text, drafts.get('p4')]).toEqual(['changed', undefined]);
  for (let nth = 0; nth < 6; nth++) drafts.set(`q${nth}`, { text: 'y'.repeat(48 * 1024) });
  expect(drafts.places()).toEqual(['q1', 'q2', 'q3', 'q4', 'q5']);
  await drafts.flush();
  const kept = (await client.call('draft.list', {})).drafts.map(({ place }) => place);
  expect(kept).toEqual(expect.arrayContaining(['q1', 'q2', 'q3', 'q4', 'q5']));
  expect(kept).not.toContain('q0');
  await client.close();
});

test('a draft that was opened and not changed does not replace a newer one of another visit', async () => {
  const alice = await Guest.known('alice');
  const before = await visitOf(alice);
  before.drafts.set('news', { subject: 'Lunch', text: 'old' });
  await before.drafts.flush();
  const [first, second] = [await visitOf(alice), await visitOf(alice)];
  second.drafts.set('news', { subject: 'Lunch', text: 'newer' });
  await second.drafts.flush();
  expect(first.drafts.set('news', { subject: 'Lunch', text: 'old' })).toContain('is kept');
  await first.drafts.flush();
  const { drafts } = await visitOf(alice);
  expect(drafts.get('news')?.text).toBe('newer');
  for (const { client } of [before, first, second]) await client.close();
});

test('a draft that the board refuses keeps no other from being kept', async () => {
  const { client } = await visitOf(await Guest.known('alice'));
  const refused = boardError('NAME_UNPROTECTED', null, 'Not this one');
  const board: typeof client = Object.assign(Object.create(client), {
    call: (async (method, params) => {
      if ('place' in params && params.place === 'first') throw refused;
      return client.call(method, params);
    }) satisfies Call,
  });
  const drafts = await draftsOf(board);
  drafts.set('first', { text: 'refused' });
  drafts.set('news', { text: 'kept' });
  await drafts.flush();
  expect((await client.call('draft.list', {})).drafts).toEqual([
    { place: 'news', content: 'kept' },
  ]);
  expect(drafts.set('more', { text: 'x' })).toContain('The draft is kept until you leave.');
  await client.close();
});

test('drafts that go with the new name of a group are the newest of all visits', async () => {
  const alice = await Guest.known('alice');
  const before = await visitOf(alice);
  before.drafts.set('news', { text: 'old' });
  before.drafts.set('news#17', { text: 'an answer' });
  before.drafts.set('tidings#17', { text: 'another answer' });
  await before.drafts.flush();
  const [first, second] = [await visitOf(alice), await visitOf(alice)];
  second.drafts.set('news', { text: 'newer' });
  await second.drafts.flush();
  // Both visits are notified of the new name; the second goes on writing.
  for (const { drafts } of [second, first]) {
    for (const place of ['news', 'news#17']) drafts.move(place, place.replace('news', 'tidings'));
    await drafts.flush();
  }
  const { drafts } = await visitOf(alice);
  expect(drafts.get('tidings')?.text).toBe('newer');
  expect(drafts.get('news')).toBeUndefined();
  // A draft that is there already stays, and so does the other one.
  expect([drafts.get('news#17')?.text, drafts.get('tidings#17')?.text]).toEqual([
    'an answer',
    'another answer',
  ]);
  // A text that the board does not have yet moves as it is.
  second.drafts.set('tidings', { text: 'newest' });
  second.drafts.move('tidings', 'events');
  await second.drafts.flush();
  expect((await visitOf(alice)).drafts.get('events')?.text).toBe('newest');
  for (const { client } of [before, first, second]) await client.close();
});

import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { BoardClient } from '../../src/client/board-client.ts';
import { enterDoor } from '../../src/client/door.ts';
import { ConnectionLost } from '../../src/client/failure.ts';
import { boardError } from '../../src/protocol/errors.ts';
import type { Call, Params } from '../../src/protocol/schemas.ts';
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

/**
 * A client whose next `draft.set` that `fails` accepts waits for `release`, and then fails.
 * @returns `held` resolves once the call waits
 */
function holding(
  client: BoardClient,
  fails: (params: Params<'draft.set'>) => boolean,
  failure: Error,
) {
  const held = new AbortController();
  const released = new AbortController();
  let isOver = false;
  const board: BoardClient = Object.assign(Object.create(client), {
    call: (async (method, params) => {
      if (method === 'draft.set' && !isOver && fails(params as Params<'draft.set'>)) {
        isOver = true;
        held.abort();
        await aborted(released);
        throw failure;
      }
      return client.call(method, params);
    }) satisfies Call,
  });
  return { board, held: aborted(held), release: () => released.abort() };
}

async function aborted({ signal }: AbortController): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

const lost = new ConnectionLost('The server closed it.');
const unsaved = boardError('NAME_UNPROTECTED', null, 'Not now');

type Drafts = Awaited<ReturnType<typeof draftsOf>>;

/**
 * What the board has after a call failed: each draft as `place=text`.
 * @param before the drafts on the board at first; no others are left there
 * @param acts what the visitor does; all but the first while the call that `fails` accepts is in flight
 */
async function afterFailure(
  client: BoardClient,
  failure: Error,
  before: Record<string, string>,
  fails: (params: Params<'draft.set'>) => boolean,
  acts: readonly ((drafts: Drafts) => void)[],
): Promise<string[]> {
  for (const { place } of (await client.call('draft.list', {})).drafts) {
    await client.call('draft.set', { place });
  }
  for (const [place, content] of Object.entries(before)) {
    await client.call('draft.set', { place, content });
  }
  const { board, held, release } = holding(client, fails, failure);
  const drafts = await draftsOf(board);
  const [begin, ...meanwhile] = acts;
  begin?.(drafts);
  await held;
  for (const act of meanwhile) act(drafts);
  const flushed = drafts.flush();
  release();
  await flushed;
  const kept = (await client.call('draft.list', {})).drafts;
  const shown = drafts.places().map((place) => `${place}=${drafts.get(place)?.text}`);
  const stored = kept.map(({ place, content }) => `${place}=${content}`);
  // What the board has is what the visitor sees.
  expect(stored.sort()).toEqual(shown.sort());
  return stored;
}

for (const [what, failure] of [
  ['is lost with its connection', lost],
  ['is refused', unsaved],
] as const) {
  test(`a draft whose group is renamed keeps its newest text if the call that saves it ${what}`, async () => {
    const { client } = await visitOf(await Guest.known('alice'));
    const isText = ({ content }: Params<'draft.set'>) => content === 'new';
    const edit = (text: string) => (drafts: Drafts) => void drafts.set('news', { text });
    const move = (from: string, to: string) => (drafts: Drafts) => drafts.move(from, to);
    const news = { news: 'old' };
    const rename = move('news', 'tidings');
    const run = (...acts: Parameters<typeof afterFailure>[4]) =>
      afterFailure(client, failure, news, isText, acts);
    expect(await run(edit('new'), rename)).toEqual(['tidings=new']);
    expect(await run(edit('new'), rename, move('tidings', 'events'))).toEqual(['events=new']);
    expect(await run(edit('new'), rename, move('tidings', 'news'))).toEqual(['news=new']);
    expect(await run(edit('new'), edit('newer'), rename)).toEqual(['tidings=newer']);
    // A draft that was sent or given up meanwhile.
    const giveUp = (drafts: Drafts) => void drafts.set('tidings', undefined);
    expect(await run(edit('new'), rename, giveUp)).toEqual([]);
    // Another draft is begun in a group that gets the old name.
    expect(await run(edit('new'), rename, edit('other'))).toEqual(['news=other', 'tidings=new']);
    await client.close();
  });

  test(`a draft moves to the place of a removed one if the call that removes it ${what}`, async () => {
    const { client } = await visitOf(await Guest.known('alice'));
    const stored = await afterFailure(
      client,
      failure,
      { news: 'stays', tidings: 'removed' },
      ({ place, from }) => place === 'tidings' && from === undefined,
      [
        (drafts) => void drafts.set('tidings', undefined),
        (drafts) => drafts.move('news', 'tidings'),
      ],
    );
    expect(stored).toEqual(['tidings=stays']);
    await client.close();
  });
}

test('a board that refuses the text of a moved draft keeps the text that it had', async () => {
  const { client } = await visitOf(await Guest.known('alice'));
  await client.call('draft.set', { place: 'news', content: 'old' });
  const board: BoardClient = Object.assign(Object.create(client), {
    call: (async (method, params) => {
      if ('content' in params && params.content === 'new') throw unsaved;
      return client.call(method, params);
    }) satisfies Call,
  });
  const drafts = await draftsOf(board);
  // The first call is in flight while the other draft moves.
  drafts.set('events', { text: 'x' });
  drafts.set('news', { text: 'new' });
  drafts.move('news', 'tidings');
  await drafts.flush();
  expect((await client.call('draft.list', {})).drafts).toEqual([
    { place: 'tidings', content: 'old' },
    { place: 'events', content: 'x' },
  ]);
  expect(drafts.get('tidings')?.text).toBe('new');
  await client.close();
});

import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { catchUp } from '../../src/client/catch-up.ts';
import { GroupFeed } from '../../src/client/group-feed.ts';
import type { BoardClient, Notice } from '../../src/client/index.ts';
import type { Call, Membership } from '../../src/protocol/schemas.ts';
import { toTheEnd } from '../contract/storage.ts';
import { boardBehindPath } from './behind-path.ts';

const main = { group: 'main' };
const timing = { firstPause: 1, longestPause: 10 };
const rounds = Number(process.env.ROUNDS ?? 60);

/** A notice of a message in short: `posted 4`, `edited 4 "subject"`, `deleted 4 by bob`. */
function short({ method, params }: Notice): string[] {
  switch (method) {
    case 'message.posted':
      return [`posted ${params.message.number} "${params.message.subject}"`];
    case 'message.edited':
      return [`edited ${params.message.number} "${params.message.subject}"`];
    case 'message.deleted':
      return [`deleted ${params.number} by ${params.by}`];
    default:
      return [];
  }
}

/** What a client is told of messages. `until` waits for a notice, and gives what came since the last call. */
function listen(client: BoardClient) {
  let told: string[] = [];
  let wake = () => {};
  client.on('notice', (notice) => {
    told.push(...short(notice));
    wake();
  });
  return async (last: string) => {
    while (told.at(-1) !== last) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const since = told;
    told = [];
    return since;
  };
}

test('after a gap, edits and deletions are announced once each, and new messages as they are now', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const bob = await board.memberProgram('bob');
  const post = (subject: string) => bob.call('message.post', { ...main, subject, content: 'c' });
  const edit = (number: number, subject: string) =>
    bob.call('message.edit', { ...main, number, subject });
  await post('one');
  const alice = await client('alice');
  await alice.call('group.join', main);
  const until = listen(alice);
  for (const subject of ['two', 'three', 'four']) await post(subject);
  await edit(2, 'zwei');
  expect(await until('edited 2 "zwei"')).toEqual([
    ...['posted 2 "two"', 'posted 3 "three"', 'posted 4 "four"', 'edited 2 "zwei"'],
  ]);
  await cutOff(alice, async () => {
    await edit(4, 'vier');
    await post('five');
    await edit(5, 'fünf');
    await edit(1, 'eins');
    await post('six');
    await bob.call('message.delete', { ...main, number: 6 });
    await bob.call('message.delete', { ...main, number: 3 });
    await board.operate((operator) => operator.deleteMessages({ id: 1 }, [2]));
    while ((await bob.notice()).method !== 'message.deleted');
  });
  expect(await until('posted 5 "fünf"')).toEqual([
    ...['edited 4 "vier"', 'edited 1 "eins"', 'deleted 3 by bob', 'deleted 2 by null'],
    'posted 5 "fünf"',
  ]);
  await cutOff(alice, async () => {});
  await edit(5, 'cinq');
  expect(await until('edited 5 "cinq"')).toEqual(['edited 5 "cinq"']);
  // A user who is deleted with their messages is announced in one notice.
  await board.operate((operator) => operator.deleteUser('bob', 'purge', toTheEnd));
  await once(alice, 'notice');
  await cutOff(alice, async () => {});
  await alice.call('ping', {});
  await alice.post('main', 'mine', 'c');
  const other = await board.memberProgram('carol');
  await other.call('message.post', { ...main, subject: 'seven', content: 'c' });
  expect(await until('posted 8 "seven"')).toEqual(['posted 8 "seven"']);
});

test('after a gap, a client is not notified of its own edits and deletions, and of those of its other sessions once', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const alice = await client('alice');
  await alice.call('account.setPassword', { password: 'correct horse' });
  const phone = await board.connectProgram();
  await phone.call('session.login', { user: 'alice', password: 'correct horse' });
  await alice.call('group.join', main);
  const until = listen(alice);
  for (const subject of ['one', 'two', 'three', 'four']) await alice.post('main', subject, 'c');
  for (const subject of ['eins', 'un']) {
    await alice.call('message.edit', { ...main, number: 1, subject });
  }
  await alice.call('message.edit', { ...main, number: 2, subject: 'zwei' });
  await alice.call('message.delete', { ...main, number: 3 });
  await cutOff(alice, async () => {
    await phone.call('message.edit', { ...main, number: 2, subject: 'deux' });
    await phone.call('message.delete', { ...main, number: 4 });
  });
  await phone.call('message.post', { ...main, subject: 'five', content: 'c' });
  expect(await until('posted 5 "five"')).toEqual([
    ...['edited 2 "deux"', 'deleted 4 by alice', 'posted 5 "five"'],
  ]);
});

test('a client that joined later is not told of changes of messages from before, also after a gap', async () => {
  const { board, client, cutOff } = await boardBehindPath(timing);
  const bob = await board.memberProgram('bob');
  const post = (subject: string) => bob.call('message.post', { ...main, subject, content: 'c' });
  for (const subject of ['one', 'two', 'three']) await post(subject);
  await board.protect('alice', 'correct horse');
  const alice = await client('alice', { password: 'correct horse' });
  const until = listen(alice);
  // Another session joins, and this one goes on from there.
  const other = await board.protectedProgram('alice', 'correct horse');
  await bob.call('message.edit', { ...main, number: 3, subject: 'before the join' });
  const joined = once(alice, 'notice');
  await other.call('group.join', main);
  await joined;
  await cutOff(alice, async () => {
    await bob.call('message.edit', { ...main, number: 1, subject: 'secret' });
    await bob.call('message.edit', { ...main, number: 2, subject: 'zwei' });
    await post('four');
  });
  expect(await until('posted 4 "four"')).toEqual(['edited 2 "zwei"', 'posted 4 "four"']);
});

const membership: Membership = {
  ...{ id: 1, group: 'main', unread: 0, mentions: 0, lastRead: 0, ranges: [] },
  ...{ access: 'open', posting: 'members', replying: 'members', role: 'member' },
  ...{ lastNumber: 3, change: 1, notify: 'all' },
};

const header = (number: number, editedAt: string) => ({
  ...{ number, senderId: 2, sender: 'bob', postedAt: '1', subject: 's', thread: number, editedAt },
});

/** Whether a notice of an edit is announced when it arrives. */
function isTold(feed: GroupFeed, number: number, editedAt: string, change: number): boolean {
  return feed.takeChange({
    method: 'message.edited',
    params: { group: 'main', groupId: 1, message: header(number, editedAt), change },
  });
}

/** Catches up with messages from 4 on, of which all were edited at time 2. */
async function catchUpWith(feed: GroupFeed, numbers: number[]): Promise<string[]> {
  feed.resume({ ...membership, lastNumber: Math.max(...numbers) });
  const announced: string[] = [];
  const call = async (_: string, { after = 0 }: { after?: number }) => {
    const left = numbers.filter((number) => number > after);
    return { ...main, messages: left.map((number) => header(number, '2')) };
  };
  await catchUp(feed, {
    call: call as unknown as Call,
    wanted: () => true,
    announce: ({ method }) => announced.push(method),
    user: () => 'alice',
  });
  return announced;
}

test('an edit that a list has already, and whose notice arrives after it, is not announced again', async () => {
  const feed = new GroupFeed(membership, 3);
  expect(await catchUpWith(feed, [4])).toEqual(['message.posted']);
  expect(isTold(feed, 4, '2', 2)).toBe(false);
  expect(isTold(feed, 4, '3', 3)).toBe(true);
});

test('an edit of an own message by another session is announced, also if a list has it already', async () => {
  const feed = new GroupFeed(membership, 3);
  feed.posted(5);
  expect(await catchUpWith(feed, [4, 5, 6])).toEqual(['message.posted', 'message.posted']);
  expect(isTold(feed, 5, '2', 2)).toBe(true);
});

test('only so many edits of a list are remembered', async () => {
  const feed = new GroupFeed(membership, 3);
  const numbers = Array.from({ length: 1001 }, (_, at) => at + 4);
  expect(await catchUpWith(feed, numbers)).toHaveLength(1001);
  expect(isTold(feed, 5, '2', 2)).toBe(false);
  expect(isTold(feed, 4, '2', 3)).toBe(true);
});

test(
  `over ${rounds} cuts every change is announced once, and the last state of each message is told`,
  async () => {
    const { board, path, client } = await boardBehindPath(timing, 6000);
    const bob = await board.memberProgram('bob');
    const alice = await client('alice');
    await alice.call('group.join', main);
    const told: string[] = [];
    const state = new Map<number, string>();
    alice.on('notice', ({ method, params }) => {
      if (method === 'message.posted' || method === 'message.edited') {
        const { number, subject, editedAt } = params.message;
        state.set(number, subject);
        told.push(`${number} ${editedAt}`);
      } else if (method === 'message.deleted') {
        state.delete(params.number);
        told.push(`${params.number} deleted`);
      }
    });
    const stop = new AbortController();
    const live: number[] = [];
    const working = (async () => {
      for (let n = 1; !stop.signal.aborted; n++) {
        const { number } = await bob.call('message.post', {
          ...main,
          subject: `${n}`,
          content: 'c',
        });
        live.push(number);
        const nth = live[(n * 7) % live.length] ?? number;
        await bob
          .call('message.edit', { ...main, number: nth, subject: `${nth} edited at ${n}` })
          .catch(() => {});
        if (n % 5 === 0) {
          const [gone = 0] = live.splice((n * 3) % live.length, 1);
          await bob.call('message.delete', { ...main, number: gone });
        }
        await delay(2);
      }
    })();
    await path.cutUntil(rounds);
    stop.abort();
    await working;
    const rows = board
      .database()
      .prepare<[], { number: number; subject: string }>(
        'SELECT number, subject FROM messages WHERE deleted_at IS NULL ORDER BY number',
      )
      .all();
    const stored = new Map(rows.map(({ number, subject }) => [number, subject]));
    const inOrder = () => new Map([...state].sort(([a], [b]) => a - b));
    for (let tries = 0; tries < 1000 && inOrder().size !== stored.size; tries++) await delay(5);
    for (let tries = 0; tries < 400; tries++) {
      if ([...stored].every(([number, subject]) => state.get(number) === subject)) break;
      await delay(5);
    }
    expect(inOrder()).toEqual(stored);
    expect(told.filter((one, at) => told.indexOf(one) !== at)).toEqual([]);
  },
  rounds * 300,
);

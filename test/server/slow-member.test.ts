import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { limits, serverLimits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { numbersIn, numbersTold, range, serverEnds } from './support.ts';

const reason = 'You read too slowly, and too much was waiting. Nothing is lost: the board has it.';

// Less than by default, so that it is there sooner.
const outboxBytes = 512 * 1024;

/** Posts long subjects until something holds; returns how many there are then. */
async function postUntil(holds: () => boolean, poster: JsonPeer): Promise<number> {
  const params = { group: 'main', subject: '🍣'.repeat(limits.subject), content: 'c' };
  let posted = 0;
  for (; !holds(); posted += 100) {
    await Promise.all(range(1, 100).map(() => poster.call('message.post', params)));
  }
  return posted;
}

/** Posts until the server has given a peer up, to whom so many bytes may wait to go out. */
async function postUntilEnded(
  poster: JsonPeer,
  end: Socket,
  outboxBytes: number = serverLimits.outboxBytes,
): Promise<number> {
  let most = 0;
  const posted = await postUntil(() => {
    most = Math.max(most, end.writableLength);
    return end.writableEnded;
  }, poster);
  expect(most).toBeLessThan(outboxBytes + 1024);
  // A hundred posts are told between two looks.
  expect(most).toBeGreaterThan(outboxBytes - 128 * 1024);
  return posted;
}

test('a person who stops reading is sent an error and closed, and the others get everything', async () => {
  const board = await TestBoard.start({ limits: { outboxBytes } });
  const ends = serverEnds();
  const slow = await board.member('slow');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const reader = await board.member('reader');
  const poster = await board.memberProgram('poster');
  await slow.receivedSoFar();
  slow.socket.pause();
  const posted = await postUntilEnded(poster, end, outboxBytes);

  slow.socket.resume();
  const shown = await slow.toEnd();
  expect(shown.endsWith(`[INFO] ${reason} Goodbye.\n`)).toBe(true);
  const told = numbersIn(shown);
  expect(told).toEqual(range(1, told.length));
  expect(told.length).toBeLessThan(posted);
  expect(numbersIn(await reader.receivedSoFar())).toEqual(range(1, posted));
});

test('a program that stops reading is sent a notice and closed, and the others get everything', async () => {
  const board = await TestBoard.start({ limits: { outboxBytes } });
  const ends = serverEnds();
  const slow = await board.memberProgram('slow');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const reader = await board.memberProgram('reader');
  const poster = await board.memberProgram('poster');
  await slow.notices();
  slow.socket.pause();
  const posted = await postUntilEnded(poster, end, outboxBytes);

  slow.socket.resume();
  await slow.until(() => slow.ended || undefined);
  expect(slow.received.at(-1)).toMatchObject({
    method: 'session.closing',
    params: { reason, code: 'TOO_SLOW' },
  });
  const told = numbersTold(slow);
  expect(told).toEqual(range(1, told.length));
  expect(told.length).toBeLessThan(posted);
  await reader.call('ping', {});
  expect(numbersTold(reader)).toEqual(range(1, posted));
});

test('a member who never reads again is closed, and finds the missed messages unread on returning', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const slow = await board.memberProgram('slow');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const poster = await board.memberProgram('poster');
  await slow.notices();
  slow.socket.pause();
  const posted = await postUntilEnded(poster, end);

  const again = await board.connectProgram();
  expect(await again.call('session.login', { user: 'slow' })).toMatchObject({
    memberships: [{ unread: Math.min(posted, limits.unread), lastRead: 0, lastNumber: posted }],
  });
  await new Promise((resolve) => end.once('close', resolve));
});

test.each<[what: string, go: (socket: Socket) => void, event: string]>([
  ['breaks', (socket) => socket.resetAndDestroy(), 'close'],
  ['is ended', (socket) => socket.end(), 'end'],
])(
  'a member whose connection %s while notices wait finds their messages unread',
  async (_, go, event) => {
    const board = await TestBoard.start();
    const ends = serverEnds();
    const slow = await board.memberProgram('slow');
    const [end] = ends;
    if (!end) throw new Error('nobody connected');
    const poster = await board.memberProgram('poster');
    await slow.notices();
    slow.socket.pause();
    const posted = await postUntil(() => end.writableLength > 0, poster);
    const gone = new Promise((resolve) => end.once(event, resolve));
    go(slow.socket);
    await gone;

    const again = await board.connectProgram();
    expect(await again.call('session.login', { user: 'slow' })).toMatchObject({
      memberships: [{ unread: Math.min(posted, limits.unread) }],
    });
  },
);

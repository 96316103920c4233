import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type BoardClient, type ConnectOptions, connect } from '../../src/client/index.ts';
import type { Notice } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';

const timing = { firstPause: 5, longestPause: 50 };

async function client(board: TestBoard, user: string, options: Partial<ConnectOptions> = {}) {
  const made = await connect({ host: '127.0.0.1', port: board.port, user, timing, ...options });
  onTestFinished(() => made.close());
  return made;
}

function told(of: BoardClient): string[] {
  const subjects: string[] = [];
  of.on('notice', ({ method, params }: Notice) => {
    if (method === 'message.posted') subjects.push(params.message.subject);
  });
  return subjects;
}

test('what was posted while the server was away is told, and posts go out', async () => {
  const board = await TestBoard.start();
  const alice = await client(board, 'alice');
  await alice.call('group.join', { group: 'main' });
  const subjects = told(alice);
  const bob = await board.memberProgram('bob');
  await bob.call('message.post', { group: 'main', subject: 'one', content: 'x' });
  const lost = once(alice, 'lost');
  const { port } = board;
  const back = once(alice, 'resumed');
  await board.restart(undefined, { port });
  await lost;
  const posted = alice.post('main', 'mine', 'x');
  await back;
  const again = await board.program('bob');
  await again.call('message.post', { group: 'main', subject: 'two', content: 'x' });
  expect((await posted).number).toBe(2);
  await alice.call('ping', {});
  expect(subjects).toEqual(['one', 'two']);
});

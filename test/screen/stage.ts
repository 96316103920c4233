import type { Call, Header } from '../../src/protocol/schemas.ts';
import { TestBoard, type TestBoardOptions } from '../helpers/board.ts';

/** A board on which alice is a member of main and news, and bob writes. Nobody else is connected as alice. */
export async function stage(options: TestBoardOptions = {}) {
  const board = await TestBoard.start(options);
  await board.protect('alice', 'correct horse');
  await board.protect('bob', 'correct horse');
  const alice = await board.protectedProgram('alice', 'correct horse');
  for (const group of ['main', 'news']) await alice.call('group.join', { group });
  await alice.call('session.logout', {});
  const bob = await board.protectedProgram('bob', 'correct horse');
  for (const group of ['main', 'news']) await bob.call('group.join', { group });
  return { board, bob, post: poster(bob.call.bind(bob) as Call), password: 'correct horse' };
}

/** Posts as one user. A reply has no subject of its own. */
function poster(call: Call) {
  return (
    group: string,
    subject: string | undefined,
    content: string,
    replyTo?: number,
  ): Promise<Header> => call('message.post', { group, subject, content, replyTo });
}

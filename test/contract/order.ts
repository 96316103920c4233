import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import { openRules } from '../../src/board/types.ts';
import { errorCodeOf, login, main, member, post } from '../helpers/storage.ts';
import { logged, type OpenStorage, toTheEnd } from './storage.ts';

/** The order in which calls take effect and are announced. */
export function orderContract(open: OpenStorage): void {
  test('outside changes are announced once, in their order', async () => {
    const board = open();
    await board.administration.renameGroup({ id: 2 }, groupName('lounge'));
    await board.administration.deleteGroup({ id: 3 }, toTheEnd);

    await board.repository.announceOutsideChanges();
    expect(board.events()).toEqual([
      {
        type: 'group.changed',
        group: { id: 2, name: 'lounge' },
        was: 'general',
        description: 'Anything that fits nowhere else',
        rules: openRules,
        changed: ['name'],
      },
      { type: 'groups.changed' },
      logged({ id: 2, name: 'lounge' }, { act: 'rename', detail: 'general to lounge' }),
      { type: 'group.removed', group: { id: 3, name: 'news' } },
      { type: 'groups.changed' },
    ]);

    await board.repository.announceOutsideChanges();
    expect(board.events()).toEqual([]);
  });

  test('calls made at the same time take effect in the order in which they were made', async () => {
    const board = open();
    const alice = await login(board, 'alice');
    const [early, , late] = await Promise.all([
      errorCodeOf(post(board, alice, 'too early')),
      board.repository.join(alice, main),
      post(board, alice, 'in time'),
    ]);
    expect(early).toBe('NOT_MEMBER');
    expect(late.number).toBe(1);
  });

  test('another process sees an acknowledged message at once', async () => {
    const board = open();
    await post(board, await member(board, 'alice'), 'hello');
    const { messages } = await board.administration.messages(main, { limit: 10 });
    expect(messages.map(({ subject }) => subject)).toEqual(['hello']);
  });
}

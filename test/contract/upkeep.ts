import { expect, test } from 'vitest';
import { main, member, post, seen } from '../helpers/storage.ts';
import type { OpenStorage } from './storage.ts';

const day = 24 * 60 * 60 * 1000;

/** Runs steps until there is nothing more to do. */
async function settle(step: () => Promise<boolean>): Promise<void> {
  while (!(await step()));
}

/** Retention. */
export function upkeepContract(open: OpenStorage): void {
  test('retention deletes a message as soon as it is older than its group keeps', async () => {
    let now = Date.now() - 10 * day;
    const board = open({ now: () => now });
    const { upkeep } = board;
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) {
      await post(board, alice, subject);
      now += day;
    }
    await board.administration.editGroup(main, { keepDays: 3 });
    now -= 1;
    expect(await upkeep.removeExpired()).toBe(true);
    expect(await seen(board, alice)).toEqual([1, 2, 3]);
    now += 2;
    await settle(() => upkeep.removeExpired());
    expect(await seen(board, alice)).toEqual([2, 3]);
    now += day;
    await settle(() => upkeep.removeExpired());
    expect(await seen(board, alice)).toEqual([3]);
    expect(board.events().filter(({ type }) => type === 'messages.purged')).toMatchObject([
      { group: { name: 'main' }, count: 1, first: 1, last: 1 },
      { count: 1, first: 2, last: 2 },
    ]);
  });

  test('messages that retention has deleted are announced, even if the rule of their group is removed before', async () => {
    const board = open();
    const { upkeep, administration } = board;
    const alice = await member(board, 'alice');
    for (let n = 0; n < 450; n++) await post(board, alice, `${n}`);
    await administration.editGroup(main, { keepMessages: 10 });
    board.events();
    expect(await upkeep.removeExpired()).toBe(false);
    expect(board.events()).toEqual([]);
    await administration.editGroup(main, { keepMessages: null });
    await settle(() => upkeep.removeExpired());
    const count = 450 - (await administration.group(main)).messages;
    expect(count).toBe(200);
    expect(board.events()).toMatchObject([
      {
        type: 'messages.purged',
        ...{
          group: { name: 'main' },
          count,
          first: 1,
          last: count,
          by: { rule: 'keep 10 messages' },
        },
      },
    ]);
  });
}

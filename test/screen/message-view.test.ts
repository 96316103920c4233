import { expect, test } from 'vitest';
import { Clock } from '../../src/screen/panes/clock.ts';
import { MessageView } from '../../src/screen/program/message-view.ts';

test('an end that notes are over is not seen', async () => {
  const message = {
    number: 1,
    sender: 'bob',
    senderId: 2,
    postedAt: '2026-11-28T10:00:00.000000Z',
    subject: 'Lunch',
    thread: 1,
    content: 'row\nrow\nthe end',
    group: 'main',
    groupId: 1,
  };
  const view = new MessageView({
    board: { call: async () => message } as never,
    clock: new Clock('UTC'),
    area: () => ({ row: 1, column: 0, rows: 20, columns: 40 }),
    changed: () => {},
    failed: (error) => expect.unreachable(String(error)),
  });
  view.show(1, 1);
  await view.loaded();
  const rows = view.shown?.rowsIn(40)?.length ?? 0;
  expect(rows).toBeGreaterThan(3);
  for (const [covered, seen] of [
    [0, undefined],
    [rows, undefined],
    [rows + 1, 7],
  ] as const) {
    view.drawn(covered);
    view.frameSent(7);
    expect(view.shown?.endSentAt).toBe(seen);
  }
});

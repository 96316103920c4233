import { expect, onTestFinished, test, vi } from 'vitest';
import type { BoardClient } from '../../src/client/board-client.ts';
import { membership } from '../../src/protocol/schemas/shapes.ts';
import { Groups } from '../../src/screen/program/groups.ts';

const shown = (id: number, group: string) =>
  membership.parse({ id, group, unread: id, lastRead: 0, lastNumber: id });

test('a conversation that the count of the board leaves out stays in the list, and a group does not', async () => {
  const counted = { memberships: [shown(1, 'main')], more: true };
  const board = {
    memberships: [shown(1, 'main'), shown(2, 'news'), shown(3, '@dave')],
    connected: true,
    call: async () => counted,
  } as Partial<BoardClient> as BoardClient;
  const changed = vi.fn();
  const groups = new Groups({
    ...{ board, changed, renamed: () => {}, failed: () => {}, showsJoinable: () => false },
  });
  onTestFinished(() => groups.stop());
  groups.recount();
  await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 5000);
  expect(groups.all.map(({ name }) => name)).toEqual(['main', '@dave']);
});

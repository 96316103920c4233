import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import { connect, groupNamed, login, post, type StoredBoard } from '../helpers/storage.ts';

/** A board with the acts of users who look after groups, and of the operator in a process of its own. */
export interface LookedAfter {
  readonly groups: SqliteGroups;
  readonly operator: SqliteAdministration;
  /** Logs in under a name with a password. */
  protect(name: string): Promise<Actor>;
}

export function lookAfter(board: StoredBoard): LookedAfter {
  const operator = SqliteAdministration.outside(connect(board.file, { busyTimeout: 5000 }));
  const groups = new SqliteGroups(board.store);
  const protect = async (name: string) => {
    await operator.createUser(userName(name), await quickPasswords().hash('a secret'));
    return login(board, name);
  };
  return { groups, operator, protect };
}

/** Something of everything that moderators set: in the listed group `chess` and in two secret groups `plans`. */
export async function fillModeration(board: StoredBoard, life: LookedAfter): Promise<void> {
  const { groups, operator, protect } = life;
  const { repository } = board;
  const [alice, bob, carol] = [
    await protect('alice'),
    await protect('bob'),
    await protect('carol'),
  ];
  await login(board, 'mallory');
  await login(board, 'eve');
  const create = (actor: Actor, name: string, access: 'open' | 'invite' | 'secret') =>
    groups.create(actor, { name: groupName(name), description: 'Of users', access }, 'protected');
  const { group: chess } = await create(alice, 'chess', 'invite');
  const { group: plans } = await create(alice, 'plans', 'secret');
  await create(bob, 'plans', 'secret');
  await create(carol, 'lost', 'open');
  await groups.edit(alice, chess, {
    name: undefined,
    changes: { about: 'The rules:\nbe kind', posting: 'moderators', replying: 'moderators' },
  });
  await groups.invite(alice, chess, 'bob');
  await repository.join(bob, chess);
  await groups.setRole(alice, chess, 'bob', 'moderator');
  await groups.invite(alice, plans, 'eve');
  const until = board.store.expected() + 86_400_000_000;
  await groups.makeCode(bob, chess, { code: 'sesame', uses: 3, until });
  await operator.moderation.makeCode({ id: chess.id }, { code: 'open', uses: null, until: null });
  await groups.bar(bob, chess, { user: 'mallory', reason: 'Advertising' });
  await groups.silence(bob, chess, { user: 'eve', reason: '', until });
  for (const subject of ['one', 'two', 'three'])
    await post(board, alice, subject, { group: chess });
  await post(board, alice, 'secret', { group: plans });
  await groups.closeThread(bob, chess, 2, true);
  await groups.pin(bob, chess, 3, true);
  await groups.report(bob, chess, 3, 'Rude');
  await groups.report(alice, chess, 2, 'Old');
  await groups.closeReports(alice, chess, 2);
  await groups.pin(alice, plans, 1, true);
  await operator.banUser('carol', '');
  // Nobody knows of it, and its rows are still there.
  const { group: dropped } = await create(bob, 'dropped', 'open');
  const { number } = await post(board, bob, 'kept for a moment', { group: dropped });
  await repository.muteThread(bob, dropped, number, true);
  await groups.delete(bob, groupNamed('dropped'));
}

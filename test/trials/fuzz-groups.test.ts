import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import type { GroupRef } from '../../src/board/types.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { PlainPasswords } from '../helpers/passwords.ts';
import { Caller, type Refused } from './caller.ts';
import type { Random } from './random.ts';
import { playRounds, seconds } from './rounds.ts';

// The operator deletes, renames, purges and makes groups, and renames, bans, silences and unprotects their members, while
// requests about them are between their look-up and their commit.

const clients = 6;
const sessions = 6;
const requestsAtOnce = 8;
const groups = ['main', 'a', 'b', 'c'];
// Owners of groups, with a password, and other users.
const owners = ['p0', 'p1'];
const users = [...owners, 'u0', 'u1', 'u2', 'u3'];
const password = 'one for all of them';
const hour = 3600 * 1e6;

// What holds in each transaction, written down by the database itself.
const witnesses = `
  CREATE TABLE wrong (what);
  CREATE TRIGGER post_of_stranger AFTER INSERT ON messages
    WHEN NOT EXISTS (SELECT 1 FROM memberships WHERE group_id = NEW.group_id AND user_id = NEW.sender_id)
    BEGIN INSERT INTO wrong VALUES ('somebody posted who was not a member'); END;
  CREATE TRIGGER post_elsewhere AFTER INSERT ON messages
    WHEN NEW.content GLOB 'to:*'
      AND substr(NEW.content, 4) <> (SELECT name FROM groups WHERE id = NEW.group_id)
    BEGIN INSERT INTO wrong VALUES ('a post came into a group of another name'); END;
  CREATE TRIGGER post_of_banned AFTER INSERT ON messages
    WHEN (SELECT banned_at FROM users WHERE id = NEW.sender_id) IS NOT NULL
    BEGIN INSERT INTO wrong VALUES ('a banned user posted'); END;
  CREATE TRIGGER post_of_silenced AFTER INSERT ON messages
    WHEN EXISTS (SELECT 1 FROM restrictions
      WHERE group_id = NEW.group_id AND user_id = NEW.sender_id AND kind = 'silenced')
    BEGIN INSERT INTO wrong VALUES ('a silenced member posted'); END;
  CREATE TRIGGER join_of_barred AFTER INSERT ON memberships
    WHEN EXISTS (SELECT 1 FROM restrictions
      WHERE group_id = NEW.group_id AND user_id = NEW.user_id AND kind = 'barred')
    BEGIN INSERT INTO wrong VALUES ('a barred user joined'); END;
  CREATE TRIGGER act_of_nobody AFTER INSERT ON group_log
    WHEN NEW.by IS NOT NULL AND NEW.act IN ('bar', 'silence', 'remove') AND NOT EXISTS (
      SELECT 1 FROM memberships JOIN users ON users.id = user_id
      WHERE group_id = NEW.group_id AND users.name = NEW.by AND role_since IS NOT NULL
        AND role IN ('owner', 'moderator') AND is_protected AND banned_at IS NULL)
    BEGIN INSERT INTO wrong VALUES ('somebody without a role moderated'); END;
`;

const named = (name: string): GroupRef => ({ key: name, name });

class Round {
  readonly wrong: string[] = [];
  requests = 0;
  /** The ids of the groups, as the operator's commands have left them. */
  private readonly ids = new Map<string, number>();
  /** Counts the changes of the operator: those that have begun, and those that have ended. */
  private changes = 0;
  /** Up to which number each group was purged. */
  private readonly purged = new Map<number, number>();

  constructor(
    private readonly board: TestBoard,
    private readonly random: Random,
  ) {}

  async run(): Promise<void> {
    let going = true;
    const operator = this.board.operate(async (administration) => {
      for (const name of groups.slice(1)) await administration.createGroup(groupName(name), '');
      for (const { name, id } of await administration.groups('group')) this.ids.set(name, id);
      while (going) {
        this.changes++;
        await this.operate(administration).catch(requireRefusal);
        this.changes++;
        for (let turns = this.random.whole(1, 5); turns > 0; turns--) await nextTurn();
      }
    });
    await Promise.all(Array.from({ length: clients }, () => this.client()));
    going = false;
    await operator;
  }

  private async operate(board: Administration): Promise<unknown> {
    const { random } = this;
    const name = random.pick(groups);
    const user = random.pick(users);
    const on = { user, reason: '' };
    switch (random.whole(0, 12)) {
      case 0:
        await board.deleteGroup(named(name), toTheEnd);
        return this.ids.delete(name);
      case 1: {
        const to = random.pick(groups);
        const { id } = await board.renameGroup(named(name), groupName(to));
        this.ids.delete(name);
        return this.ids.set(to, id);
      }
      case 2:
      case 3: {
        const { id } = await board.createGroup(groupName(name), '');
        return this.ids.set(name, id);
      }
      case 4: {
        const plan = await board.planPurge(named(name), { keep: random.whole(0, 3) });
        await board.purge(plan, toTheEnd);
        return this.purged.set(plan.group.id, plan.upTo);
      }
      case 5:
        return board.moderation.silence(named(name), { ...on, until: Date.now() * 1000 + hour });
      case 6:
      case 11:
        return board.moderation.bar(named(name), on);
      case 7:
        return board.setPassword(user, random.once(2) ? null : password);
      case 8:
      case 12:
        await board.banUser(user, '');
        for (let turns = random.whole(1, 20); turns > 0; turns--) await nextTurn();
        return board.unbanUser(user);
      case 9:
        await board.moderation.unsilence(named(name), on).catch(requireRefusal);
        return board.moderation.unbar(named(name), on);
      default:
        await board.moderation.setRole(named(name), user, random.pick(['moderator', 'owner']));
        return undefined;
    }
  }

  private async client(): Promise<void> {
    for (let session = 0; session < sessions; session++) {
      const caller = await Caller.open(this.board.port);
      const user = this.random.pick(users);
      const isIn = await caller
        .call('session.login', { user, ...(owners.includes(user) && { password }) })
        .then(() => true, requireRefusal);
      for (let rounds = 3; isIn && rounds > 0; rounds--) {
        const all = Array.from({ length: requestsAtOnce }, () => this.request(caller));
        await Promise.all(all.map((each) => each.catch(requireRefusal)));
      }
      caller.close();
    }
  }

  private request(caller: Caller): Promise<unknown> {
    const { random } = this;
    this.requests++;
    const group = random.pick(groups);
    const user = random.pick(users);
    const number = random.whole(1, 8);
    switch (random.whole(0, 9)) {
      case 0:
      case 1:
        return caller.call('group.join', { group });
      case 2:
      case 3:
        return caller.call('message.post', { group, subject: 's', content: `to:${group}` });
      case 4:
        return caller.call('message.edit', { group, number, content: 'edited' });
      case 5:
        return caller.call('message.delete', { group, number });
      case 6:
        return this.list(caller, group);
      case 7:
        return this.find(caller, group);
      case 8:
        return caller.call(random.pick(['group.bar', 'group.remove']), { group, user });
      default:
        return caller.call('group.leave', { group });
    }
  }

  /** A purge that has ended is seen by every later request. */
  private async list(caller: Caller, name: string): Promise<void> {
    const id = this.ids.get(name);
    if (id === undefined) return;
    const upTo = this.purged.get(id) ?? 0;
    const { messages } = await caller.call('message.list', { group: id });
    const first = messages[0]?.number ?? Number.POSITIVE_INFINITY;
    if (first <= upTo) this.wrong.push(`message ${first} of ${name} after a purge up to ${upTo}`);
  }

  /** A name means the group that has it, if no command of the operator runs meanwhile. */
  private async find(caller: Caller, group: string): Promise<void> {
    const { changes } = this;
    const isStill = () => changes % 2 === 0 && this.changes === changes;
    const id = this.ids.get(group);
    const shown = await caller.call('group.show', { group }).catch((error: unknown) => {
      requireRefusal(error);
      return (error as Refused).code === 'GROUP_NOT_FOUND' ? null : undefined;
    });
    if (shown === undefined || !isStill()) return;
    if (shown?.groupId !== id) this.wrong.push(`${group} is ${shown?.groupId}, and not ${id}`);
  }
}

/** Refusals are expected, and so is the end of the connection of a user who was banned. */
function requireRefusal(error: unknown): false {
  const isExpected = error instanceof Error && !/INTERNAL_ERROR/.test(error.message);
  if (!isExpected) throw error;
  return false;
}

function check(client: Client, round: Round): void {
  expect(round.wrong).toEqual([]);
  expect(client.prepare('SELECT what, count(*) FROM wrong GROUP BY what').all()).toEqual([]);
  for (const each of healthChecks) expect(problemsOf(each, client), each.name).toEqual([]);
}

test(
  `for ${seconds} s of requests and operator changes, each request follows the rules at its commit`,
  () =>
    playRounds('requests', async (random) => {
      const board = await TestBoard.start({
        passwords: new PlainPasswords(),
        durability: 'relaxed',
      });
      for (const owner of owners) await board.protect(owner, password);
      for (const user of users.slice(owners.length)) {
        const peer = await board.program(user);
        await peer.call('session.logout', {});
      }
      const client = board.database();
      client.exec(witnesses);
      const round = new Round(board, random);
      await round.run();
      await board.stop();
      check(client, round);
      client.close();
      return round.requests;
    }),
  seconds * 1000 + 60_000,
);

import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { Caller, Refused } from './caller.ts';
import { names, password, protectedNames } from './fuzz/inputs.ts';
import { person, program, stranger } from './fuzz/sessions.ts';
import { LoopWatch } from './fuzz/watch.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const seconds = setting('seconds', 3);
const seed = setting('seed', 6);
// Sessions on one board before it is looked into and begun anew, and those that are there at once.
const sessionsPerBoard = 300;
const atOnce = 6;
// How long the event loop may stand still, in milliseconds of processor time. The server shares it with the programs and
// people of the trial, and with the compiler of the first seconds.
const longestStop = 250;

/** By the rule, from the rows: the last two before joining, and all after. Deleted messages count among the two, and are not shown. */
function visible(client: Client, user: string, group: number): number[] {
  const member = client
    .prepare<[string, number], { id: number; joined: number }>(
      `SELECT group_id AS id, joined_at AS joined FROM memberships
       JOIN users ON users.id = user_id WHERE users.name = ? AND group_id = ?`,
    )
    .get(user, group);
  if (!member) return [];
  const rows = client
    .prepare<[number], { number: number; at: number; isDeleted: number }>(
      `SELECT number, posted_at AS at, deleted_at IS NOT NULL AS isDeleted
       FROM messages WHERE group_id = ? ORDER BY number`,
    )
    .all(member.id);
  const before = rows.filter(({ at }) => at < member.joined).slice(-2);
  const window = [...before, ...rows.filter(({ at }) => at > member.joined)];
  return window.filter(({ isDeleted }) => !isDeleted).map(({ number }) => number);
}

async function seen(caller: Caller, group: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let more = true; more; ) {
    const page = await caller.call('message.list', { group, after: numbers.at(-1) ?? 0 });
    numbers.push(...page.messages.map(({ number }) => number));
    more = page.more;
  }
  return numbers;
}

/** The board may learn a moment later than we that a connection which had the name has gone. */
async function loginOnceFree(caller: Caller, user: string): Promise<void> {
  try {
    await caller.call('session.login', { user });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'NAME_IN_USE') throw error;
    await nextTurn();
    await loginOnceFree(caller, user);
  }
}

/** The file is sound, and everyone sees what the rule says. */
async function lookInto(board: TestBoard): Promise<void> {
  const client = board.database();
  for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
  const groups = client.prepare("SELECT id FROM groups WHERE kind = 'group'").pluck().all();
  for (const user of names) {
    const caller = await Caller.open(board.port);
    await loginOnceFree(caller, user);
    for (const group of groups as number[]) {
      const numbers = await seen(caller, group).catch(() => []);
      expect(numbers, `${user} in ${group}`).toEqual(visible(client, user, group));
    }
    caller.close();
  }
  client.close();
}

test(
  `for ${seconds} s of random input, the board runs, answers and keeps its rules`,
  async () => {
    const random = new Random(seed);
    const board = await TestBoard.start({ durability: 'relaxed' });
    const protect = async () => {
      for (const name of protectedNames) await board.protect(name, password);
    };
    await protect();
    const until = performance.now() + seconds * 1000;
    let inputs = 0;
    report(`seed ${seed}`);
    const watch = new LoopWatch();
    while (performance.now() < until) {
      watch.start();
      for (let session = 0; session < sessionsPerBoard && performance.now() < until; ) {
        const sessions = Array.from({ length: atOnce }, () => {
          const size = random.whole(1, 150);
          inputs += size;
          session++;
          // Each has its own, so that the seed repeats it whatever the others do meanwhile.
          const own = new Random(random.whole(0, 2 ** 31));
          return random.pick([program, program, person, stranger])(own, board.port, size);
        });
        await Promise.all(sessions);
      }
      watch.stop();
      expect(watch.longest, 'the longest stop of the event loop').toBeLessThan(longestStop);
      await lookInto(board);
      report(`${inputs} inputs, nothing found; the loop stood for ${watch.longest.toFixed()} ms`);
      await board.restart(() => rmSync(databaseFile(board.data)));
      await protect();
    }
    expect(inputs).toBeGreaterThan(100);
  },
  seconds * 1000 + 60_000,
);

import { expect, test } from 'vitest';
import { NetworkBans } from '../../src/board/network-bans.ts';
import { clockCheck, healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import {
  type ClockFinding,
  ClockWatch,
  describeFinding,
} from '../../src/storage/sqlite/serving/clock-watch.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { clockState, mendTimes, trustClock } from '../../src/storage/sqlite/serving/wall-clock.ts';
import {
  login,
  main,
  member,
  newFile,
  openBoard,
  post,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';

const hour = 3_600_000;
const day = 24 * hour;
const beginning = Date.UTC(2026, 0, 1);

/** A machine whose clock and whose running time are set by hand, and the servers that run on it. */
class Machine {
  wall = beginning;
  private running = 0;
  readonly file = newFile();
  board!: StoredBoard;
  upkeep!: SqliteUpkeep;
  watch!: ClockWatch;
  found: ClockFinding['found'][] = [];

  start(): void {
    this.board = openBoard({ file: this.file, now: () => this.wall, durable: false });
    const watch = new ClockWatch(this.board.store, {
      report: (finding) => {
        this.found.push(finding.found);
        expect(describeFinding(finding).text).not.toBe('');
      },
      elapsed: () => this.running,
    });
    this.watch = watch;
    this.upkeep = new SqliteUpkeep(this.board.store, { clockIsTrusted: () => watch.isTrusted() });
  }

  /** Switches the machine off for a while, and on again. */
  async off(milliseconds: number): Promise<void> {
    await this.board.close();
    this.wall += milliseconds;
    this.start();
    await this.look();
  }

  /** Lets a server run, which looks four times a day here. */
  async run(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 6 * hour) {
      const step = Math.min(left, 6 * hour);
      this.wall += step;
      this.running += step;
      await this.look();
    }
  }

  async look(): Promise<void> {
    while (!(await this.upkeep.removeExpired()));
  }

  /** How many messages are left. */
  get left(): unknown {
    return this.board.client.prepare('SELECT count(*) FROM messages').pluck().get();
  }
}

/** A board that keeps messages for a year, with one of each of the last fifty days. */
async function withFiftyMessages(): Promise<Machine> {
  const machine = new Machine();
  machine.start();
  const alice = await member(machine.board, 'alice');
  for (let each = 1; each <= 50; each++) {
    await post(machine.board, alice, `${each}`);
    await machine.run(day);
  }
  await SqliteAdministration.outside(machine.board.client).editGroup(main, { keepDays: 365 });
  await machine.look();
  expect(machine.left).toBe(50);
  return machine;
}

test('a start with a clock that is 400 days ahead deletes nothing, and nothing once it is right again', async () => {
  const machine = await withFiftyMessages();
  await machine.off(400 * day);
  await machine.run(6 * day);
  expect(machine.left).toBe(50);
  machine.wall -= 400 * day;
  await machine.look();
  await machine.run(day);
  expect(machine.left).toBe(50);
  expect(machine.found).toEqual(['ahead', 'trusted']);
});

test('a clock that jumps while the server runs deletes nothing, however often it restarts', async () => {
  const machine = await withFiftyMessages();
  machine.wall += 400 * day;
  for (let each = 0; each < 5; each++) {
    await machine.look();
    await machine.run(12 * hour);
    await machine.off(10_000);
  }
  expect(machine.left).toBe(50);
  expect(new Set(machine.found)).toEqual(new Set(['ahead']));
});

test('after a jump of the clock, retention by age continues when the server has run for as long as the jump', async () => {
  const machine = await withFiftyMessages();
  await machine.off(400 * day);
  await machine.run(399 * day);
  expect(machine.left).toBe(50);
  await machine.run(day + 6 * hour);
  expect(machine.left).toBe(0);
  expect(machine.found).toEqual(['ahead', 'trusted']);
});

test('a clock that is wrong by less than a day again and again makes retention delete nothing', async () => {
  const machine = await withFiftyMessages();
  for (let each = 0; each < 400; each++) {
    machine.wall += 23 * hour;
    await machine.run(60_000);
  }
  expect(machine.left).toBe(50);
  expect(machine.found[0]).toBe('ahead');
});

test('after a weekend off, retention waits for as long as the machine was off', async () => {
  const machine = await withFiftyMessages();
  await machine.run(315 * day);
  expect(machine.left).toBe(50);
  await machine.off(3 * day);
  expect(machine.left).toBe(50);
  await machine.run(3 * day + hour);
  expect(machine.left).toBe(43);
});

test('a jump during the wait begins it again', async () => {
  const machine = await withFiftyMessages();
  await machine.off(400 * day);
  await machine.run(395 * day);
  machine.wall += 30 * day;
  await machine.run(425 * day);
  expect(machine.left).toBe(50);
  await machine.run(6 * day);
  expect(machine.left).toBe(0);
});

test('a board that is off for less than a day, or a clock that is set by minutes, deletes at once', async () => {
  const machine = await withFiftyMessages();
  await machine.run(315 * day);
  await machine.off(20 * hour);
  machine.wall += 10 * 60_000;
  await machine.look();
  expect(machine.left).toBe(49);
  expect(machine.found).toEqual([]);
});

test('the operator ends the wait', async () => {
  const machine = await withFiftyMessages();
  await machine.off(400 * day);
  expect(machine.left).toBe(50);
  const { client } = machine.board;
  expect(clockState(client, machine.wall * 1000).doubted).toBe(true);
  trustClock(client, machine.wall * 1000);
  await machine.look();
  expect(machine.left).toBe(0);
});

test('a rule by number of messages works whatever the clock says', async () => {
  const machine = await withFiftyMessages();
  await SqliteAdministration.outside(machine.board.client).editGroup(main, { keepMessages: 40 });
  await machine.off(400 * day);
  expect(machine.left).toBe(40);
  const purged = machine.board.events.filter(({ type }) => type === 'messages.purged');
  expect(purged).toMatchObject([
    { count: 10, first: 1, last: 10, by: { rule: 'keep 40 messages and 365 days' } },
  ]);
});

test('neither tokens nor bans end for good by a clock in doubt', async () => {
  const machine = await withFiftyMessages();
  const { client } = machine.board;
  const end = (machine.wall + day) * 1000;
  client.exec(`INSERT INTO network_bans VALUES ('192.0.2.0/24', 'spam', 1, ${end})`);
  const rows = () =>
    client
      .prepare(
        'SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM ended_tokens) + (SELECT count(*) FROM network_bans)',
      )
      .pluck()
      .get();
  const stored = machine.wall * 1000;
  client.exec(`INSERT INTO tokens SELECT 'kept', id, ${stored} FROM users LIMIT 1`);
  client.exec(`INSERT INTO ended_tokens SELECT 'ended', id, ${stored} FROM users LIMIT 1`);
  const before = rows();
  expect(before).toBe(3);
  machine.wall += 400 * day;
  const tidy = async () => {
    await machine.look();
    while (!(await machine.upkeep.removeStale()));
    while (!(await machine.upkeep.removeEndedBans()));
  };
  await tidy();
  expect(rows()).toBe(before);
  trustClock(client, machine.wall * 1000);
  await tidy();
  expect(rows()).toBe(0);
});

test('a ban with an end is in force until then, however far ahead the clock is set before', async () => {
  const machine = await withFiftyMessages();
  const endsAt = (machine.wall + 2 * hour) * 1000;
  const ban = { network: '192.0.2.0/24', reason: 'spam', createdAt: 1, endsAt };
  const bans = () => {
    const all = new NetworkBans(() => machine.watch.expected / 1000);
    all.replace([ban]);
    return all.reasonFor('192.0.2.7') !== undefined;
  };
  expect(bans()).toBe(true);
  machine.wall += 400 * day;
  expect(bans()).toBe(true);
  await machine.off(400 * day);
  expect(bans()).toBe(true);
  await machine.run(6 * hour);
  expect(bans()).toBe(false);
});

test('a board from before the clock was watched is judged by its newest message', async () => {
  const machine = await withFiftyMessages();
  machine.board.client.exec('DELETE FROM wall_clock');
  await machine.off(400 * day);
  expect(machine.left).toBe(50);
  expect(machine.found).toEqual(['ahead']);
});

test('dates from a clock ten years ahead are reported, and can be corrected without changing what members see', async () => {
  const machine = await withFiftyMessages();
  const { board } = machine;
  const alice = await login(board, 'alice');
  machine.wall += 3650 * day;
  await post(board, alice, 'dated ahead');
  const bob = await member(board, 'bob');
  machine.wall -= 3650 * day;
  await machine.look();
  const { postedAt } = await post(board, alice, 'and so is the next');
  expect(postedAt).toBeGreaterThan((machine.wall + 3649 * day) * 1000);
  expect(machine.found).toContain('future rows');

  const now = machine.wall * 1000;
  expect(clockState(board.client, now)).toMatchObject({ future: 3, newest: postedAt });
  const [before, bobBefore] = [await seen(board, alice), await seen(board, bob)];
  await board.close();
  machine.start();
  const { client } = machine.board;
  expect(mendTimes(client, now)).toBe(3);
  expect(clockState(client, now)).toMatchObject({ future: 0, doubted: false });
  await machine.board.close();

  machine.found = [];
  machine.start();
  await machine.look();
  expect(machine.found).toEqual([]);
  expect(await seen(machine.board, alice)).toEqual(before);
  expect(await seen(machine.board, bob)).toEqual(bobBefore);
  const next = await post(machine.board, alice, 'dated right');
  expect(next.postedAt).toBeLessThan(now + 1000);
  for (const check of healthChecks) expect(problemsOf(check, machine.board.client)).toEqual([]);
});

test('db check finds dates that are later than the clock', async () => {
  const board = openBoard({ now: () => Date.now() + 10 * day });
  const alice = await member(board, 'alice');
  expect(problemsOf(clockCheck, board.client)).toMatchObject([
    expect.stringMatching(/^1 dates are later than the clock .* corkboard db clock --mend$/),
  ]);
  mendTimes(board.client, Date.now() * 1000);
  expect(problemsOf(clockCheck, board.client)).toEqual([]);
  expect(await seen(board, alice)).toEqual([]);
});

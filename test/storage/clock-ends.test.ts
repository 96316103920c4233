import { expect, test } from 'vitest';
import { Accounts } from '../../src/board/accounts.ts';
import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { OpenedLogin } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import { hashOfCode } from '../../src/storage/sqlite/acts/invitations.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { ClockWatch } from '../../src/storage/sqlite/serving/clock-watch.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { trustClock } from '../../src/storage/sqlite/serving/wall-clock.ts';
import { PlainPasswords } from '../helpers/passwords.ts';
import {
  errorCodeOf,
  groupNamed,
  login,
  main,
  member,
  newFile,
  newLogin,
  openBoard,
  post,
  presented,
  type StoredBoard,
} from '../helpers/storage.ts';

// What ends by itself, on a machine whose clock is wrong: nothing ends early, and everything ends in the end.

const hour = 3_600_000;
const day = 24 * hour;
const plans = groupNamed('plans');

class Machine {
  wall = Date.UTC(2026, 0, 1);
  private running = 0;
  private readonly file = newFile();
  board!: StoredBoard;
  watch!: ClockWatch;

  async start(): Promise<void> {
    this.board = openBoard({ file: this.file, now: () => this.wall, durable: false });
    const elapsed = () => this.running;
    this.watch = new ClockWatch(this.board.store, { report: () => {}, elapsed });
    await this.watch.isTrusted();
  }

  async restart(): Promise<void> {
    await this.board.close();
    await this.start();
  }

  /** Lets a server run, which looks at its clock every six hours. */
  async run(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 6 * hour) {
      const step = Math.min(left, 6 * hour);
      this.wall += step;
      this.running += step;
      await this.watch.isTrusted();
    }
  }
}

/** Makes the clock of a machine wrong. */
const faults: [string, (machine: Machine) => Promise<void>][] = [
  [
    'a clock that is set 400 days ahead while the server runs',
    async (machine) => {
      machine.wall += 400 * day;
    },
  ],
  [
    'a start with a clock that is 400 days ahead',
    async (machine) => {
      machine.wall += 400 * day;
      await machine.restart();
    },
  ],
  [
    'a clock that was ten years ahead for one post',
    async (machine) => {
      machine.wall += 3650 * day;
      await post(machine.board, await member(machine.board, 'eve'), 'dated ahead');
      machine.wall -= 3650 * day;
      await machine.watch.isTrusted();
    },
  ],
];

async function machineWithPlans(): Promise<Machine> {
  const machine = new Machine();
  await machine.start();
  const operator = SqliteAdministration.outside(machine.board.client);
  await operator.createGroup(groupName('plans'), '', 'invite');
  return machine;
}

const micros = (milliseconds: number) => milliseconds * 1000;

test.each(faults)('after %s, a token is valid for as long as before', async (_, fault) => {
  const machine = await machineWithPlans();
  const { accounts } = machine.board;
  const opened = await accounts.login(userName('alice'), newLogin(), 1);
  const token = presented(opened);
  await fault(machine);
  await machine.board.accounts.resume(token, 2);
  await machine.run(29 * day);
  await machine.board.accounts.resume(token, 3);
  // The last use was stored for nobody here, so the token ends 30 days after its login.
  await machine.run(2 * day);
  await expect(machine.board.accounts.resume(token, 4)).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
});

test.each(faults)('a token of a login after %s is valid for 30 days', async (_, fault) => {
  const machine = await machineWithPlans();
  await login(machine.board, 'alice');
  await fault(machine);
  const { accounts } = machine.board;
  const token = presented(await accounts.login(userName('alice'), newLogin(), 1));
  await machine.run(29 * day);
  await accounts.resume(token, 2);
  await machine.run(2 * day);
  await expect(accounts.resume(token, 3)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('when the clock is right again, no token that it has dated a year ahead is valid, and a new one is valid for 30 days', async () => {
  const machine = await machineWithPlans();
  const { accounts, store, client } = machine.board;
  const trust = async () => {
    trustClock(client, micros(machine.wall));
    await machine.watch.isTrusted();
  };
  const logIn = () => accounts.login(userName('alice'), newLogin(), 1);
  const codeOf = (login: OpenedLogin) => errorCodeOf(accounts.resume(presented(login), null));
  machine.wall += 400 * day;
  await trust();
  const { token, ...alice } = await logIn();
  await accounts.logout({ ...alice, origin: 1 }, token);
  // The row of the ended token is removed, and the user keeps a time up to which tokens have ended.
  await machine.run(31 * day);
  const upkeep = new SqliteUpkeep(store, { clockIsTrusted: () => machine.watch.isTrusted() });
  while (!(await upkeep.removeStale()));
  const unused = await logIn();
  const used = await logIn();
  await machine.run(2 * day);
  await accounts.resume(presented(used), 2);
  while (!(await upkeep.keepUses()));

  machine.wall -= 433 * day;
  await machine.watch.isTrusted();
  // The clock may be the one that is wrong.
  const inDoubt = await logIn();
  for (const login of [unused, inDoubt]) await accounts.resume(presented(login), 2);

  await trust();
  expect(await accounts.loginKnown(userName('alice'), newLogin(), 2)).toBeUndefined();
  const late = await logIn();
  for (const login of [unused, used, inDoubt, { ...alice, token }]) {
    expect(await codeOf(login)).toBe('TOKEN_INVALID');
  }
  const known = await accounts.loginKnown(userName('alice'), newLogin(), 2);
  if (!known) throw new Error('the login has something to write');
  await machine.run(29 * day);
  for (const login of [late, known]) await accounts.resume(presented(login), 3);
  await machine.run(2 * day);
  for (const login of [late, known]) expect(await codeOf(login)).toBe('TOKEN_INVALID');
});

test('a disk that cannot be written refuses no login of a user whose tokens a clock has dated ahead', async () => {
  const board = openBoard({ lockTimeout: 20 });
  const { user } = await login(board, 'alice');
  const now = micros(Date.now());
  trustClock(board.client, now);
  board.client
    .prepare('UPDATE users SET tokens_after = ? WHERE id = ?')
    .run(now + micros(400 * day), user.id);
  board.client.exec('BEGIN IMMEDIATE');
  const opened = await board.accounts.login(userName('alice'), newLogin(), 1);
  expect(opened).toMatchObject({ user, readOnly: true });
  board.client.exec('ROLLBACK');
});

test('an SSH key logs in its owner whose tokens a clock has dated ahead, also after a new name', async () => {
  const board = openBoard();
  const { user } = await login(board, 'alice');
  const operator = SqliteAdministration.outside(board.client);
  const key = { fingerprint: 'SHA256:abc', type: 'ssh-ed25519', comment: '' };
  await operator.addUserKey('alice', key);
  const now = micros(Date.now());
  trustClock(board.client, now);
  board.client
    .prepare('UPDATE users SET tokens_after = ? WHERE id = ?')
    .run(now + micros(400 * day), user.id);
  const ownerOfKey = board.accounts.ownerOfKey.bind(board.accounts);
  // Another user gets the name between the look at the key and the login.
  board.accounts.ownerOfKey = async (fingerprint) => {
    const owner = await ownerOfKey(fingerprint);
    await operator.renameUser('alice', userName('alba'));
    await operator.createUser(userName('alice'), null);
    return owner;
  };
  const names = { newNamesPerHour: 0, newNamesAtOnce: 0 };
  const accounts = new Accounts(board.accounts, new PlainPasswords(), 'open', names);
  const { signal: ended } = new AbortController();
  const caller = { origin: null, address: '192.0.2.1', ended, hasEnded: false };
  const opened = await accounts.loginAtDoor({ key }, caller);
  expect(opened.login.user).toEqual({ id: user.id, name: 'alba' });
  const { sshKeys } = await operator.user('alba');
  expect(sshKeys).toMatchObject([{ ...key, lastUsedAt: opened.login.since }]);
});

test.each(faults)('after %s, a silence lasts as long as it was given', async (_, fault) => {
  const machine = await machineWithPlans();
  const bob = await member(machine.board, 'bob');
  const silence = (milliseconds: number) =>
    machine.board.store.run('silence', {
      ...{ actor: null, group: main, user: 'bob', reason: '' },
      until: machine.board.store.expected() + micros(milliseconds),
    });
  const requireSilenced = async () => {
    expect(await errorCodeOf(post(machine.board, bob, 'a post'))).toBe('SILENCED');
    const shown = await new SqliteGroups(machine.board.store).show(bob, main);
    expect(shown.silencedUntil).not.toBeNull();
  };
  await silence(12 * hour);
  await fault(machine);
  await requireSilenced();
  await machine.run(18 * hour);
  await post(machine.board, bob, 'a post');
  await silence(12 * hour);
  await requireSilenced();
  await machine.run(18 * hour);
  await post(machine.board, bob, 'a post');
});

test.each(faults)('after %s, a code is good for as long as it was made for', async (_, fault) => {
  const machine = await machineWithPlans();
  const makeCode = (code: string, milliseconds: number) =>
    machine.board.store.run('makeCode', {
      ...{ actor: null, group: plans, uses: null },
      hash: hashOfCode(code),
      until: machine.board.store.expected() + micros(milliseconds),
    });
  const join = async (name: string, code: string) => {
    const actor = await login(machine.board, name);
    return machine.board.repository.join(actor, plans, code);
  };
  await makeCode('first', 12 * hour);
  await fault(machine);
  await join('bob', 'first');
  // Making a code removes those that have ended: also as a command, in a process of its own.
  await makeCode('second', 12 * hour);
  const limits = { code: 'third', uses: null, until: null };
  await SqliteAdministration.outside(machine.board.client).moderation.makeCode(plans, limits);
  await join('carol', 'first');
  await machine.run(18 * hour);
  await expect(join('dave', 'first')).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
});

test.each(faults)('after %s, a message can be edited within its time', async (_, fault) => {
  const machine = await machineWithPlans();
  const alice = await member(machine.board, 'alice');
  const { number } = await post(machine.board, alice, 'a mistake');
  const edit = (subject: string) =>
    machine.board.repository.edit(
      ...([alice, main, number] as const),
      { subject, content: undefined, revision: undefined },
      micros(day),
    );
  await fault(machine);
  await edit('mended');
  await machine.run(30 * hour);
  await expect(edit('mended again')).rejects.toMatchObject({ code: 'EDIT_TOO_LATE' });
});

test('a day after the clock is right again, what was done while it was ahead no longer counts towards the limits of a day', async () => {
  const machine = await machineWithPlans();
  const { board } = machine;
  const groups = new SqliteGroups(board.store);
  const alice = await member(board, 'alice');
  const others = Array.from({ length: 2 * limits.directsPerDay + 3 }, (_, at) => `user${at}`);
  for (const name of others) await protect(board, name);
  for (let posted = 0; posted < 2 * limits.reportsPerDay + 3; posted++)
    await post(board, alice, 'spam');
  const newGroup = (name: string) =>
    ({ name: groupName(name), description: '', access: 'open' }) as const;
  const bob = await protect(board, 'bob');
  let reported = 0;
  let made = 0;
  const acts: [number, () => Promise<unknown>][] = [
    [limits.reportsPerDay, () => groups.report(alice, main, ++reported, '')],
    [limits.groupsPerDay, () => groups.create(alice, newGroup(`made${made++}`), 'anyone')],
    [limits.directsPerDay, () => board.repository.openDirect(bob, others.shift() ?? '')],
  ];
  const reachAll = async () => {
    for (const [limit, act] of acts) {
      for (let done = 0; done < limit; done++) await act();
      expect(await errorCodeOf(act())).toMatch(/_LIMIT$/);
    }
  };
  machine.wall += 400 * day;
  await reachAll();
  machine.wall -= 400 * day;
  await machine.watch.isTrusted();
  for (const [, act] of acts) expect(await errorCodeOf(act())).toMatch(/_LIMIT$/);
  await machine.run(day + hour);
  await reachAll();
});

async function protect({ store, ...board }: StoredBoard, name: string): Promise<Actor> {
  await store.run('createUser', { name: userName(name), passwordHash: `hash of ${name}` });
  return login(board, name);
}

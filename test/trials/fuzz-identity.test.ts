import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Access } from '../../src/board/admission.ts';
import { userName } from '../../src/board/names.ts';
import { Passwords } from '../../src/board/passwords.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import { Tokens } from '../../src/board/tokens.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import { Caller } from './caller.ts';
import type { Random } from './random.ts';
import { playRounds, seconds } from './rounds.ts';

const names = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'];
const clients = 8;
const steps = 6;

/** Passwords that are kept as they are, and take some turns of the event loop, in which others act. */
class SlowPasswords extends Passwords {
  constructor(private readonly random: Random) {
    super();
  }

  override async hash(password: string): Promise<string> {
    for (let turns = this.random.whole(0, 6); turns > 0; turns--) await nextTurn();
    return password;
  }

  override async matches(password: string, hash: string | null): Promise<boolean> {
    return (await this.hash(password)) === hash;
  }
}

// What holds in each transaction, written down by the database itself: what each user was in each token epoch,
// who was made, and what a banned user did.
const witnesses = `
  CREATE TABLE was AS SELECT id, token_epoch, name, password_hash, banned_at FROM users;
  CREATE TRIGGER be AFTER INSERT ON users BEGIN
    INSERT INTO was VALUES (NEW.id, NEW.token_epoch, NEW.name, NEW.password_hash, NEW.banned_at);
  END;
  CREATE TRIGGER become AFTER UPDATE ON users BEGIN
    INSERT INTO was VALUES (NEW.id, NEW.token_epoch, NEW.name, NEW.password_hash, NEW.banned_at);
  END;
  CREATE TABLE born (name, password_hash, by_login);
  CREATE TRIGGER bear AFTER INSERT ON users BEGIN
    INSERT INTO born VALUES (NEW.name, NEW.password_hash, NEW.last_seen_at IS NOT NULL);
  END;
  CREATE TABLE wrong (what);
  CREATE TRIGGER banned_post AFTER INSERT ON messages
    WHEN (SELECT banned_at FROM users WHERE id = NEW.sender_id) IS NOT NULL
    BEGIN INSERT INTO wrong VALUES ('a banned user posted'); END;
  CREATE TRIGGER banned_join AFTER INSERT ON memberships
    WHEN (SELECT banned_at FROM users WHERE id = NEW.user_id) IS NOT NULL
    BEGIN INSERT INTO wrong VALUES ('a banned user joined'); END;
  CREATE TRIGGER banned_read AFTER UPDATE OF last_read_number ON memberships
    WHEN (SELECT banned_at FROM users WHERE id = NEW.user_id) IS NOT NULL
      -- The end of a session moves the mark to the newest message, which is not the first any more.
      AND NEW.last_read_number = 1
      AND (SELECT last_number FROM groups WHERE id = NEW.group_id) > 1
    BEGIN INSERT INTO wrong VALUES ('a banned user marked as read'); END;
  CREATE TRIGGER banned_password AFTER UPDATE OF password_hash ON users
    WHEN NEW.banned_at IS NOT NULL AND NEW.password_hash LIKE 'own%'
    BEGIN INSERT INTO wrong VALUES ('a banned user changed the password'); END;
`;

interface Acknowledged {
  readonly token: string;
  readonly user: string;
  readonly password: string | undefined;
}

/** One round: clients and an operator side by side, on a board of one policy. */
class Round {
  readonly logins: Acknowledged[] = [];
  readonly ended: string[] = [];
  /** What each name was last given as its password, as far as anyone knows. */
  private readonly passwords = new Map<string, string>();
  private made = 0;

  constructor(
    private readonly board: TestBoard,
    private readonly random: Random,
  ) {
    for (const name of names) this.passwords.set(name, `first-${name}`);
  }

  async run(): Promise<void> {
    let going = true;
    const operator = this.board.operate(async (administration) => {
      while (going) {
        await this.operate(administration).catch(() => {});
        for (let turns = this.random.whole(1, 8); turns > 0; turns--) await nextTurn();
      }
    });
    await Promise.all(Array.from({ length: clients }, () => this.client()));
    going = false;
    await operator;
  }

  private password(by: string): string {
    return `${by}-password-${++this.made}`;
  }

  private async operate(administration: Administration): Promise<unknown> {
    const name = this.random.pick(names);
    switch (this.random.whole(0, 6)) {
      case 0:
        this.passwords.delete(name);
        return administration.deleteUser(name, 'keep', toTheEnd);
      case 1: {
        const to = this.random.pick(names);
        const user = await administration.renameUser(name, userName(to));
        const password = this.passwords.get(name);
        this.passwords.delete(name);
        if (password !== undefined) this.passwords.set(to, password);
        return user;
      }
      case 2:
        return administration.banUser(name, 'fuzz');
      case 3:
        return administration.unbanUser(name);
      case 4: {
        const password = this.random.once(4) ? null : this.password('operator');
        if (password) this.passwords.set(name, password);
        return administration.setPassword(name, password);
      }
      case 5: {
        const password = this.password('operator');
        await administration.createUser(userName(name), password);
        return this.passwords.set(name, password);
      }
      default:
        for (const each of names) await administration.unbanUser(each).catch(() => {});
        return undefined;
    }
  }

  private async client(): Promise<void> {
    for (let step = 0; step < steps; step++) {
      // From anywhere, so that what races have made wrong is seldom paused.
      const from = `127.0.${this.random.whole(1, 250)}.${this.random.whole(1, 250)}`;
      const caller = await Caller.open(this.board.port, from);
      await this.session(caller).catch(() => {});
      caller.close();
    }
  }

  /** Whatever is refused ends it. */
  private async session(caller: Caller): Promise<void> {
    const user = this.random.pick(names);
    const registers = !this.passwords.has(user) || this.random.once(20);
    const password = registers ? this.password('own') : this.passwords.get(user);
    const given = registers || this.random.once(2) ? password : undefined;
    const { token } = await caller.call('session.login', {
      user,
      ...(given !== undefined && { password: given }),
      ...(registers && { create: true }),
    });
    this.logins.push({ token, user, password: given });
    if (given !== undefined) this.passwords.set(user, given);
    await caller.call('group.join', { group: 'main' });
    await caller.call('message.post', { group: 'main', subject: 's', content: '' });
    await caller.call('message.markRead', { group: 'main', number: 1 });
    if (given !== undefined && this.random.once(3)) {
      const next = this.password('own');
      await caller.call('account.setPassword', { password: next, current: given });
      this.passwords.set(user, next);
    }
    await caller.call('group.leave', { group: 'main' });
    if (this.random.once(2)) return;
    await caller.call('session.logout', {});
    this.ended.push(token);
  }
}

function check(client: Client, access: Access, { logins, ended }: Round): void {
  const key = client.prepare('SELECT key FROM token_key').pluck().get() as Buffer;
  const tokens = new Tokens(key);
  const was = client.prepare(
    'SELECT 1 FROM was WHERE id = ? AND token_epoch = ? AND name = ? AND password_hash IS ? AND banned_at IS NULL',
  );
  const live = client.prepare(`
    SELECT 1 FROM users WHERE id = :user AND token_epoch = :epoch
      AND NOT EXISTS (SELECT 1 FROM ended_tokens WHERE id = :id)
    UNION ALL SELECT 1 FROM tokens WHERE hash = :id`);
  for (const { token, user, password } of logins) {
    // The user whose name it was, with the very password that was given or without any, and no ban.
    const { user: id, epoch } = tokens.read(token);
    expect(was.get(id, epoch, user, password ?? null), `the login of ${user}`).toBeDefined();
  }
  for (const token of ended) {
    const { user, epoch, id } = tokens.read(token);
    expect(live.get({ user, epoch, id }), 'a token after its logout').toBeUndefined();
  }
  expect(client.prepare('SELECT what FROM wrong').all()).toEqual([]);
  const born = client.prepare('SELECT * FROM born WHERE by_login AND name LIKE ?');
  if (access === 'closed') expect(born.all('%'), 'made on a closed board').toEqual([]);
  const bare = client.prepare('SELECT * FROM born WHERE by_login AND password_hash IS NULL');
  if (access !== 'open') expect(bare.all(), 'made without a password').toEqual([]);
}

test(
  `for ${seconds} s of logins and operator changes, each login follows the rules at its commit`,
  () =>
    playRounds('logins', async (random) => {
      const access = random.pick(['open', 'registered', 'closed'] as const);
      const passwords = new SlowPasswords(random);
      const board = await TestBoard.start({ passwords, access, durability: 'relaxed' });
      const client = board.database();
      await board.operate(async (operator) => {
        for (const name of names) await operator.createUser(userName(name), `first-${name}`);
      });
      client.exec(witnesses);
      const round = new Round(board, random);
      await round.run();
      await board.stop();
      check(client, access, round);
      client.close();
      return round.logins.length;
    }),
  seconds * 1000 + 60_000,
);

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Admission } from '../../src/board/admission.ts';
import type { BoardEvent } from '../../src/board/events.ts';
import { nameKey } from '../../src/board/name-key.ts';
import { userName } from '../../src/board/names.ts';
import type { AccountRepository, NewLogin } from '../../src/board/ports/accounts.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { LongRead } from '../../src/board/ports/long-read.ts';
import type { Repository } from '../../src/board/ports/repository.ts';
import { endOfTime } from '../../src/board/times.ts';
import type { PresentedToken } from '../../src/board/tokens.ts';
import type { GroupRef, Header, OpenedLogin, User } from '../../src/board/types.ts';
import { BoardError, type ErrorCode } from '../../src/protocol/errors.ts';
import {
  type Client,
  type ConnectionOptions,
  DatabaseError,
  openConnection,
} from '../../src/storage/sqlite/file/connection.ts';
import { openHeld } from '../../src/storage/sqlite/file/open.ts';
import { SqliteAccounts } from '../../src/storage/sqlite/serving/accounts.ts';
import { SqliteRepository } from '../../src/storage/sqlite/serving/repository.ts';
import { Store, type StoreOptions } from '../../src/storage/sqlite/serving/store.ts';
import { putNewBoard } from './new-board.ts';
import { tempFolder } from './temp.ts';

/** Of the announcement of a purge: the members who could see the removed messages. */
export const purgeReach = { firstUntil: expect.any(Number), until: expect.any(Number) };

/** What members reach of a storage. */
interface Stored {
  readonly repository: Repository;
  readonly accounts: AccountRepository;
}

/** A board's storage on a real file, opened as the server does. */
export interface StoredBoard {
  readonly file: string;
  /** A connection of the test's own, to look at the database and to change it. */
  readonly client: Client;
  readonly store: Store;
  readonly repository: SqliteRepository;
  readonly accounts: SqliteAccounts;
  /** What was published so far. */
  readonly events: BoardEvent[];
  /** Closes it as the server does; for tests that open it again. */
  close(): Promise<void>;
}

/** A path for a database in a folder that is gone when the test has ended. */
export function newFile(): string {
  return join(tempFolder(), 'corkboard.db');
}

/** Opens the storage in `file`, a new one if left out; it is closed when the test has ended. */
export function openBoard({
  file = newFile(),
  durable = true,
  ...options
}: { file?: string; durable?: boolean } & Partial<StoreOptions> = {}): StoredBoard {
  if (!existsSync(file)) putNewBoard(file);
  const held = openHeld(file, { busyTimeout: 0 });
  if (!durable) held.client.pragma('synchronous = OFF');
  const events: BoardEvent[] = [];
  const publish = (event: BoardEvent) => {
    events.push(event);
  };
  const store = new Store(held.client, { publish, ...options });
  const client = connect(file);
  let isOpen = true;
  const close = async () => {
    client.close();
    if (isOpen) await store.close();
    isOpen = false;
    held.lock.release();
  };
  onTestFinished(close);
  const repository = new SqliteRepository(store);
  const accounts = new SqliteAccounts(store);
  return { file, client, store, repository, accounts, events, close };
}

/** A connection of its own, as another process has one. */
export function connect(file: string, options: ConnectionOptions = {}): Client {
  const client = openConnection(file, { busyTimeout: 0, ...options });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

let sessions = 0;

/** A login under a name without a password. */
export function newLogin(tokenId: string = randomUUID()): NewLogin {
  return {
    admission: { by: 'name', access: 'open', create: undefined },
    newPasswordHash: null,
    network: null,
    tokenId,
  };
}

/** The token of a login, as a client presents it later. */
export function presented({ user, token, proof }: OpenedLogin): PresentedToken {
  return { user: user.id, key: proof.key, ...token };
}

/** Logs in, as with the right password. */
export async function login(
  { accounts }: Pick<Stored, 'accounts'>,
  name: string,
): Promise<Actor & { since: number }> {
  const origin = ++sessions;
  const found = await accounts.account(userName(name));
  const given = newLogin();
  const admission: Admission = found?.isProtected
    ? { by: 'password', user: found.user.id, passwordHash: found.passwordHash }
    : given.admission;
  const opened = await accounts.login(userName(name), { ...given, admission }, origin);
  const { user, since, proof } = opened;
  return { user, origin, since, proof };
}

export function groupNamed(name: string): GroupRef {
  return { key: nameKey(name), name };
}

export const main = groupNamed('main');

/** Logs in and joins `main`. */
export async function member(board: Stored, name: string): Promise<Actor & { since: number }> {
  const actor = await login(board, name);
  await board.repository.join(actor, main);
  return actor;
}

export async function post(
  { repository }: Pick<Stored, 'repository'>,
  actor: Actor,
  subject: string,
  { group = main, key }: { group?: GroupRef; key?: string } = {},
): Promise<Header> {
  const { message } = await repository.post(actor, group, {
    subject,
    content: `${subject}, in full`,
    key,
  });
  return message;
}

/** The list of groups, each with how many messages `actor` has not seen there. */
export async function groupsOf({ repository }: Pick<Stored, 'repository'>, actor: Actor) {
  const groups = await repository.groups(actor);
  const ids = groups.map(({ id }) => id);
  const unread = await unreadOf(repository, actor.user, endOfTime, ids);
  return groups.map((group) => ({ ...group, unread: unread.get(group.id) ?? 0 }));
}

/** The memberships that a login gives, each with how many messages are unread there. */
export async function membershipsOf(
  { repository }: Pick<Stored, 'repository'>,
  { user, since, memberships }: OpenedLogin,
) {
  const ids = memberships.map(({ group }) => group.id);
  const counted = await unreadOf(repository, user, since, ids);
  return memberships.map(({ unread, ...membership }) => ({
    ...membership,
    unread: unread ?? counted.get(membership.group.id) ?? 0,
  }));
}

/** The result of a read in steps. */
export async function complete<T>(read: LongRead<T>): Promise<T> {
  for (;;) {
    const found = await read.step();
    if (found !== undefined) return found;
  }
}

/** How many messages of each group, posted up to `until`, a user has not read, by the group's id. */
async function unreadOf(
  repository: Pick<Repository, 'unread'>,
  user: User,
  until: number,
  groups: readonly number[],
): Promise<Map<number, number>> {
  const all = await complete(repository.unread(user, until, groups));
  return new Map(all.map(({ group, unread }) => [group, unread]));
}

/** The numbers of the newest messages that `actor` sees, oldest first. */
export async function seen(
  { repository }: Pick<Stored, 'repository'>,
  actor: Actor,
  group: GroupRef = main,
): Promise<number[]> {
  const { messages } = await repository.messages(actor, group, { limit: 100 });
  return messages.map(({ number }) => number);
}

/** The code that `promise` is refused with. */
export async function errorCodeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof BoardError) return outcome.code;
  throw new Error(`It was expected to be refused, but gave ${outcome}`);
}

/** The message of the `DatabaseError` that `action` ends in. */
export function databaseError(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DatabaseError) return error.message;
    throw error;
  }
  throw new Error('It was expected to fail');
}

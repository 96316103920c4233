import { expect } from 'vitest';
import type { BoardEvent } from '../../src/board/events.ts';
import type { AccountRepository } from '../../src/board/ports/accounts.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import type { GroupRepository } from '../../src/board/ports/groups.ts';
import type { Repository } from '../../src/board/ports/repository.ts';
import type { Upkeep } from '../../src/board/ports/upkeep.ts';
import type { Group } from '../../src/board/types.ts';
import type { LogAct } from '../../src/protocol/rights.ts';

/** What the contract asks of a storage. Every storage runs the same tests over it. */
export interface StorageUnderTest {
  readonly repository: Repository;
  /** What members do in groups that they look after. */
  readonly groups: GroupRepository;
  readonly accounts: AccountRepository;
  /** The operator's side as a command has it, in a process of its own. */
  readonly administration: Administration;
  /** The same acts as a server runs them for its members. */
  readonly serverAdministration: Administration;
  readonly upkeep: Upkeep;
  /** What was published since the last call, in order. */
  events(): BoardEvent[];
  /** What `db check` finds. */
  problems(): string[];
  /** Closes the storage as a server does, and opens it again. The fields have other objects from then on. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface StorageOptions {
  /** The wall clock of the server, in milliseconds. */
  readonly now?: () => number;
  /** Whether a commit is on disk before it is acknowledged; true if left out. */
  readonly durable?: boolean;
  /** The only groups of the board; those of a new board if left out. */
  readonly groups?: readonly string[];
}

/** Opens a new board. It is closed when the test has ended. */
export type OpenStorage = (options?: StorageOptions) => StorageUnderTest;

/** Runs long acts of the administration to their end. */
export const toTheEnd = { signal: new AbortController().signal, progress: () => {} };

/** The event of a line that the operator has added to the log of a group. */
export function logged(group: Group, line: { readonly act: LogAct; readonly detail: string }) {
  const rest = { id: expect.any(Number), at: expect.any(Number), user: null, number: null };
  const written = { ...rest, ...line, by: null, until: null };
  return { type: 'group.logged', origin: null, group, line: written };
}

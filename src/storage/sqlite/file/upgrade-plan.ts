import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Client, DatabaseError } from './connection.ts';
import { freeSpace } from './space.ts';

/** The plan of an upgrade, before it begins. */
export interface UpgradePlan {
  readonly file: string;
  /** Where the database is copied first. */
  readonly copy: string;
  /** Free bytes that the disk must have: for the copy, and for the writes of the upgrade. */
  readonly space: number;
  /** About how many seconds it takes. */
  readonly seconds: number;
}

/** Receives the reports of an upgrade. The upgrade blocks the event loop, and calls these functions in between. */
export interface UpgradeReport {
  /** Called once, before anything is changed. */
  begin(plan: UpgradePlan): void;
  /** Called every few seconds, with a text such as `rewriting messages: 40 %`. */
  progress(stage: string): void;
}

/** Reports nothing, for an upgrade that no user waits for. */
export const unreported: UpgradeReport = { begin: () => {}, progress: () => {} };

/** The migration that writes all messages again: see `0007_one_message_index.sql`. */
const rewriting = 7;
/** The last migration that writes an index of messages again: see `0012_sender_in_thread_index.sql`. */
const indexing = 12;

// Times the size of the database. The upgrade that writes all messages again was measured: see docs/operations.md.
const spaceFor = { copy: 1, rewriting: 2, indexing: 0.5 };
// Bytes that are upgraded in a second, on a slow machine.
const speed = 10 * 1024 * 1024;
// Bytes for everything small that an upgrade writes.
const margin = 1024 * 1024;

// Milliseconds between two reports of progress, and before the first.
const pause = 2000;

/**
 * @param applied how many migrations the database has
 * @param freeIn gives the free bytes of the disk that has a folder
 * @throws DatabaseError if the disk has too little space
 */
export function planUpgrade(
  file: string,
  copy: string,
  applied: number,
  freeIn = freeSpace,
): UpgradePlan {
  const size = sizeOf(file) + sizeOf(`${file}-wal`);
  const writes =
    applied <= rewriting ? spaceFor.rewriting : applied <= indexing ? spaceFor.indexing : 0;
  const times = spaceFor.copy + writes;
  const space = Math.ceil(size * times + margin);
  const free = freeIn(dirname(file));
  if (free < space) {
    throw new DatabaseError(
      `The upgrade of ${file} needs ${inMebibytes(space)} of free space, and the disk has ${inMebibytes(free)}. Nothing was changed.`,
    );
  }
  return { file, copy, space, seconds: Math.ceil(size / speed) };
}

/** A number of bytes as it is printed, such as `660 MiB`. */
function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

/** A sentence for the operator, without its full stop. */
export function describeUpgrade({ file, copy, space, seconds }: UpgradePlan): string {
  const time = seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
  return `Upgrading ${file}: it takes about ${time} and up to ${inMebibytes(space)} of the disk. It is copied to ${copy} first`;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Makes `upgrade_progress(id)` known to SQL: the migrations call it for some ids of messages, in their order. */
export function defineProgress(client: Client, report: (stage: string) => void): void {
  const table = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'messages'").get();
  const last = table ? Number(client.prepare('SELECT max(id) FROM messages').pluck().get()) : 0;
  client.function('upgrade_progress', (id) => {
    report(`rewriting messages: ${Math.floor((100 * Number(id)) / last)} %`);
    return 1;
  });
}

/** Passes on at most one report every few seconds. */
export function atIntervals(report: (stage: string) => void): (stage: string) => void {
  let next = performance.now() + pause;
  return (stage) => {
    if (performance.now() < next) return;
    report(stage);
    next = performance.now() + pause;
  };
}

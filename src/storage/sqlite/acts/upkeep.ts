import type { OutsideEvent } from '../../../board/events.ts';
import { findTombstone } from '../statements/by-number.ts';
import { nextChange, visibleUntil } from './changes.ts';
import { endTokensUpTo, keepToken, type TokenUse } from './tokens.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';

/** When users, tokens and SSH keys were used since this was last stored. */
export interface GatheredUses {
  readonly users: readonly (readonly [user: number, at: number])[];
  readonly tokens: readonly TokenUse[];
  readonly keys: readonly (readonly [key: number, at: number])[];
}

export function keepUses(tx: ServerTx, { users, tokens, keys }: GatheredUses): void {
  for (const [user, at] of users) tx.statements.seenSince.run({ user, at });
  for (const use of tokens) keepToken(tx, use);
  for (const [key, at] of keys) tx.statements.keyUsed.run({ key, at });
}

/**
 * Ends the tokens of `ended`, and renews the tokens of `used`. Removes some networks that were not used since `networksBefore`,
 * some drafts from before `draftsBefore`, and some ended tokens that were issued before `tokensBefore`.
 */
export function removeUnused(
  { statements }: ServerTx,
  {
    ended,
    used,
    now,
    networksBefore,
    draftsBefore,
    tokensBefore,
    limit,
  }: {
    /** `usedAt` is when the token was used last, in microseconds. */
    ended: readonly { readonly hash: string; readonly user: number; readonly usedAt: number }[];
    used: readonly string[];
    now: number;
    networksBefore: number;
    draftsBefore: number;
    tokensBefore: number;
    limit: number;
  },
): void {
  for (const hash of used) statements.useToken.run({ hash, at: now });
  for (const { hash, user, usedAt } of ended) {
    statements.endToken.run({ hash });
    // It was issued before it was used.
    endTokensUpTo(statements, { user, issuedAt: usedAt });
  }
  statements.forgetStaleNetworks.run({ before: networksBefore, limit });
  statements.removeStaleDrafts.run({ before: draftsBefore, limit });
  for (const aged of statements.agedEndedTokens.all({ before: tokensBefore, limit })) {
    endTokensUpTo(statements, aged);
  }
}

/** Removes the bans of networks that have ended at `now`, in microseconds. */
export function removeEndedBans({ statements }: ServerTx, { now }: { now: number }): void {
  statements.removeEndedNetworkBans.run({ now });
}

/** Emits the events of outside changes, in their order, and removes them from their table. */
export function announceOutsideChanges(tx: ServerTx, _: object): void {
  const rows = tx.statements.outsideChanges.all();
  const changes = new Map<number, number>();
  for (const { event } of rows) {
    const current = asOfNow(tx, JSON.parse(event) as OutsideEvent, changes);
    if (current) tx.emit(current);
  }
  tx.statements.forgetOutsideChanges.run({ id: rows.at(-1)?.id ?? 0 });
}

/**
 * The event of a command as it is true now: members may have joined, left and posted since.
 * @returns undefined for the end of a membership of a user who has joined again
 */
function asOfNow(
  tx: ServerTx,
  event: OutsideEvent,
  changes: Map<number, number>,
): OutsideEvent | undefined {
  const { statements } = tx;
  switch (event.type) {
    case 'message.deleted':
      return deletedAsOfNow(tx, event, changes);
    case 'group.logged': {
      const { group, line } = event;
      const postedAt = statements.lineById.get({ id: line.id })?.postedAt ?? null;
      if (postedAt === null) return event;
      return { ...event, until: visibleUntil(statements, group.id, postedAt) };
    }
    case 'membership.ended': {
      const of = { group: event.group.id, user: event.user.id };
      return statements.targetById.get(of)?.joinedAt == null ? event : undefined;
    }
    default:
      return event;
  }
}

/**
 * A deletion by a command gets its change counter now, whatever the clock of the command was. So no session has passed
 * it yet. It is announced to those who can see the message now.
 */
function deletedAsOfNow(
  { statements, at }: ServerTx,
  event: Extract<OutsideEvent, { type: 'message.deleted' }>,
  changes: Map<number, number>,
): OutsideEvent {
  const { group, number, postedAt } = event;
  const row = findTombstone(statements, group.id, number);
  if (!row) return { ...event, change: at };
  const change = changes.get(group.id) ?? nextChange(statements, group.id, at);
  changes.set(group.id, change);
  statements.setChanged.run({ id: row.id, change });
  return { ...event, change, until: visibleUntil(statements, group.id, postedAt) };
}

/** Stores what `ClockWatch` knows of the wall clock. */
export function keepWallClock(
  { statements }: ServerTx,
  known: { trustedAt: number; doubtedFor: number | null },
): void {
  statements.keepWallClock.run({ ...known });
}

/** Moves some pages from the end of the file into unused ones, and so makes the file smaller. */
export function returnSpace({ statements }: OperatorTx, _: object): void {
  statements.returnSpace.run();
}

/** Changes nothing, but commits: it rewrites a field of the header that the board does not use. */
export function touch({ statements }: OperatorTx, _: object): void {
  statements.touch.run();
}

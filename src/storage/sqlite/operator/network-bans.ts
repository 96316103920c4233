import { eq, gt, isNull, lte, or } from 'drizzle-orm';
import type { NetworkBan } from '../../../board/network-bans.ts';
import type { Orm } from '../file/connection.ts';
import { networkBans } from '../file/schema.ts';

/** All bans, those that have ended too: a clock that is wrong now may be right later. */
export function allNetworkBans(orm: Orm): NetworkBan[] {
  return orm.select().from(networkBans).all();
}

/** The bans that have not ended at `now`, in microseconds; oldest first. */
export function currentNetworkBans(orm: Orm, now: number): NetworkBan[] {
  return orm
    .select()
    .from(networkBans)
    .where(or(isNull(networkBans.endsAt), gt(networkBans.endsAt, now)))
    .orderBy(networkBans.createdAt, networkBans.network)
    .all();
}

export function addNetworkBan(orm: Orm, { network, ...ban }: NetworkBan): NetworkBan {
  return orm
    .insert(networkBans)
    .values({ network, ...ban })
    .onConflictDoUpdate({ target: networkBans.network, set: ban })
    .returning()
    .get();
}

export function removeNetworkBan(orm: Orm, network: string): NetworkBan | undefined {
  return orm.delete(networkBans).where(eq(networkBans.network, network)).returning().get();
}

/** Removes the bans that have ended at `now`, in microseconds. */
export function removeEndedNetworkBans(orm: Orm, now: number): void {
  orm.delete(networkBans).where(lte(networkBans.endsAt, now)).run();
}

/** Whether there is a ban that `removeEndedNetworkBans` would remove. */
export function hasEndedNetworkBans(orm: Orm, now: number): boolean {
  const [ended] = orm.select().from(networkBans).where(lte(networkBans.endsAt, now)).limit(1).all();
  return ended !== undefined;
}

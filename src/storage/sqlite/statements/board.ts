import { asc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm';
import type { Client } from '../file/connection.ts';
import type { Orm } from '../file/orm.ts';
import { networkBans, outsideChanges, wallClock } from '../file/schema.ts';
import { prepare } from './recipe.ts';

const value = sql.placeholder;

// Pages of one step: 2 ms of work.
const pagesReturned = 100;

/** The queries about the board as a whole: bans of networks, the wall clock, outside changes. */
export function boardStatements(orm: Orm) {
  return {
    /** All bans, those that have ended too: a clock that is wrong now may be right later. */
    allNetworkBans: () => orm.select().from(networkBans).prepare(),
    /** The bans that have not ended at `:now`, oldest first. */
    currentNetworkBans: () =>
      orm
        .select()
        .from(networkBans)
        .where(or(isNull(networkBans.endsAt), gt(networkBans.endsAt, value('now'))))
        .orderBy(networkBans.createdAt, networkBans.network)
        .prepare(),
    setNetworkBan: () =>
      orm
        .insert(networkBans)
        .values({
          network: value('network'),
          reason: value('reason'),
          createdAt: value('createdAt'),
          endsAt: value('endsAt'),
        })
        .onConflictDoUpdate({
          target: networkBans.network,
          set: {
            reason: sql`excluded.reason`,
            createdAt: sql`excluded.created_at`,
            endsAt: sql`excluded.ends_at`,
          },
        })
        .returning()
        .prepare(),
    removeNetworkBan: () =>
      orm
        .delete(networkBans)
        .where(eq(networkBans.network, value('network')))
        .returning()
        .prepare(),
    endedNetworkBan: () =>
      orm
        .select({ network: networkBans.network })
        .from(networkBans)
        .where(lte(networkBans.endsAt, value('now')))
        .limit(1)
        .prepare(),
    removeEndedNetworkBans: () =>
      orm
        .delete(networkBans)
        .where(lte(networkBans.endsAt, value('now')))
        .prepare(),

    wallClock: () =>
      orm
        .select({ trustedAt: wallClock.trustedAt, doubtedFor: wallClock.doubtedFor })
        .from(wallClock)
        .prepare(),
    keepWallClock: () =>
      orm
        .insert(wallClock)
        .values({ id: 1, trustedAt: value('trustedAt'), doubtedFor: value('doubtedFor') })
        .onConflictDoUpdate({
          target: wallClock.id,
          set: { trustedAt: sql`excluded.trusted_at`, doubtedFor: sql`excluded.doubted_for` },
        })
        .prepare(),

    outsideChanges: () =>
      orm.select().from(outsideChanges).orderBy(asc(outsideChanges.id)).prepare(),
    addOutsideChange: () =>
      orm
        .insert(outsideChanges)
        .values({ event: value('event') })
        .prepare(),
    forgetOutsideChanges: () =>
      orm
        .delete(outsideChanges)
        .where(lte(outsideChanges.id, value('id')))
        .prepare(),

    returnSpace: pragma(orm.$client, `incremental_vacuum(${pagesReturned})`),
    touch: pragma(orm.$client, 'user_version = 0'),
  };
}

function pragma(client: Client, text: string) {
  const recipe = { sql: `PRAGMA ${text}`, params: [], columns: [], booleans: [] };
  return () => ({ run: () => void prepare(client, recipe).run({}), recipe });
}

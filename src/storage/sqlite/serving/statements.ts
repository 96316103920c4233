import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Orm } from '../file/connection.ts';
import { looksLike } from '../file/names.ts';
import {
  groups,
  knownNetworks,
  memberships,
  messages,
  outsideChanges,
  tokens,
  users,
  wallClock,
} from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, prepareVisible, unreadCount } from './visibility.ts';

const value = sql.placeholder;

/** What decides whether a user's session may go on. */
const standingColumns = {
  user: users.id,
  passwordHash: users.passwordHash,
  bannedAt: users.bannedAt,
  banReason: users.banReason,
};

const accessColumns = {
  id: groups.id,
  name: groups.name,
  lastNumber: groups.lastNumber,
  joinedAt: memberships.joinedAt,
  ...standingColumns,
};

const summaryColumns = {
  id: groups.id,
  name: groups.name,
  description: groups.description,
  members: groups.memberCount,
  messages: groups.messageCount,
  joinedAt: memberships.joinedAt,
  lastRead: memberships.lastReadNumber,
  lastNumber: groups.lastNumber,
};

const memberColumns = { id: users.id, name: users.name, key: users.nameKey };

const accountColumns = {
  id: users.id,
  name: users.name,
  passwordHash: users.passwordHash,
  bannedAt: users.bannedAt,
  banReason: users.banReason,
};

/**
 * The server's queries, prepared once: drizzle prepares an ad hoc one again at every call. What
 * runs for every post and every login is prepared `direct`.
 */
export function prepareStatements(orm: Orm) {
  const client = orm.$client;
  const ofActor = and(
    eq(memberships.groupId, value('group')),
    eq(memberships.userId, value('user')),
  );
  const account = (which: SQL) =>
    direct(client, orm.select(accountColumns).from(users).where(which), accountColumns);
  const newest = orm
    .select({ number: messages.number })
    .from(messages)
    .where(
      and(eq(messages.groupId, memberships.groupId), lte(messages.postedAt, value('until')), live),
    )
    .orderBy(desc(messages.postedAt))
    .limit(1);
  const lastPosted = sql`coalesce(${newest}, 0)`;
  const access = (which: SQL) =>
    direct(
      client,
      orm
        .select(accessColumns)
        .from(groups)
        .leftJoin(
          memberships,
          and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user'))),
        )
        .leftJoin(users, eq(users.id, value('user')))
        .where(which),
      accessColumns,
    );
  const membershipColumns = {
    id: groups.id,
    name: groups.name,
    lastNumber: groups.lastNumber,
    lastRead: memberships.lastReadNumber,
  };
  const unreadColumns = { unread: unreadCount(value('until')) };
  const counted = (column: 'memberCount' | 'messageCount', by: number) =>
    orm
      .update(groups)
      .set({ [column]: sql`${groups[column]} + ${sql.raw(String(by))}` })
      .where(eq(groups.id, value('group')))
      .prepare();
  return {
    visible: prepareVisible(orm),

    /** A group, with the join time of `:user` if they are a member, and whether they may go on. */
    accessById: access(eq(groups.id, value('group'))),
    accessByKey: access(eq(groups.nameKey, value('key'))),

    accountByKey: account(eq(users.nameKey, value('key'))),
    accountById: account(eq(users.id, value('user'))),
    standing: direct(
      client,
      orm
        .select(standingColumns)
        .from(users)
        .where(eq(users.id, value('user'))),
      standingColumns,
    ),
    userLike: orm
      .select({ name: users.name })
      .from(users)
      .where(looksLike(users, { skeleton: value('skeleton'), keySkeleton: value('keySkeleton') }))
      .limit(1)
      .prepare(),
    addUser: orm
      .insert(users)
      .values({
        name: value('name'),
        nameKey: value('key'),
        skeleton: value('skeleton'),
        keySkeleton: value('keySkeleton'),
        passwordHash: value('passwordHash'),
        createdAt: value('at'),
        lastSeenAt: value('at'),
      })
      .returning(accountColumns)
      .prepare(),
    seen: direct(
      client,
      orm
        .update(users)
        .set({ lastSeenAt: sql`${value('at')}` })
        .where(eq(users.id, value('user'))),
    ),

    setPassword: orm
      .update(users)
      .set({ passwordHash: sql`${value('hash')}` })
      .where(eq(users.id, value('user')))
      .prepare(),

    tokenByHash: orm
      .select({ userId: tokens.userId, usedAt: tokens.usedAt })
      .from(tokens)
      .where(eq(tokens.hash, value('hash')))
      .prepare(),
    addToken: direct(
      client,
      orm
        .insert(tokens)
        .values({ hash: value('hash'), userId: value('user'), usedAt: value('at') }),
    ),
    useToken: direct(
      client,
      orm
        .update(tokens)
        .set({ usedAt: sql`${value('at')}` })
        .where(eq(tokens.hash, value('hash'))),
    ),
    endToken: orm
      .delete(tokens)
      .where(eq(tokens.hash, value('hash')))
      .prepare(),
    /** All tokens of a user but the `:keep` that were used last. */
    endTokensPast: direct(
      client,
      orm.delete(tokens).where(
        and(
          eq(tokens.userId, value('user')),
          notInArray(
            tokens.hash,
            orm
              .select({ hash: tokens.hash })
              .from(tokens)
              .where(eq(tokens.userId, value('user')))
              .orderBy(desc(tokens.usedAt))
              .limit(value('keep')),
          ),
        ),
      ),
    ),
    staleTokens: orm
      .select({ hash: tokens.hash, usedAt: tokens.usedAt })
      .from(tokens)
      .where(lt(tokens.usedAt, value('before')))
      .orderBy(asc(tokens.usedAt))
      .limit(value('limit'))
      .prepare(),
    staleNetwork: orm
      .select({ usedAt: knownNetworks.usedAt })
      .from(knownNetworks)
      .where(lt(knownNetworks.usedAt, value('before')))
      .limit(1)
      .prepare(),
    forgetStaleNetworks: orm
      .delete(knownNetworks)
      .where(
        inArray(
          sql`rowid`,
          orm
            .select({ rowid: sql`rowid` })
            .from(knownNetworks)
            .where(lt(knownNetworks.usedAt, value('before')))
            .orderBy(asc(knownNetworks.usedAt))
            .limit(value('limit')),
        ),
      )
      .prepare(),
    endTokensBut: orm
      .delete(tokens)
      .where(and(eq(tokens.userId, value('user')), ne(tokens.hash, value('keep'))))
      .prepare(),

    knowNetwork: direct(
      client,
      orm
        .insert(knownNetworks)
        .values({ userId: value('user'), network: value('network'), usedAt: value('at') })
        .onConflictDoUpdate({
          target: [knownNetworks.userId, knownNetworks.network],
          set: { usedAt: sql`excluded.used_at` },
        }),
    ),
    /** All networks of a user but the newest `:keep`. */
    forgetNetworksPast: orm
      .delete(knownNetworks)
      .where(
        and(
          eq(knownNetworks.userId, value('user')),
          notInArray(
            knownNetworks.network,
            orm
              .select({ network: knownNetworks.network })
              .from(knownNetworks)
              .where(eq(knownNetworks.userId, value('user')))
              .orderBy(desc(knownNetworks.usedAt))
              .limit(value('keep')),
          ),
        ),
      )
      .prepare(),
    forgetNetworksBut: orm
      .delete(knownNetworks)
      .where(and(eq(knownNetworks.userId, value('user')), ne(knownNetworks.network, value('keep'))))
      .prepare(),
    networkOf: orm
      .select({ usedAt: knownNetworks.usedAt })
      .from(knownNetworks)
      .where(
        and(eq(knownNetworks.userId, value('user')), eq(knownNetworks.network, value('network'))),
      )
      .prepare(),

    membershipsOf: direct(
      client,
      orm
        .select(membershipColumns)
        .from(memberships)
        .innerJoin(groups, eq(groups.id, memberships.groupId))
        .where(eq(memberships.userId, value('user')))
        .orderBy(asc(memberships.groupId)),
      membershipColumns,
    ),
    /** How many messages of one group the user has not seen. */
    unreadOf: direct(
      client,
      orm.select(unreadColumns).from(memberships).where(ofActor),
      unreadColumns,
    ),
    groupsFor: direct(
      client,
      orm
        .select(summaryColumns)
        .from(groups)
        .leftJoin(
          memberships,
          and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user'))),
        )
        .where(gt(groups.id, value('after')))
        .orderBy(asc(groups.id))
        .limit(value('limit')),
      summaryColumns,
    ),
    membersOf: direct(
      client,
      orm
        .select(memberColumns)
        .from(memberships)
        // With statistics SQLite would go through the users instead, all of them for each page.
        .crossJoin(users)
        .where(
          and(
            eq(users.id, memberships.userId),
            eq(memberships.groupId, value('group')),
            gt(memberships.userId, value('after')),
          ),
        )
        .orderBy(asc(memberships.userId))
        .limit(value('limit')),
      memberColumns,
    ),
    memberCount: orm
      .select({ members: groups.memberCount })
      .from(groups)
      .where(eq(groups.id, value('group')))
      .prepare(),

    addMembership: orm
      .insert(memberships)
      .values({
        groupId: value('group'),
        userId: value('user'),
        joinedAt: value('at'),
        lastReadNumber: value('number'),
      })
      .prepare(),
    removeMembership: orm.delete(memberships).where(ofActor).prepare(),
    memberJoined: counted('memberCount', 1),
    memberLeft: counted('memberCount', -1),

    /** Written back, not counted up and returned: a RETURNING takes SQLite twice as long. */
    countPosts: direct(
      client,
      orm
        .update(groups)
        .set({
          lastNumber: sql`${value('lastNumber')}`,
          messageCount: sql`${groups.messageCount} + ${value('added')}`,
        })
        .where(eq(groups.id, value('group'))),
    ),
    addMessage: direct(
      client,
      orm.insert(messages).values({
        groupId: value('group'),
        number: value('number'),
        senderId: value('user'),
        postedAt: value('at'),
        subject: value('subject'),
        content: value('content'),
        postKey: value('key'),
      }),
    ),
    messageByKey: orm
      .select({
        groupId: messages.groupId,
        group: groups.name,
        number: messages.number,
        postedAt: messages.postedAt,
        subject: messages.subject,
      })
      .from(messages)
      .innerJoin(groups, eq(groups.id, messages.groupId))
      .where(and(eq(messages.senderId, value('user')), eq(messages.postKey, value('key'))))
      .prepare(),

    markRead: orm
      .update(memberships)
      .set({ lastReadNumber: sql`${value('number')}` })
      .where(and(ofActor, lt(memberships.lastReadNumber, value('number'))))
      .prepare(),
    /** If nothing from before `:since` is unread, nothing up to `:until` is: it has been told. */
    catchUp: orm
      .update(memberships)
      .set({ lastReadNumber: sql`max(${memberships.lastReadNumber}, ${lastPosted})` })
      .where(and(eq(memberships.userId, value('user')), sql`${unreadCount(value('since'), 1)} = 0`))
      .prepare(),

    /** The groups with a rule, each with the time of its oldest row, which may be a tombstone. */
    retained: orm
      .select({
        id: groups.id,
        name: groups.name,
        messages: groups.messageCount,
        keepMessages: groups.keepMessages,
        keepDays: groups.keepDays,
        // drizzle would write the columns without their tables.
        oldest: sql<
          number | null
        >`(SELECT posted_at FROM messages WHERE group_id = groups.id ORDER BY number LIMIT 1)`,
      })
      .from(groups)
      .where(or(isNotNull(groups.keepMessages), isNotNull(groups.keepDays)))
      .orderBy(asc(groups.id))
      .prepare(),
    oldestRows: orm
      .select({
        number: messages.number,
        postedAt: messages.postedAt,
        deletedAt: messages.deletedAt,
      })
      .from(messages)
      .where(eq(messages.groupId, value('group')))
      .orderBy(asc(messages.number))
      .limit(value('limit'))
      .prepare(),
    /** Rows of tombstones too: what is removed is always a group's oldest rows. */
    removeUpTo: orm
      .delete(messages)
      .where(and(eq(messages.groupId, value('group')), lte(messages.number, value('number'))))
      .prepare(),
    messagesRemoved: orm
      .update(groups)
      .set({ messageCount: sql`${groups.messageCount} - ${value('count')}` })
      .where(eq(groups.id, value('group')))
      .prepare(),

    wallClock: orm
      .select({ trustedAt: wallClock.trustedAt, doubtedFor: wallClock.doubtedFor })
      .from(wallClock)
      .prepare(),
    keepWallClock: orm
      .insert(wallClock)
      .values({ id: 1, trustedAt: value('trustedAt'), doubtedFor: value('doubtedFor') })
      .onConflictDoUpdate({
        target: wallClock.id,
        set: { trustedAt: sql`excluded.trusted_at`, doubtedFor: sql`excluded.doubted_for` },
      })
      .prepare(),

    outsideChanges: orm.select().from(outsideChanges).orderBy(asc(outsideChanges.id)).prepare(),
    forgetOutsideChanges: orm
      .delete(outsideChanges)
      .where(lte(outsideChanges.id, value('id')))
      .prepare(),

    holdings: orm
      .select({
        groups: count(),
        memberships: sql<number>`coalesce(sum(${groups.memberCount}), 0)`,
        messages: sql<number>`coalesce(sum(${groups.messageCount}), 0)`,
      })
      .from(groups)
      .prepare(),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;

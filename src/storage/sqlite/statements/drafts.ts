import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { drafts, screenKeys } from '../file/schema.ts';

const value = sql.placeholder;

const draftColumns = {
  place: drafts.place,
  subject: drafts.subject,
  text: drafts.content,
  writtenAt: drafts.writtenAt,
};

/** The queries about the drafts of users and their own keys of the screen. */
export function draftStatements(orm: Orm) {
  const ofUser = eq(drafts.userId, value('user'));
  const keysOfUser = eq(screenKeys.userId, value('user'));
  return {
    /** The drafts of a user, with the times at which they were written, by their places. */
    draftsOf: () =>
      orm.select(draftColumns).from(drafts).where(ofUser).orderBy(asc(drafts.place)).prepare(),
    keepDraft: () =>
      orm
        .insert(drafts)
        .values({
          userId: value('user'),
          place: value('place'),
          subject: value('subject'),
          content: value('text'),
          writtenAt: value('at'),
        })
        .onConflictDoUpdate({
          target: [drafts.userId, drafts.place],
          set: {
            subject: sql`excluded.subject`,
            content: sql`excluded.content`,
            writtenAt: sql`excluded.written_at`,
          },
        })
        .prepare(),
    removeDraft: () =>
      orm
        .delete(drafts)
        .where(and(ofUser, eq(drafts.place, value('place'))))
        .prepare(),
    /** Moves the draft of the place `:from` to `:to`, unless the user has one there. */
    moveDraft: () =>
      orm
        .update(drafts)
        .set({ place: sql`${value('to')}` })
        .where(
          and(
            ofUser,
            eq(drafts.place, value('from')),
            sql`NOT EXISTS (SELECT 1 FROM drafts AS other WHERE other.user_id = ${value('user')} AND other.place = ${value('to')})`,
          ),
        )
        .prepare(),
    removeDraftsOfUser: () => orm.delete(drafts).where(ofUser).prepare(),
    /** Finds a row if there is a draft that was written before a time. */
    staleDraft: () =>
      orm
        .select({ at: drafts.writtenAt })
        .from(drafts)
        .where(lt(drafts.writtenAt, value('before')))
        .limit(1)
        .prepare(),
    /** Removes at most `:limit` drafts that were written before a time. */
    removeStaleDrafts: () =>
      orm
        .delete(drafts)
        .where(
          inArray(
            sql`rowid`,
            orm
              .select({ rowid: sql`rowid` })
              .from(drafts)
              .where(lt(drafts.writtenAt, value('before')))
              .orderBy(asc(drafts.writtenAt))
              .limit(value('limit')),
          ),
        )
        .prepare(),
    screenKeysOf: () =>
      orm.select({ text: screenKeys.text }).from(screenKeys).where(keysOfUser).prepare(),
    keepScreenKeys: () =>
      orm
        .insert(screenKeys)
        .values({ userId: value('user'), text: value('text') })
        .onConflictDoUpdate({ target: screenKeys.userId, set: { text: sql`excluded.text` } })
        .prepare(),
    removeScreenKeysOfUser: () => orm.delete(screenKeys).where(keysOfUser).prepare(),
  };
}

import type { Change } from '../../board/ports/reading.ts';
import { toGroup, toHeader } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Result } from '../../protocol/schemas.ts';
import { formatTime } from '../../protocol/time.ts';
import type { Handlers } from './context.ts';

type ChangeEntry = Result<'group.changes'>['changes'][number];

export const editHandlers: Pick<
  Handlers,
  'message.edit' | 'message.delete' | 'message.history' | 'group.changes'
> = {
  'message.edit': async ({ board, session, hub }, { group, number, ...edit }) => {
    const found = await board.edit(session.actor, group, number, edit);
    const { message, revision } = found;
    return { ...toGroup(hub.named(found.group)), ...toHeader(message), revision };
  },

  'message.delete': async ({ board, session, hub }, { group, number, reason }) => {
    const found = await board.delete(session.actor, group, number, reason);
    return { ...toGroup(hub.named(found.group)), number };
  },

  'message.history': async ({ board, session, hub }, { group, number, from = 0 }) => {
    const page = { from, bytes: limits.listBytes };
    const { revisions, more, ...found } = await board.history(session.actor, group, number, page);
    return {
      ...toGroup(hub.named(found.group)),
      number,
      revisions: revisions.map(({ writtenAt, ...text }) => ({
        ...text,
        writtenAt: formatTime(writtenAt),
      })),
      more,
    };
  },

  // Other connections have their turn after each part: a member may see few of very many changes.
  'group.changes': async ({ board, session, hub, costs }, params) => {
    const { after, limit = limits.changesDefault } = params;
    const changes: Change[] = [];
    let mark = costs.mark();
    let part = await board.changes(session.actor, params.group, after);
    changes.push(...part.changes);
    while (part.more && changes.length < limit) {
      mark = await costs.breathe(mark);
      // By the id, because the group may be renamed in between.
      part = await board.changes(session.actor, part.group.id, part.change);
      changes.push(...part.changes);
    }
    costs.charge(mark);
    const shown = cut(changes, limit);
    const isCut = shown.length < changes.length;
    // A counter of a message that the member cannot see would tell of it.
    const isEarly = isCut || part.more;
    return {
      ...toGroup(hub.named(part.group)),
      changes: shown.map(toEntry),
      change: (isEarly && shown.at(-1)?.change) || part.change,
      more: isEarly,
    };
  },
};

/** The first changes, at most `limit` unless the act that made the last of them has made more. */
function cut(changes: readonly Change[], limit: number): readonly Change[] {
  const last = changes[limit - 1]?.change;
  return last === undefined ? changes : changes.filter(({ change }) => change <= last);
}

function toEntry({ number, change, message, by }: Change): ChangeEntry {
  return message ? { number, change, message: toHeader(message) } : { number, change, by };
}

import type { HeaderRow } from '../board/ports/repository.ts';
import type { Group } from '../board/types.ts';
import { fromRow, toGroup, toHeader } from '../board/view.ts';
import { deletedUser } from '../protocol/direct.ts';
import { withWrittenList } from '../protocol/jsonrpc/messages.ts';
import type { Header, Result } from '../protocol/schemas.ts';
import { formatTime } from '../protocol/time.ts';

/**
 * The result of `message.list` without contents. Programs get JSON that is written straight from the rows; for
 * others the messages become objects when they are first read.
 */
export function headerList(
  group: Group,
  rows: readonly HeaderRow[],
  more: boolean,
): Result<'message.list'> {
  let messages: Header[] | undefined;
  const { group: name, groupId } = toGroup(group);
  const result = {
    group: name,
    groupId,
    get messages() {
      messages ??= rows.map((row) => toHeader(fromRow(row)));
      return messages;
    },
    more,
  };
  const write = (from: number, to: number) => {
    let text = '';
    for (let at = from; at < to; at++) {
      text +=
        at === from ? headerJson(rows[at] as HeaderRow) : `,${headerJson(rows[at] as HeaderRow)}`;
    }
    return text;
  };
  return withWrittenList(result, { key: 'messages', length: rows.length, write });
}

/** The same text as `JSON.stringify` of `toHeader`. */
function headerJson(row: HeaderRow): string {
  const [number, senderId, sender, postedAt, subject, thread, replyTo, editedAt, mentions] = row;
  const plain =
    `{"number":${number},"senderId":${senderId},"sender":${JSON.stringify(sender ?? deletedUser)},` +
    `"postedAt":"${formatTime(postedAt)}","subject":${JSON.stringify(subject)},"thread":${thread}`;
  if (replyTo === null && editedAt === null && mentions === null) return `${plain}}`;
  const reply = replyTo === null ? '' : `,"replyTo":${replyTo}`;
  const edited = editedAt === null ? '' : `,"editedAt":"${formatTime(editedAt)}"`;
  // SQLite escapes other characters than JSON.stringify does.
  const named = mentions === null ? '' : `,"mentions":${JSON.stringify(JSON.parse(mentions))}`;
  return `${plain}${reply}${edited}${named}}`;
}

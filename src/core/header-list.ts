import type { HeaderRow } from '../board/ports/repository.ts';
import type { Group } from '../board/types.ts';
import { toGroup, toHeader } from '../board/view.ts';
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
      messages ??= rows.map(([number, senderId, sender, postedAt, subject]) =>
        toHeader({ number, senderId, sender, postedAt, subject }),
      );
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
function headerJson([number, senderId, sender, postedAt, subject]: HeaderRow): string {
  return (
    `{"number":${number},"senderId":${senderId},"sender":${JSON.stringify(sender ?? '[deleted]')},` +
    `"postedAt":"${formatTime(postedAt)}","subject":${JSON.stringify(subject)}}`
  );
}

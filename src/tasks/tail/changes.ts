import { type ChangeNotice, numberOf } from '../../client/change-feed.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Call } from '../../protocol/schemas.ts';
import type { Cursor, TailMessage } from './cursor.ts';

/** An edit or a deletion as `tail --json` prints it. An edit has the message as it is now. */
export type TailChange =
  | (TailMessage & { readonly event: 'edited' })
  | {
      readonly event: 'deleted';
      readonly group: string;
      readonly groupId: number;
      readonly number: number;
      /** Null for the operator. */
      readonly by: string | null;
      /** Missing if none was given, or if tail learned of the deletion after a gap. */
      readonly reason?: string | undefined;
    };

/**
 * The edits and deletions that are not printed yet, of each message the last one: so few wait, even if the reader is
 * slow. One waits until its message is printed, and is dropped if that was printed as it is after the change.
 */
export class PendingChanges {
  private readonly waiting = new Map<string, ChangeNotice>();
  /** When messages were edited that were printed before the notice of that edit came. */
  private readonly ahead = new Map<string, string>();

  constructor(private readonly headers: boolean) {}

  add(notice: ChangeNotice): void {
    const key = keyOf(notice);
    const printed = this.ahead.get(key) ?? '';
    this.ahead.delete(key);
    if (notice.method === 'message.edited' && editedAt(notice) <= printed) return;
    this.waiting.set(key, notice);
  }

  /** The next change whose message was printed. @throws any error of `call`, unless the message is gone */
  async next(cursors: ReadonlyMap<number, Cursor>, call: Call): Promise<TailChange | undefined> {
    for (const [key, notice] of this.waiting) {
      const cursor = cursors.get(notice.params.groupId);
      if (!cursor || cursor.hasListed(notice)) this.waiting.delete(key);
      else if (numberOf(notice) <= cursor.reached) {
        this.waiting.delete(key);
        const change = await this.toPrint(notice, key, call);
        if (change) return change;
      }
    }
    return undefined;
  }

  private async toPrint(
    { method, params }: ChangeNotice,
    key: string,
    call: Call,
  ): Promise<TailChange | undefined> {
    const { group, groupId } = params;
    if (method === 'message.deleted') {
      const { number, by, reason } = params;
      return { event: 'deleted', group, groupId, number, by, reason };
    }
    const { message } = params;
    if (this.headers) return { event: 'edited', group, groupId, ...message };
    try {
      const { revision: _, ...found } = await call('message.get', {
        group: groupId,
        number: message.number,
      });
      const { editedAt: at = '' } = found;
      if (at > (message.editedAt ?? '')) this.ahead.set(key, at);
      return { event: 'edited', ...found };
    } catch (error) {
      // The notice of its deletion comes next.
      if (error instanceof BoardError && gone.has(error.code)) return undefined;
      throw error;
    }
  }
}

const gone = new Set(['MESSAGE_NOT_FOUND', 'NOT_MEMBER', 'GROUP_NOT_FOUND']);

function keyOf(notice: ChangeNotice): string {
  return `${notice.params.groupId}:${numberOf(notice)}`;
}

function editedAt({ params }: Extract<ChangeNotice, { method: 'message.edited' }>): string {
  return params.message.editedAt ?? '';
}

import type { Result } from '../schemas.ts';
import { formatTime } from '../time.ts';
import type { RequestId } from './messages.ts';

type Posted = Result<'message.post'>;

/** What the results of posts have in common that were posted together. */
export type Shared = Pick<Posted, 'group' | 'groupId' | 'senderId' | 'sender'>;

/**
 * Writes the replies to posts that were posted together, as `formatResult` would: the parts that they share are made once. To write each
 * reply by itself takes twice as long.
 */
export class PostReplies {
  private readonly head: string;
  private readonly middle: string;
  private subject: string | undefined;
  private subjectText = '';

  constructor({ group, groupId, senderId, sender }: Shared) {
    this.head = `,"result":{"group":${JSON.stringify(group)},"groupId":${groupId},"number":`;
    this.middle = `,"senderId":${senderId},"sender":${JSON.stringify(sender)},"postedAt":"`;
  }

  /** @param postedAt in microseconds */
  reply(id: RequestId, number: number, postedAt: number, subject: string): string {
    // Programs often give all their messages one subject.
    if (subject !== this.subject) {
      this.subject = subject;
      this.subjectText = `","subject":${JSON.stringify(subject)},"thread":`;
    }
    const idText = typeof id === 'number' ? id : JSON.stringify(id);
    const time = formatTime(postedAt);
    return `{"jsonrpc":"2.0","id":${idText}${this.head}${number}${this.middle}${time}${this.subjectText}${number}}}\n`;
  }
}

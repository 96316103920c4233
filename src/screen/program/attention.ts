import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import { whereMeant } from '../model/reading-order.ts';
import type { Groups } from './groups.ts';
import type { Reader } from './reader.ts';
import type { Position } from './reading-place.ts';

interface AttentionOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly say: (text: string) => void;
}

/** The groups visited by `a` since the user was last elsewhere. It ends where it began. */
interface Journey {
  readonly from: Position;
  /** Groups that were visited for a mention, and those visited for what is unread. */
  readonly mentioned: Set<number>;
  readonly unread: Set<number>;
}

/** Carries out `a`. Each group is visited once, even if the user leaves its messages unread. */
export class Attention {
  private journey: Journey | undefined;

  constructor(private readonly options: AttentionOptions) {}

  /** Called when the user goes somewhere else. */
  end(): void {
    this.journey = undefined;
  }

  async go(): Promise<void> {
    const { groups, reader, say } = this.options;
    // The first place is left for a while only. What this key led to was read when it goes on from there.
    if (this.journey) reader.markSeen();
    this.journey ??= {
      from: reader.position,
      mentioned: new Set(),
      unread: new Set(),
    };
    const { journey } = this;
    const meant = whereMeant(
      groups.all.map(({ id, name, unread, mentions }) => ({
        id,
        unread: journey.unread.has(id) ? 0 : unread,
        mentions: journey.mentioned.has(id) ? 0 : mentions,
        isDirect: isDirectName(name),
      })),
    );
    if (meant.to === 'back') {
      const isAway = journey.mentioned.size + journey.unread.size > 0;
      this.end();
      if (isAway) await reader.comeBack(journey.from);
      say(isAway ? 'Back where you were.' : 'Nothing new for you.');
      return;
    }
    if (meant.to === 'mention') {
      journey.mentioned.add(meant.group);
      const number = await this.oldestMention(meant.group);
      if (number !== undefined) {
        await reader.goTo(meant.group, number);
        return;
      }
    }
    journey.unread.add(meant.group);
    await reader.enter(meant.group, true);
  }

  private async oldestMention(group: number): Promise<number | undefined> {
    const query = `in:${group} is:unread is:mention`;
    const limit = limits.searchMost;
    const { messages } = await this.options.board.call('message.search', { query, limit });
    return messages.at(-1)?.number;
  }
}

import type { Origin } from '../board/types.ts';
import { toGroup } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import type { Notice } from '../protocol/schemas.ts';
import { type Encoding, encodeNotice, type Session } from './session.ts';

interface Pending {
  readonly notice: Notice;
  /** The session that is not told, because it is answered instead. */
  readonly except: Origin;
}

/**
 * The sessions in one group, and what they are about to be told. The notices of a turn are
 * encoded once per encoding, into one buffer that all members share.
 */
export class Channel {
  private readonly members = new Set<Session>();
  private pending: Pending[] = [];
  private presence = new Map<string, { online: boolean; session: number }>();

  constructor(
    /** Its name is the one from before, until the change of it is told. */
    readonly group: { readonly id: number; name: string },
    private readonly counts: Pick<ServerCounts, 'notices'>,
  ) {}

  get empty(): boolean {
    return this.members.size === 0;
  }

  /** What was told so far is for those who were in the group so far. */
  add(session: Session): void {
    this.deliver();
    this.members.add(session);
  }

  remove(session: Session): void {
    this.deliver();
    this.members.delete(session);
  }

  /** Whether there is anyone to tell, beside the session `except`. */
  reaches(except: Origin): boolean {
    const [first] = this.members;
    return this.members.size > 1 || (first !== undefined && first.id !== except);
  }

  tell(notice: Notice, except: Origin): void {
    this.pending.push({ notice, except });
  }

  /** Sends a notice at once to the members that are not in `told`, and adds them to it. */
  tellOnce(notice: Notice, told: Set<Session>): void {
    const encoded: Partial<Record<Encoding, Buffer>> = {};
    for (const session of this.members) {
      if (told.has(session)) continue;
      told.add(session);
      const { encoding } = session;
      encoded[encoding] ??= Buffer.from(encodeNotice(encoding, notice));
      this.counts.notices++;
      session.send(encoded[encoding], this.members.size);
    }
  }

  /** Takes note of someone coming or going; who does both in between is not told of. */
  notePresence(user: string, online: boolean, session: number): void {
    const before = this.presence.get(user);
    if (before && before.online !== online) this.presence.delete(user);
    else this.presence.set(user, { online, session });
  }

  /** One who has left is not told of, whatever was gathered. */
  forgetPresence(user: string): void {
    this.presence.delete(user);
  }

  /** Turns what `notePresence` has gathered into one notice. */
  tellPresence(): void {
    if (this.presence.size === 0) return;
    const changes = [...this.presence];
    this.presence = new Map();
    const names = (online: boolean) =>
      changes.filter(([, change]) => change.online === online).map(([name]) => name);
    const params = { ...toGroup(this.group), online: names(true), offline: names(false) };
    // Nobody is told that they themselves are there, unless others are in the same notice.
    const alone = changes.length === 1 ? changes[0]?.[1].session : undefined;
    this.tell({ method: 'presence.changed', params }, alone ?? null);
  }

  /** Sends what is pending to every member. */
  deliver(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    const senders = new Set(pending.map(({ except }) => except));
    const encoded: Partial<Record<Encoding, Encoded>> = {};
    for (const session of this.members) {
      const { encoding } = session;
      encoded[encoding] ??= encode(encoding, pending);
      const { lines, shared } = encoded[encoding];
      const own = senders.has(session.id);
      const told = own ? lines.filter((_, at) => pending[at]?.except !== session.id) : lines;
      this.counts.notices += told.length;
      if (own) session.send(told.join(''));
      else session.send(shared, this.members.size);
    }
  }
}

interface Encoded {
  readonly lines: string[];
  readonly shared: Buffer;
}

function encode(encoding: Encoding, pending: Pending[]): Encoded {
  const lines = pending.map(({ notice }) => encodeNotice(encoding, notice));
  return { lines, shared: Buffer.from(lines.join('')) };
}

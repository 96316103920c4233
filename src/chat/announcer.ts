import type { BoardClient } from '../client/board-client.ts';
import { type Address, formatAddress } from '../protocol/address.ts';
import { cleanLine } from '../protocol/clean.ts';
import { isMentioned } from '../protocol/mentions.ts';
import type { Header, Notice } from '../protocol/schemas.ts';
import { leftPlace, type Place } from '../protocol/text/place.ts';
import type { Reading } from '../protocol/text/reading.ts';
import { info } from '../protocol/text/render.ts';
import { renderGathered, renderNotice } from '../protocol/text/render-notices.ts';
import type { Style } from '../protocol/text/style.ts';
import { Arrivals } from './arrivals.ts';
import { Gatherer } from './gatherer.ts';
import { Muted } from './muted.ts';
import { placeAfter } from './place-after.ts';
import type { Reporter } from './reporter.ts';

export interface AnnouncerOptions {
  readonly reporter: Reporter;
  readonly style: Style;
  /** Whether the terminal rings for a message that mentions the user. */
  readonly bell: boolean;
  /** The board that is named when its connection is lost. */
  readonly board: () => Address | undefined;
  /** What the user can do after the session has ended, as a sentence with a space before it, or ''. */
  readonly again: string;
  /** Called when the connection is lost and the client starts to reconnect. */
  readonly away: () => void;
  /** Called when it is back. */
  readonly back: () => void;
  /** Called after a session has ended that does not come back by itself. */
  readonly ended: () => void;
  /** What the user reads in the present session. */
  readonly reading: () => Reading;
  readonly place: () => Place | undefined;
  /** Called when the place has another name, or is gone. */
  readonly moved: (place: Place | undefined) => void;
  /** Called for each notice, also for those that are not printed. */
  readonly heard: (notice: Notice) => void;
  /** Called when messages that arrived were marked as read. */
  readonly marked: () => void;
  /** Whether many notices at once are gathered while the user is in a place. */
  readonly gathers: boolean;
}

/** Prints the events of a client: notices, and changes of its connection. */
export class Announcer {
  /** What the user has muted: of its messages, nothing is printed. */
  readonly muted = new Muted();
  private readonly gatherer: Gatherer;
  private client: BoardClient | undefined;

  constructor(private readonly options: AnnouncerOptions) {
    const { reporter, style } = options;
    this.gatherer = new Gatherer({
      isPersonal: ({ method, params }) =>
        (method === 'message.posted' && this.isMentioned(params.message)) ||
        (method === 'group.logged' && params.line.user === this.client?.user),
      print: (notice) => this.print(notice),
      printLine: (group, text) => reporter.print(renderGathered(group, text, style)),
    });
  }

  follow(client: BoardClient): void {
    const { reporter, style, away, back, place, reading, heard, marked } = this.options;
    this.client = client;
    this.muted.forget();
    if (client.hasMutes) void this.muted.load(client.call);
    const arrivals = new Arrivals({
      client,
      style,
      place,
      reading,
      print: (text, message) => reporter.print(this.rung(text, message)),
      announce: (notice) => this.announce(notice, client),
      marked,
    });
    client.on('notice', (notice) => {
      heard(notice);
      const { method, params } = notice;
      if (method === 'mutes.changed') void this.muted.load(client.call);
      const isEnded =
        method === 'membership.ended' ||
        (method === 'member.left' && params.userId === client.userId);
      if (isEnded) this.muted.leave(params.groupId);
      const shown = withoutSelf(notice, client.user);
      this.muted.whenKnown(() => {
        if (shown && !this.muted.hides(shown)) arrivals.take(shown);
      });
    });
    client.on('lost', ({ reason }) => {
      this.flush();
      this.complain(`${this.loss(reason)} Trying to connect again.`);
      away();
    });
    client.on('putOff', ({ error }) => {
      // Waiting because of a rate is usual, and not worth a line.
      if (error.code !== 'RATE_LIMITED') this.complain(`${error.message} Trying again.`);
    });
    client.on('resumed', () => {
      this.complain('Connected again.');
      const here = place();
      const isMember = client.memberships.some(({ id }) => id === here?.group);
      if (here && !isMember) this.leave(here);
      // Another session may have muted something since.
      if (client.hasMutes) void this.muted.load(client.call);
      else this.muted.forget();
      back();
    });
    client.on('ended', (error) => this.end(error.message));
  }

  /** The session or the connection has ended, and does not come back by itself. */
  end(reason: string): void {
    this.flush();
    this.complain(`${this.loss(reason)}${this.options.again}`);
    this.options.ended();
  }

  /** Prints what was gathered and is not printed yet. */
  flush(): void {
    this.gatherer.flush();
  }

  private announce(notice: Notice, { userId }: BoardClient): void {
    const { place, gathers, moved } = this.options;
    const here = place();
    if (here && gathers) this.gatherer.take(notice);
    else this.print(notice);
    if (!here) return;
    const after = placeAfter(here, notice, userId);
    if (!after) this.leave(here);
    else if (after !== here) moved(after);
  }

  private print(notice: Notice): void {
    const { reporter, style } = this.options;
    const text = renderNotice(notice, style, this.client?.user);
    if (text === null) return;
    const isPosted = notice.method === 'message.posted';
    reporter.print(isPosted ? this.rung(text, notice.params.message) : text);
  }

  /** A text about a message, with the bell if it mentions the user. */
  private rung(text: string, message: Header): string {
    return this.options.bell && this.isMentioned(message) ? `\x07${text}` : text;
  }

  /** Not by the user in another session, who may have mentioned all members. */
  private isMentioned(message: Header): boolean {
    const user = this.client?.user;
    return user !== undefined && message.sender !== user && isMentioned(message, user);
  }

  private leave(place: Place): void {
    const { reporter, style, moved } = this.options;
    reporter.print(info(leftPlace(place), style));
    moved(undefined);
  }

  private complain(text: string): void {
    const { reporter, style } = this.options;
    reporter.complain(info(text, style));
  }

  private loss(reason: string): string {
    const board = this.options.board();
    const where = board ? ` to ${formatAddress(board)}` : '';
    return `The connection${where} was lost: ${cleanLine(reason)}`;
  }
}

/** A notice of presence without the user who reads it, if it names this user. Undefined if it is about nobody else. */
function withoutSelf(notice: Notice, user: string): Notice | undefined {
  if (notice.method !== 'presence.changed') return notice;
  const { online, offline, moreOnline = 0, moreOffline = 0 } = notice.params;
  const others = {
    online: online.filter((name) => name !== user),
    offline: offline.filter((name) => name !== user),
  };
  const count = others.online.length + others.offline.length + moreOnline + moreOffline;
  return count === 0 ? undefined : { ...notice, params: { ...notice.params, ...others } };
}

import type { BoardClient } from '../client/board-client.ts';
import { type Address, formatAddress } from '../protocol/address.ts';
import { cleanLine } from '../protocol/clean.ts';
import type { Notice } from '../protocol/schemas.ts';
import { info, renderNotice } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';
import type { Reporter } from './reporter.ts';

export interface AnnouncerOptions {
  readonly reporter: Reporter;
  readonly style: Style;
  /** Whether the terminal rings for a message that mentions the user. */
  readonly bell: boolean;
  /** The board that is named when its connection is lost. */
  readonly board: () => Address | undefined;
  /** Called when the connection is lost and the client starts to reconnect. */
  readonly away: () => void;
  /** Called when it is back. */
  readonly back: () => void;
  /** Called after a session has ended that does not come back by itself. */
  readonly ended: () => void;
}

/** Prints the events of a client: notices, and changes of its connection. */
export class Announcer {
  constructor(private readonly options: AnnouncerOptions) {}

  follow(client: BoardClient): void {
    const { reporter, style, away, back, bell } = this.options;
    const rings = ({ method, params }: Notice, { user }: BoardClient) =>
      bell && method === 'message.posted' && params.message.mentions?.includes(user);
    client.on('notice', (notice) => {
      const text = renderNotice(notice, style, client.user);
      if (text !== null) reporter.print(rings(notice, client) ? `\x07${text}` : text);
    });
    client.on('lost', ({ reason }) => {
      this.complain(`${this.loss(reason)} Trying to connect again.`);
      away();
    });
    client.on('putOff', ({ error }) => {
      // Waiting because of a rate is usual, and not worth a line.
      if (error.code !== 'RATE_LIMITED') this.complain(`${error.message} Trying again.`);
    });
    client.on('resumed', () => {
      this.complain('Connected again.');
      back();
    });
    client.on('ended', (error) => this.end(error.message));
  }

  /** The session or the connection has ended, and does not come back by itself. */
  end(reason: string): void {
    this.complain(`${this.loss(reason)} Type %connect to connect again.`);
    this.options.ended();
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

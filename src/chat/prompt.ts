import { type Address, formatAddress } from '../protocol/address.ts';
import { defaultPort } from '../protocol/limits.ts';
import { type Place, placeName } from '../protocol/text/place.ts';
import { plusAtLimit } from '../protocol/text/render.ts';
import type { Style } from '../protocol/text/style.ts';

/** Who is connected to which board, and where. */
interface Situation {
  readonly user: string | undefined;
  readonly board: Address | undefined;
  /** False while the client tries to connect again. */
  readonly connected: boolean;
  readonly place: Place | undefined;
  /** How many messages are unread in the group of the place. */
  readonly unread: number;
}

/**
 * The prompt: the place, such as `news/17`, with what is unread in its group, as in `news (3)`; or outside of every place
 * the user and the board, with the port if it is not 6789.
 */
export function promptText(
  { user, board, connected, place, unread }: Situation,
  style: Style,
): string {
  if (!board || !user) return 'offline> ';
  const state = connected ? '' : ' (reconnecting)';
  if (place) {
    const count = unread === 0 ? '' : ` (${unread}${plusAtLimit(unread)})`;
    return `${style.group(placeName(place))}${count}${state}> `;
  }
  const address = formatAddress(board);
  const usual = `:${defaultPort}`;
  const where = address.endsWith(usual) ? address.slice(0, -usual.length) : address;
  return `${style.user(user)}@${where}${state}> `;
}

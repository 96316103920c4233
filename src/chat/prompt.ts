import { type Address, formatAddress } from '../protocol/address.ts';
import { defaultPort } from '../protocol/limits.ts';
import type { Style } from '../protocol/text/style.ts';

/** Who is connected to which board. */
interface Place {
  readonly user: string | undefined;
  readonly board: Address | undefined;
  /** False while the client tries to connect again. */
  readonly connected: boolean;
}

/** The prompt: the user and the board, with the port if it is not 6789. */
export function promptText({ user, board, connected }: Place, style: Style): string {
  if (!board || !user) return 'offline> ';
  const address = formatAddress(board);
  const usual = `:${defaultPort}`;
  const place = address.endsWith(usual) ? address.slice(0, -usual.length) : address;
  return `${style.user(user)}@${place}${connected ? '' : ' (reconnecting)'}> `;
}

import { type Address, formatAddress } from '../protocol/address.ts';
import { defaultPort } from '../protocol/limits.ts';
import type { Style } from '../protocol/text/style.ts';

/** Where a session stands. */
interface Place {
  readonly user: string | undefined;
  readonly board: Address | undefined;
  /** False while a session waits for its connection to come back. */
  readonly connected: boolean;
}

/** Who one is and where, before what is typed; the port only where it is not the usual one. */
export function promptText({ user, board, connected }: Place, style: Style): string {
  if (!board || !user) return 'offline> ';
  const address = formatAddress(board);
  const usual = `:${defaultPort}`;
  const place = address.endsWith(usual) ? address.slice(0, -usual.length) : address;
  return `${style.user(user)}@${place}${connected ? '' : ' (reconnecting)'}> `;
}

import { defaultPort } from '../protocol/limits.ts';
import type { Style } from '../protocol/text/style.ts';
import type { Address } from './address.ts';

/** Who one is and where, before what is typed; the port only where it is not the usual one. */
export function promptText(
  { user, board }: { user: string | undefined; board: Address | undefined },
  style: Style,
): string {
  if (!board || !user) return 'offline> ';
  const host = board.host.includes(':') ? `[${board.host}]` : board.host;
  const port = board.port === defaultPort ? '' : `:${board.port}`;
  return `${style.user(user)}@${host}${port}> `;
}

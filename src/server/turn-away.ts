import type { Socket } from 'node:net';
import type { ClosingCode } from '../protocol/schemas.ts';
import { closingNotice, encodeNotice } from './session.ts';

// How long one that is turned away has to take what it is told, in milliseconds.
const farewellTime = 1000;

/**
 * Tells a peer that is not let in why, and ends.
 * @param opening what it has sent: its first byte decides the encoding, text where it sent nothing
 */
export function turnAway(
  socket: Socket,
  opening: Buffer | undefined,
  code: ClosingCode,
  reason: string,
): void {
  const encoding = opening?.[0] === 0x7b ? 'json' : 'text';
  socket.end(encodeNotice(encoding, closingNotice(code, reason)));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), farewellTime);
  socket.once('close', () => clearTimeout(timer));
}

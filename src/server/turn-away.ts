import type { Socket } from 'node:net';
import type { BoardError } from '../protocol/errors.ts';
import { closingNotice, encodeNotice } from './session.ts';

// How long one that is turned away has to take what it is told, in milliseconds.
const farewellTime = 1000;

/**
 * Tells a peer that is not let in why, and ends.
 * @param opening what it has sent: its first byte decides the encoding, text where it sent nothing
 */
export function turnAway(socket: Socket, opening: Buffer | undefined, why: BoardError): void {
  const encoding = opening?.[0] === 0x7b ? 'json' : 'text';
  socket.end(encodeNotice(encoding, closingNotice(why.message)));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), farewellTime);
  socket.once('close', () => clearTimeout(timer));
}

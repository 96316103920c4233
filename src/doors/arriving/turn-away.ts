import type { Socket } from 'node:net';
import { closingNotice } from '../../core/session.ts';
import type { Opening } from '../../protocol/first-bytes.ts';
import { freeNow } from '../../protocol/framing.ts';
import type { ClosingCode } from '../../protocol/schemas.ts';
import { dialectOf } from '../dialects/by-first-bytes.ts';

// How long a peer that is turned away has to read the reason, in milliseconds, and how many of
// its bytes are read in that time. Closing a socket with unread bytes could discard the reason.
const readingTime = 1000;
const mostRead = 64 * 1024;

/** Why a peer is not let in, in words, and for programs. */
export interface Refusal {
  readonly code: ClosingCode;
  readonly reason: string;
}

/**
 * Sends a peer that is not let in the reason, and closes the socket.
 * @param opening the protocol of the peer, in which it is answered; text if it is unknown
 */
export function turnAway(socket: Socket, opening: Opening | undefined, refusal: Refusal): void {
  const timer = setTimeout(() => socket.destroy(), readingTime);
  socket.once('close', () => clearTimeout(timer));
  socket.end(answer(opening, refusal));
  let read = 0;
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length;
    freeNow(chunk);
    if (read > mostRead) socket.destroy();
  });
  socket.resume();
}

function answer(opening: Opening | undefined, { code, reason }: Refusal): string {
  if (opening === 'http') return httpAnswer(code, reason);
  return dialectOf(opening).notice(closingNotice(code, reason));
}

/** One whole response (RFC 9112), after which the connection is closed. */
function httpAnswer(code: ClosingCode, reason: string): string {
  const body = `${reason}\n`;
  const isBusy = code === 'TOO_MANY_CONNECTIONS' || code === 'SHUTTING_DOWN';
  return [
    `HTTP/1.1 ${isBusy ? '503 Service Unavailable' : '400 Bad Request'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

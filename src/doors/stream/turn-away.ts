import type { Socket } from 'node:net';
import { closingNotice, encodeNotice } from '../../core/session.ts';
import type { Opening } from '../../protocol/first-bytes.ts';
import type { ClosingCode } from '../../protocol/schemas.ts';

// How long a peer that is turned away has to take the reason, in milliseconds, and how many bytes of
// it are read meanwhile. Closing a socket with unread bytes could take the reason away again.
const farewellTime = 1000;
const mostRead = 64 * 1024;

/** Why a peer is not let in, in words, and for programs. */
export interface Refusal {
  readonly code: ClosingCode;
  readonly reason: string;
}

/**
 * Answers a peer that is not let in with the reason, and closes the socket.
 * @param opening what it speaks: it is answered in that, and in text if it is unknown
 */
export function turnAway(socket: Socket, opening: Opening | undefined, refusal: Refusal): void {
  const timer = setTimeout(() => socket.destroy(), farewellTime);
  socket.once('close', () => clearTimeout(timer));
  socket.end(answer(opening, refusal));
  let read = 0;
  socket.on('data', ({ length }: Buffer) => {
    read += length;
    if (read > mostRead) socket.destroy();
  });
  socket.resume();
}

function answer(opening: Opening | undefined, { code, reason }: Refusal): string {
  if (opening === 'http') return httpAnswer(code, reason);
  const encoding = opening === 'json' ? 'json' : 'text';
  return encodeNotice(encoding, closingNotice(code, reason));
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

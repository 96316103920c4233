import type { Socket } from 'node:net';
import type { Ending } from './endings.ts';
import { disconnectPayload } from './private.ts';

// How long a peer may take to read the last bytes and to end its side, in milliseconds, and what it may send meanwhile.
export const farewellTime = 1000;
const mostIgnored = 256 * 1024;

/**
 * Ends a connection so that its peer can read the last bytes. The server reads on and ignores it: the kernel resets a
 * connection that is closed with unread bytes, and drops what was sent.
 */
export function endGently(socket: Socket): void {
  socket.removeAllListeners('data');
  let ignored = 0;
  socket.on('data', ({ length }) => {
    ignored += length;
    if (ignored > mostIgnored) socket.destroy();
  });
  socket.end();
  socket.resume();
  const late = setTimeout(() => socket.destroy(), farewellTime);
  socket.once('close', () => clearTimeout(late));
}

/**
 * What a client is sent that is refused before it has said anything: an identification string and an SSH_MSG_DISCONNECT that is
 * not encrypted (RFC 4253, sections 4.2, 6 and 11.1).
 */
export function refusal({ code, sentence }: Ending): Buffer {
  const payload = disconnectPayload(code, sentence);
  // The padding has at least 4 bytes, and makes the packet a multiple of 8 bytes.
  const padding = 4 + 8 - ((4 + 1 + payload.length + 4) % 8);
  const head = Buffer.alloc(4 + 1);
  head.writeUInt32BE(1 + payload.length + padding);
  head[4] = padding;
  return Buffer.concat([
    Buffer.from('SSH-2.0-corkboard\r\n'),
    head,
    payload,
    Buffer.alloc(padding),
  ]);
}

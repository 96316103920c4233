import type { Socket } from 'node:net';
import { type Opening, openingOf } from '../../protocol/first-bytes.ts';

// If the first bytes do not show which protocol the peer speaks, they are read again after this many
// milliseconds.
const lookAgain = 10;

/**
 * Reads the first bytes of a socket, and leaves them in it. Calls `then` once, with the protocol of the
 * peer when the bytes show it, or with undefined when the peer has ended its stream or after `milliseconds`.
 * If the socket is closed before, it does not call `then`. The socket is paused at the call.
 * @returns a function that calls `then` now, with what is known
 */
export function peek(
  socket: Socket,
  milliseconds: number,
  then: (opening: Opening | undefined) => void,
): () => void {
  let until = performance.now() + milliseconds;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    socket.off('readable', look).off('close', stop);
  };
  const finish = (opening?: Opening) => {
    stop();
    // A tick after the last `readable` listener is removed, Node resumes a socket with a data listener,
    // even if it was paused since. So no data listener may be added before that tick.
    process.nextTick(() => {
      if (!socket.destroyed) then(opening);
    });
  };
  const look = () => {
    if (isOver) return;
    // Reading the end of the stream would emit it, and nobody listens yet.
    const bytes: Buffer | null = socket.readableLength > 0 ? socket.read() : null;
    if (!bytes) return finish();
    socket.unshift(bytes);
    const opening = openingOf(bytes);
    if (opening !== undefined) return finish(opening);
    if (performance.now() > until) return finish('text');
    clearTimeout(timer);
    timer = setTimeout(look, lookAgain);
  };
  // Bytes may have come while this process was busy; Node reads them before an immediate.
  timer = setTimeout(() => setImmediate(look), milliseconds);
  socket.once('readable', look);
  socket.once('close', stop);
  return () => {
    until = 0;
    look();
  };
}

import type { Socket } from 'node:net';
import { type Opening, openingOf } from '../../protocol/first-bytes.ts';

// When first bytes are too few to tell what the peer speaks, they are looked at again after this many
// milliseconds.
const lookAgain = 10;

/**
 * Looks at the first bytes of a socket, and leaves them in it. Calls `then` once: when they tell what the
 * peer speaks, or with undefined when the peer has ended its stream or after `milliseconds` without such
 * bytes. It does not call it if the socket is closed before. The socket is paused at the call.
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
    // Once the last `readable` listener is gone, Node resumes the socket a tick later if there is a
    // listener for data, even if that has paused it meanwhile: nobody may listen before.
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

import type { Socket } from 'node:net';
import { type Opening, openingOf } from '../../protocol/first-bytes.ts';

/**
 * Reads the first bytes of a socket. Calls `then` once, with the protocol of the peer when the bytes show it, or with
 * undefined when the peer has ended its stream or after `milliseconds`. The socket is paused at that call.
 * If the socket is closed before, `then` is not called.
 * @param then gets the bytes that were read, too; undefined if there were none
 * @returns a function that calls `then` now, with what is known
 */
export function peek(
  socket: Socket,
  milliseconds: number,
  then: (opening: Opening | undefined, first: Buffer | undefined) => void,
): () => void {
  let first: Buffer | undefined;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    socket.off('data', look).off('end', finishNow).off('close', stop);
  };
  const finish = (opening: Opening | undefined) => {
    stop();
    socket.pause();
    then(opening, first);
  };
  const finishNow = () => {
    if (!isOver) finish(first && 'text');
  };
  const look = (chunk: Buffer) => {
    first = first ? Buffer.concat([first, chunk]) : chunk;
    const opening = openingOf(first);
    if (opening !== undefined) finish(opening);
  };
  // Bytes may have come while this process was busy; Node reads them before an immediate.
  const timer = setTimeout(() => setImmediate(finishNow), milliseconds);
  socket.on('data', look).on('end', finishNow).on('close', stop).resume();
  return finishNow;
}

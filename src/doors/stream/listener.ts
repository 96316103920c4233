import type { Duplex } from 'node:stream';

/** Receives the events of one stream. */
export interface StreamListener {
  streamData(chunk: Buffer): void;
  streamEnded(): void;
  streamDrained(): void;
  streamFailed(error: Error): void;
  streamClosed(): void;
}

const listener = Symbol('listener');

type Listened = Duplex & { [listener]: StreamListener };

/**
 * Passes the events of a stream to `receiver`. All streams share these functions, because a closure for each event
 * would add 0.5 KB to the memory of each idle connection.
 */
export function listenTo(stream: Duplex, receiver: StreamListener): void {
  Object.assign(stream, { [listener]: receiver });
  stream.on('data', data).on('end', end).on('drain', drain).on('error', error).on('close', close);
}

function data(this: Listened, chunk: Buffer): void {
  this[listener].streamData(chunk);
}

function end(this: Listened): void {
  this[listener].streamEnded();
}

function drain(this: Listened): void {
  this[listener].streamDrained();
}

function error(this: Listened, failure: Error): void {
  this[listener].streamFailed(failure);
}

function close(this: Listened): void {
  this[listener].streamClosed();
}

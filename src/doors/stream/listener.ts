import type { Duplex } from 'node:stream';

/** What is told of the events of one stream. */
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
 * Has `told` told of the events of a stream. All streams share these functions: a closure for each event of each
 * connection would be 0.5 KB of the memory of an idle member.
 */
export function listenTo(stream: Duplex, told: StreamListener): void {
  Object.assign(stream, { [listener]: told });
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

import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import type { Random } from '../random.ts';
import { command, mutated, noise, oddRequest, password, pieces, request } from './inputs.ts';

const bug = 'The server failed to do this.';
const end = '"id":"the last","result"';

interface Transcript {
  readonly socket: Socket;
  /** All that came, once the server has ended the connection. */
  readonly whole: Promise<string>;
}

function open(port: number): Transcript {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const chunks: string[] = [];
  socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  socket.on('error', () => {});
  const whole = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(chunks.join('')));
  });
  return { socket, whole };
}

/** Sends what was made in pieces that the server reads in turns of their own, at times. */
async function send(random: Random, socket: Socket, inputs: Buffer[]): Promise<void> {
  const bytes = Buffer.concat(inputs);
  const chunks = random.once(3) ? pieces(random, bytes) : [bytes];
  for (const chunk of chunks) {
    socket.write(chunk);
    if (chunks.length > 1 && random.once(8)) await new Promise((done) => setImmediate(done));
  }
}

function line(text: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.from('\n')]);
}

/** A program that sends good and bad requests: every good one is answered once, and none fails. */
export async function program(random: Random, port: number, size: number): Promise<void> {
  const { socket, whole } = open(port);
  let good = 0;
  const inputs = Array.from({ length: size }, (_, at) => {
    const kind = at === 0 ? 0 : random.whole(0, 4);
    if (kind === 3) return line(oddRequest(random));
    if (kind === 4) return line(mutated(random, request(random, 'mutated')));
    return line(request(random, ++good));
  });
  inputs.push(line('{"jsonrpc":"2.0","id":"the last","method":"ping"}'));
  inputs.push(line('{"jsonrpc":"2.0","id":0,"method":"session.logout"}'));
  await send(random, socket, inputs);
  const shown = await whole;
  expect(shown).not.toContain(bug);
  expect(shown).toContain(end);
  const ids = [...shown.matchAll(/^\{"jsonrpc":"2\.0","id":(\d+),/gm)].map(([, id]) => Number(id));
  const answered = ids.filter((id) => id > 0);
  // Replies may overtake each other among writes; each is there, once.
  expect(answered.sort((a, b) => a - b)).toEqual(Array.from({ length: good }, (_, at) => at + 1));
}

/** A person who types commands, and what is none: all of it is answered, up to the goodbye. */
export async function person(random: Random, port: number, size: number): Promise<void> {
  const { socket, whole } = open(port);
  const isProtected = random.once(2);
  const inputs = Array.from({ length: size }, (_, at) => {
    // Now and then a person with a password, who may be there several times.
    if (at === 0) return line(isProtected ? 'p0' : 'u8');
    if (at === 1 && isProtected) return line(password);
    return line(random.once(4) ? mutated(random, command(random)) : command(random));
  });
  // A text of several lines may have been begun.
  inputs.push(line('%cancel'), line('%ping'), line('%exit'));
  await send(random, socket, inputs);
  const shown = await whole;
  expect(shown).not.toContain(bug);
  // Notices of the same turn come after the reply.
  expect(shown).toMatch(/\[INFO\] Goodbye\.\n(\[(?:GROUP|DIRECT):.*\n)*$/);
}

/** Someone who sends anything at all, and goes away without a word. */
export async function stranger(random: Random, port: number, size: number): Promise<void> {
  const { socket, whole } = open(port);
  const inputs = Array.from({ length: size }, () => {
    const kind = random.whole(0, 3);
    if (kind === 0) return line(mutated(random, request(random, 1)));
    return kind === 1 ? line(command(random)) : noise(random);
  });
  if (random.once(2)) inputs.unshift(Buffer.from('{'));
  await send(random, socket, inputs);
  if (random.once(2)) socket.end();
  else socket.destroy();
  expect(await whole).not.toContain(bug);
}

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { connect as connectBoard } from '../../src/client/connect.ts';
import { KeyTable } from '../../src/screen/keys/key-table.ts';
import { runScreen } from '../../src/screen/run.ts';
import { TestBoard } from '../helpers/board.ts';
import { tempFolder } from '../helpers/temp.ts';
import { socketOf } from '../helpers/vouched-peer.ts';
import { Guest, Visit } from './support.ts';

/** A vouched door in front of that of a board, which never passes on a request for `method`. */
async function doorWithout(board: { data: string }, method: string) {
  const data = tempFolder();
  let asked = () => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const door = createServer((visitor) => {
    const server = connect(socketOf(board));
    visitor.on('data', (chunk: Buffer) => {
      if (chunk.includes(method)) asked();
      else server.write(chunk);
    });
    server.pipe(visitor);
    for (const socket of [visitor, server]) socket.on('error', () => {});
    visitor.on('close', () => server.destroy());
  });
  await new Promise<void>((resolve) => door.listen(socketOf({ data }), resolve));
  onTestFinished(() => void door.close());
  return { data, wasAsked };
}

test.each(['draft.list', 'screen.keys'])(
  'a visit ends if the visitor leaves while the board is asked for %s',
  async (method) => {
    const alice = await Guest.known('alice');
    const door = await doorWithout(alice.board, method);
    const visit = new Visit(door, alice.identity, {
      environment: { TERM: 'xterm-256color' },
      size: [80, 24],
    });
    await door.wasAsked;
    visit.leave();
    expect(await visit.exited).toBe(3);
    expect(visit.raw).not.toContain('\x1b[?1049h');
  },
);

test.each(['gone', 'output', 'input'])(
  'a screen ends at once whose visitor has left before it opens (%s)',
  async (what) => {
    const { port } = await TestBoard.start();
    const board = await connectBoard({ host: '127.0.0.1', port, user: 'alice' });
    onTestFinished(() => board.close());
    const [input, output] = [new PassThrough(), new PassThrough()];
    if (what === 'output') await once(output.destroy(), 'close');
    if (what === 'input') input.destroy();
    const ended = runScreen({
      ...{ board, input, output, title: 'board.example', keys: new KeyTable() },
      size: { columns: 80, rows: 24, onResize: () => () => {} },
      environment: { TERM: 'xterm-256color', TZ: 'UTC' },
      gone: what === 'gone' ? AbortSignal.abort() : new AbortController().signal,
    });
    expect(await ended).toBeUndefined();
  },
);

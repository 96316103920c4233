import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { vouchedSocket } from '../../src/doors/vouched/door.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { JsonPeer } from './json-peer.ts';

/** The path of the vouched socket of a board. */
export function socketOf({ data }: { readonly data: string }): string {
  const socket = vouchedSocket(databaseFile(data));
  if (socket === undefined) throw new Error(`${data} is too long for a socket.`);
  return socket;
}

/** A program at the vouched door. @param address of the person for whom it speaks; none if it is left out */
export async function vouchedPeer(
  board: { readonly data: string },
  address?: string,
): Promise<JsonPeer> {
  const socket = connect(socketOf(board));
  await once(socket, 'connect');
  socket.write(address ? `PROXY TCP4 ${address} 10.0.0.1 1234 22\r\n` : 'PROXY UNKNOWN\r\n');
  return new JsonPeer(socket);
}

/** A key that somebody has proven to hold, a different one for each seed. */
export function provenKey(seed: string) {
  const hash = createHash('sha256').update(seed).digest('base64');
  return {
    type: 'ssh-ed25519',
    fingerprint: `SHA256:${hash.slice(0, 43)}`,
    comment: seed,
  } as const;
}

/** The line of a public key, a different one for each seed, and its fingerprint. */
export function keyLine(seed: string): { line: string; fingerprint: string } {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const secret = createHash('sha256').update(`key of ${seed}`).digest();
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(secret)]);
  const hash = createHash('sha256').update(blob).digest('base64');
  return {
    line: `ssh-ed25519 ${blob.toString('base64')} ${seed}`,
    fingerprint: `SHA256:${hash.slice(0, 43)}`,
  };
}

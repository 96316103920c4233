import { isIPv4, isIPv6, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { proxyStarts } from '../../protocol/first-bytes.ts';

// The longest header of version 1 in bytes (2.1 of the specification), and of version 2 that this server
// accepts: the fixed part and both addresses have at most 232, the rest is extensions that it skips.
const longestV1 = 107;
const longestV2 = 4096;
const fixedV2 = 16;

/** A header of the PROXY protocol that was read whole. */
export interface ProxyHeader {
  /** Length of the header in bytes. The bytes of the peer itself follow. */
  readonly length: number;
  /** The address of the peer that connected to the proxy; undefined if the proxy itself is the peer. */
  readonly address: string | undefined;
}

/** The bytes are not a header of the PROXY protocol; the message is a clause that says why. */
class ProxyHeaderError extends Error {
  override readonly name = 'ProxyHeaderError';
}

/**
 * Reads the header that a proxy sends before the bytes of its peer: version 1 or 2 of
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, over TCP.
 * @returns undefined if more bytes are needed
 * @throws ProxyHeaderError
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  const { v1, v2 } = proxyStarts;
  if (begins(bytes, v1)) return bytes.length < v1.length ? undefined : readV1(bytes);
  if (begins(bytes, v2)) return bytes.length < fixedV2 ? undefined : readV2(bytes);
  throw new ProxyHeaderError('the first bytes are not such a header');
}

function begins(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function readV1(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.subarray(0, longestV1).indexOf('\r\n');
  if (end === -1) {
    if (bytes.length < longestV1) return undefined;
    throw new ProxyHeaderError(`it has no line ending within ${longestV1} bytes`);
  }
  const length = end + 2;
  const [, family, source = '', target = '', ...ports] = bytes
    .toString('latin1', 0, end)
    .split(' ');
  // The rest of the line after UNKNOWN must be ignored.
  if (family === 'UNKNOWN') return { length, address: undefined };
  const isAddress = { TCP4: isIPv4, TCP6: isIPv6 }[family ?? ''];
  const wellFormed = isAddress?.(source) && isAddress(target) && ports.length === 2;
  if (!wellFormed || !ports.every(isPort)) throw new ProxyHeaderError('its line is malformed');
  return { length, address: source };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

const commands = { local: 0x20, proxy: 0x21 };
const families = { unspecified: 0x00, tcp4: 0x11, tcp6: 0x21, unix: 0x31 };

function readV2(bytes: Buffer): ProxyHeader | undefined {
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const length = fixedV2 + bytes.readUInt16BE(14);
  if (command !== commands.local && command !== commands.proxy) {
    throw new ProxyHeaderError('its version or its command is unknown');
  }
  if (length > longestV2) throw new ProxyHeaderError(`it is longer than ${longestV2} bytes`);
  if (bytes.length < length) return undefined;
  const addresses = bytes.subarray(fixedV2, length);
  if (command === commands.local) return { length, address: undefined };
  switch (family) {
    case families.unspecified:
    case families.unix:
      return { length, address: undefined };
    case families.tcp4:
      requireBytes(addresses, 12);
      return { length, address: [...addresses.subarray(0, 4)].join('.') };
    case families.tcp6:
      requireBytes(addresses, 36);
      return { length, address: writeIPv6(addresses.subarray(0, 16)) };
    default:
      throw new ProxyHeaderError('it is not about a TCP connection');
  }
}

function requireBytes(addresses: Buffer, least: number): void {
  if (addresses.length < least) throw new ProxyHeaderError('its addresses are cut short');
}

function writeIPv6(bytes: Buffer): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}

/**
 * Reads the header from the beginning of a socket, and leaves the bytes after it in the socket. Calls
 * `then` once, with the header or with an error; the socket is paused at the call. If the socket ends
 * before, it does not call `then`.
 */
export function receiveProxyHeader(
  socket: Socket,
  then: (header: ProxyHeader | { problem: string }) => void,
): void {
  let bytes = Buffer.alloc(0);
  const take = (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece]);
    const header = read(bytes);
    if (!header) return;
    socket.off('data', take).off('end', ended).pause();
    const { length = 0 } = 'length' in header ? header : {};
    if (bytes.length > length) socket.unshift(bytes.subarray(length));
    then(header);
  };
  const ended = () => socket.destroy();
  socket.on('data', take).once('end', ended);
}

function read(bytes: Buffer): ProxyHeader | { problem: string } | undefined {
  try {
    return readProxyHeader(bytes);
  } catch (error) {
    if (error instanceof ProxyHeaderError) return { problem: error.message };
    throw error;
  }
}

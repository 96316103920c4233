const byteOrderMark = Buffer.from('\ufeff');
const openingBraces = new Set([0x7b, 0x5b]);
// The first byte of a TLS record that holds a handshake (RFC 8446, section 5.1).
const handshakeRecord = 0x16;
const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'PRI',
];
const requestLine = new RegExp(`^(?:${methods.join('|')}) \\S{1,8000} HTTP/\\d`);

/** The first bytes of a PROXY header, in version 1 and version 2. */
export const proxyStarts = {
  v1: Buffer.from('PROXY '),
  v2: Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
};

/** The protocol of a peer. */
export type Opening = 'tls' | 'proxy' | 'http' | 'json' | 'text';

/**
 * Recognizes the protocol of a peer by its first bytes. Anything unknown is text.
 * @returns undefined if more bytes are needed to decide
 */
export function openingOf(bytes: Buffer): Opening | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === handshakeRecord) return 'tls';
  for (const start of Object.values(proxyStarts)) {
    if (startsAlike(bytes, start)) return bytes.length < start.length ? undefined : 'proxy';
  }
  const isJson = opensJson(bytes);
  if (isJson === undefined) return undefined;
  if (isJson) return 'json';
  const start = withoutByteOrderMark(bytes).toString('latin1', 0, 8192);
  return requestLine.test(start) ? 'http' : 'text';
}

/**
 * Whether the first bytes of a peer are JSON: they open an object or an array, after a byte order mark
 * that they may have.
 * @returns undefined if more bytes are needed to decide
 */
export function opensJson(bytes: Buffer): boolean | undefined {
  const rest = withoutByteOrderMark(bytes);
  if (rest.length === 0 || (rest === bytes && startsAlike(bytes, byteOrderMark))) return undefined;
  return openingBraces.has(rest[0] ?? 0);
}

/** The same bytes without a byte order mark at their beginning. */
export function withoutByteOrderMark(bytes: Buffer): Buffer {
  const { length } = byteOrderMark;
  return bytes.subarray(0, length).equals(byteOrderMark) ? bytes.subarray(length) : bytes;
}

/** Whether the shorter buffer is the beginning of the longer one. */
function startsAlike(one: Buffer, other: Buffer): boolean {
  const length = Math.min(one.length, other.length);
  return one.subarray(0, length).equals(other.subarray(0, length));
}

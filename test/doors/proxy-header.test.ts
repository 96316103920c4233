import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Network } from '../../src/board/addresses.ts';
import { readProxyHeader } from '../../src/doors/arriving/proxy-header.ts';
import { TestBoard } from '../helpers/board.ts';
import { makeCertificate, readCertificate } from '../helpers/certificate.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TextPeer } from '../helpers/text-peer.ts';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** A header of version 2. @param addresses as they stand in it */
function v2(command: number, family: number, addresses: number[]): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(addresses.length);
  return Buffer.concat([signature, Buffer.from([command, family]), length, Buffer.from(addresses)]);
}

const tcp4 = [192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 0x1a, 0x85];
const ipv6 = [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 7];
const tcp6 = [...ipv6, ...ipv6, 0x30, 0x39, 0x1a, 0x85];

const good: [what: string, header: Buffer, address: string | undefined][] = [
  ['v1 over IPv4', Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1 12345 6789\r\n'), '192.0.2.7'],
  ['v1 over IPv6', Buffer.from('PROXY TCP6 2001:db8::7 ::1 12345 6789\r\n'), '2001:db8::7'],
  ['v1 unknown', Buffer.from('PROXY UNKNOWN\r\n'), undefined],
  ['v1 unknown with more', Buffer.from('PROXY UNKNOWN a b c d\r\n'), undefined],
  ['v2 over IPv4', v2(0x21, 0x11, tcp4), '192.0.2.7'],
  ['v2 over IPv6', v2(0x21, 0x21, tcp6), '2001:db8::7'],
  ['v2 with extensions', v2(0x21, 0x11, [...tcp4, ...Array<number>(500).fill(4)]), '192.0.2.7'],
  ['v2 local', v2(0x20, 0x00, []), undefined],
  ['v2 local with addresses', v2(0x20, 0x11, tcp4), undefined],
  ['v2 unspecified', v2(0x21, 0x00, []), undefined],
];

test.each(good)('the PROXY header %s is read whole, wherever it is cut', (_, header, address) => {
  for (let cut = 0; cut < header.length; cut++) {
    expect(readProxyHeader(header.subarray(0, cut))).toBeUndefined();
  }
  const expected = { length: header.length, address };
  expect(readProxyHeader(header)).toEqual(expected);
  expect(readProxyHeader(Buffer.concat([header, Buffer.from('PROXY')]))).toEqual(expected);
});

const bad: [what: string, bytes: Buffer][] = [
  ['a name', Buffer.from('alice\n')],
  ['a v1 without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`)],
  ['a v1 with an address that is none', Buffer.from('PROXY TCP4 192.0.2 10.0.0.1 1 2\r\n')],
  ['a v1 with an address of the other kind', Buffer.from('PROXY TCP4 ::1 ::1 1 2\r\n')],
  ['a v1 with a port that is none', Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1 1 70000\r\n')],
  ['a v1 without ports', Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1\r\n')],
  ['a v1 of another family', Buffer.from('PROXY __proto__ 192.0.2.7 10.0.0.1 1 2\r\n')],
  ['a v2 of version 3', v2(0x31, 0x11, tcp4)],
  ['a v2 with an unknown command', v2(0x22, 0x11, tcp4)],
  ['a v2 over UDP', v2(0x21, 0x12, tcp4)],
  ['a v2 that is cut short', v2(0x21, 0x21, tcp4)],
  ['a v2 that is too long', v2(0x21, 0x11, Array<number>(60_000).fill(1))],
];

test.each(bad)('%s is not accepted as a PROXY header', (_, bytes) => {
  expect(() => readProxyHeader(bytes)).toThrow();
});

const proxyAddress = '127.0.9.1';

function proxied(options: Parameters<typeof TestBoard.start>[0] = {}) {
  const network = Network.parse('127.0.9.0/24');
  return TestBoard.start({ proxyProtocol: network ? [network] : [], ...options });
}

function from(localAddress: string, port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** A program behind the proxy, at `address`. */
function behindProxy(port: number, address: string): JsonPeer {
  const socket = from(proxyAddress, port);
  socket.write(`PROXY TCP4 ${address} 10.0.0.1 12345 6789\r\n`);
  return new JsonPeer(socket);
}

test.each(good)('a trusted proxy may send %s, byte by byte', async (_, header) => {
  const board = await proxied();
  const socket = from(proxyAddress, board.port).setNoDelay();
  for (const byte of header) socket.write(Buffer.from([byte]));
  const person = new TextPeer(socket);
  person.send('alice');
  await person.expect('Welcome alice');
});

test('limits and bans apply to the address that the PROXY header names', async () => {
  const board = await proxied({ limits: { connectionsPerAddress: 1 } });
  await board.operate((administration) =>
    administration.banNetwork({ network: '192.0.2.128/25', reason: 'Scanning', endsAt: null }),
  );
  const told = 'Your address is banned from this board: Scanning.';
  const refusal = async (address: string) => {
    const peer = behindProxy(board.port, address);
    peer.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await peer.closed();
    return peer.received;
  };
  const first = behindProxy(board.port, '192.0.2.1');
  expect(await first.call('ping', {})).toEqual({});
  const second = behindProxy(board.port, '192.0.2.2');
  expect(await second.call('ping', {})).toEqual({});
  expect(await refusal('192.0.2.1')).toMatchObject([{ params: { code: 'TOO_MANY_CONNECTIONS' } }]);
  // The server hears of a ban within a second.
  let answer = await refusal('192.0.2.200');
  while (answer[0]?.params?.code !== 'EXPELLED') answer = await refusal('192.0.2.200');
  expect(answer).toMatchObject([{ params: { reason: told } }]);
});

test('peers with IPv4 addresses that a proxy maps into IPv6 are limited one by one', async () => {
  const board = await proxied({ limits: { connectionsPerAddress: 1 } });
  const mapped = (last: number) => [...Array<number>(10).fill(0), 255, 255, 192, 0, 2, last];
  const peer = (last: number) => {
    const socket = from(proxyAddress, board.port);
    socket.write(v2(0x21, 0x21, [...mapped(last), ...mapped(1), 0x30, 0x39, 0x1a, 0x85]));
    return new JsonPeer(socket);
  };
  expect(await peer(7).call('ping', {})).toEqual({});
  expect(await peer(8).call('ping', {})).toEqual({});
  const again = peer(7);
  again.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await again.closed();
  expect(again.received).toMatchObject([{ params: { code: 'TOO_MANY_CONNECTIONS' } }]);
});

test('a PROXY header comes before TLS', async () => {
  const certificate = readCertificate(makeCertificate('board'));
  const board = await proxied({ certificate });
  const socket = from(proxyAddress, board.port);
  socket.write('PROXY TCP4 192.0.2.7 10.0.0.1 12345 6789\r\n');
  const peer = new JsonPeer(connectTls({ socket, ca: certificate.cert, host: '127.0.0.1' }));
  expect(await peer.call('ping', {})).toEqual({});
});

const refused = 'This connection has no PROXY header that can be accepted: ';

test.each([
  ['v1', good[0]?.[1]],
  ['v2', good[4]?.[1]],
])(
  'a %s PROXY header from an untrusted address is refused, and is not taken for a name',
  async (_, header) => {
    const board = await proxied();
    const person = new TextPeer(from('127.0.8.1', board.port));
    person.write(header ?? '');
    person.send('mallory');
    expect(await person.toEnd()).toContain(`${refused}your address is not among those of`);
    await expect(board.operate((it) => it.user('mallory'))).rejects.toThrow('no user');
  },
);

test.each([
  ['malformed', 'PROXY TCP4 nowhere\r\n', 'its line is malformed'],
  ['missing', 'alice\n', 'the first bytes are not such a header'],
  ['late', 'PRO', 'none came in time'],
])('a proxy whose header is %s gets the reason for the refusal', async (_, bytes, why) => {
  const board = await proxied({ arrivalTime: 200 });
  const person = new TextPeer(from(proxyAddress, board.port));
  person.write(bytes);
  expect(await person.toEnd()).toBe(`[INFO] ${refused}${why}. Goodbye.\n`);
});

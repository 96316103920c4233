import type { Socket } from 'node:net';

/**
 * Looks at the first line of a client, for which ssh2 would wait without a limit.
 * @param limit of the line, in bytes
 * @param refuse called if it is not the identification string of an SSH client (RFC 4253, section 4.2)
 */
export function checkIdentification(socket: Socket, limit: number, refuse: () => void): void {
  let line = '';
  const look = (bytes: Buffer) => {
    line += bytes.toString('latin1', 0, limit + 1 - line.length);
    const isWhole = line.includes('\n');
    if (!isWhole && line.length <= limit && 'SSH-'.startsWith(line.slice(0, 4))) return;
    socket.off('data', look);
    if (!/^SSH-(2\.0|1\.99)-[^\n]*\n/.test(line)) refuse();
  };
  // ssh2 has not begun to read: it starts the flow.
  socket.pause();
  socket.on('data', look);
}

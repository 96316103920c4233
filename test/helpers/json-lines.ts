import type { Duplex } from 'node:stream';

// The peers of the tests and of the benchmarks share this, so Node has to be able to remove its types.

/** The line of a request. */
export function requestLine(method: string, params: unknown, id: string | number): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

/** Calls `take` with each complete line that `stream` receives. */
export function onLines(stream: Duplex, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

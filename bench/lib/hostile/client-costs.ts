// What a hostile server or a hostile user's message costs a client, in this process.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { cost, costlyTexts } from '../../../test/helpers/costly.ts';

// The longest content of a message.
const contentUnits = 32 * 1024;
const columns = [1, 80, 300];

const dist = (path: string) => import(new URL(`../../../dist/${path}`, import.meta.url).href);

export interface Shown {
  /** Milliseconds of processor time. */
  readonly worked: number;
  readonly by: string;
}

/** The content that costs the most to break into lines. */
export async function costliestToShow(): Promise<Shown> {
  const { wrapText, wrapLine } = await dist('terminal/wrap.js');
  let costliest = { worked: 0, by: '' };
  for (const [by, text] of costlyTexts(contentUnits)) {
    for (const width of columns) {
      for (const wrap of [wrapText, wrapLine]) {
        const worked = cost(() => wrap(text, width));
        if (worked > costliest.worked) costliest = { worked, by };
      }
    }
  }
  return costliest;
}

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const answer = (result: string) => `{"jsonrpc":"2.0","id":3,"result":${result}}\n`;

const hostileLines: Readonly<Record<string, string>> = {
  'an answer 4,000 deep': answer(deep(4000)),
  'an answer 1,000,000 deep': answer(deep(1_000_000)),
  'a notice 4,000 deep': `{"jsonrpc":"2.0","method":"message.posted","params":${deep(4000)}}\n`,
  'an answer of a million values': answer(`[${'1,'.repeat(1_000_000)}1]`),
  'a line of 5 MiB without an end': 'x'.repeat(5 * 1024 * 1024),
};

/** The lines after which a call did not end with a `ConnectionError`. */
export async function uncaughtLines(): Promise<string[]> {
  const { connect, ConnectionError } = await dist('client/index.js');
  const failed: string[] = [];
  for (const [name, line] of Object.entries(hostileLines)) {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      const lines = createInterface({ input: socket }).on('error', () => {});
      lines.on('line', (text) => {
        const { id, method } = JSON.parse(text) as { id: number; method: string };
        const result = answers[method];
        socket.write(result ? `{"jsonrpc":"2.0","id":${id},"result":${result}}\n` : line);
      });
    });
    const { port } = server.address() as AddressInfo;
    const client = await connect({ host: '127.0.0.1', port, user: 'alice' });
    const error = await client.call('group.join', { group: 'main' }).catch((e: unknown) => e);
    if (!(error instanceof ConnectionError)) failed.push(name);
    server.close();
    await client.close();
  }
  return failed;
}

const answers: Readonly<Record<string, string>> = {
  'server.info': '{"name":"hostile","version":"0","access":"open","tls":false,"limits":{}}',
  'session.login': '{"user":"alice","userId":1,"token":"t","memberships":[]}',
};

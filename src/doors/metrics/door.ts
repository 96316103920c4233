import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { createRegistry } from '../../metrics/exporter.ts';
import type { Sources } from '../../metrics/sources.ts';
import { listenOn } from '../listening.ts';

// How long a write may take before the board counts as unhealthy, in milliseconds.
const patience = 2000;

// A request is one line and a few headers: a peer that takes longer to send them wants none. The
// times are in milliseconds, and nothing that the peer sends renews those of a request.
const httpLimits = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 8 * 1024,
};
const stuckTime = 10_000;
const mostConnections = 32;

export interface MetricsAddress {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** Answers `/metrics` and `/healthz` over HTTP, on a port of its own. */
export class MetricsServer {
  private readonly server: Server;
  private readonly registry: Registry;
  private probe: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly sources: Sources) {
    this.registry = createRegistry(sources);
    this.server = createServer(httpLimits, ({ url = '/', method = '' }, response) => {
      // The registry throws where one of its sources does, as a database that is gone makes it.
      this.answer(method, url, response).catch((error: Error) => {
        reply(response, 503, `${error.message}\n`);
      });
    });
    this.server.maxConnections = mostConnections;
    // A peer that does not take its answer is closed too.
    this.server.setTimeout(stuckTime, (socket) => socket.destroy());
  }

  /** @throws ListenError where the address cannot be listened on */
  async listen(place: MetricsAddress): Promise<AddressInfo> {
    const address = await listenOn(this.server, { ...place, setting: '--metrics' });
    // An error after `listen` is a failed accept (no file descriptors left); that request is dropped.
    this.server.on('error', () => {});
    return address;
  }

  /** From here on the board is not healthy. */
  stop(): void {
    this.stopping = true;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(method: string, url: string, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (method !== 'GET' && method !== 'HEAD') reply(response, 405, 'GET or HEAD only\n');
    else if (path === '/metrics') {
      response.setHeader('content-type', this.registry.contentType);
      reply(response, 200, await this.registry.metrics());
    } else if (path === '/healthz') await this.tellHealth(response);
    else reply(response, 404, 'There are /metrics and /healthz.\n');
  }

  /** What an operator has to see to, though members notice nothing: no reason to restart the board. */
  private remarks(): string {
    const reads = this.sources.readsFail() ? 'reads: FAILING, the log says why\n' : '';
    const { concerns } = this.sources;
    const others = [...concerns].map((about) => `${about}: needs attention, the log says why\n`);
    return reads + others.join('') + this.backupRemark();
  }

  private backupRemark(): string {
    const backups = this.sources.backups();
    if (!backups) return '';
    const { last, failure, every } = backups;
    const when = last === undefined ? 'none yet' : new Date(last).toISOString();
    const isLate = last !== undefined && Date.now() - last > 2 * every;
    const state = failure === undefined ? (isLate ? 'LATE' : 'ok') : `FAILING: ${failure}`;
    return `last backup: ${when}, ${state.replaceAll('\n', ' ')}\n`;
  }

  private async tellHealth(response: ServerResponse): Promise<void> {
    try {
      if (this.stopping) throw new Error('the server is shutting down');
      // Those who ask at the same time share one write.
      this.probe ??= this.sources.probe().finally(() => {
        this.probe = undefined;
      });
      await inTime(this.probe);
      reply(response, 200, `ok\n${this.remarks()}`);
    } catch (error) {
      reply(response, 503, `${reason(error as Error)}\n`);
    }
  }
}

/** @throws where `work` takes longer than whoever asks would wait */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `nothing could be written for ${patience / 1000} s: something holds the database`;
    timer = setTimeout(() => reject(new Error(words)), patience);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function reason({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

function reply(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain');
  response.writeHead(status).end(text);
}

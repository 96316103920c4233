import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Core } from '../../core/core.ts';
import type { Door, DoorAddress } from '../../core/door.ts';
import { createRegistry } from '../../metrics/exporter.ts';
import type { Sources } from '../../metrics/sources.ts';
import { formatAddress } from '../../protocol/address.ts';
import { listenOn } from '../listening.ts';

// How long a write may take before the board counts as unhealthy, in milliseconds.
const probeTime = 2000;

// A request is one line and a few headers, so the server closes the connection of a peer that sends them slowly. The
// timeouts are in milliseconds. Those of a request are not renewed by further bytes.
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
export class MetricsDoor implements Door {
  readonly name = 'metrics';
  private readonly server: Server;
  private readonly registry: Registry;
  private probe: Promise<void> | undefined;
  private core: Core | undefined;

  constructor(
    private readonly place: MetricsAddress,
    private readonly sources: Sources,
  ) {
    this.registry = createRegistry(sources);
    this.server = createServer(httpLimits, ({ url = '/', method = '' }, response) => {
      // The registry throws if one of its sources does, for example because the database was deleted.
      this.answer(method, url, response).catch((error: Error) => {
        reply(response, 503, `${error.message}\n`);
      });
    });
    this.server.maxConnections = mostConnections;
    // Closes the connection of a peer that does not read its answer, too.
    this.server.setTimeout(stuckTime, (socket) => socket.destroy());
  }

  async open(core: Core): Promise<DoorAddress[]> {
    this.core = core;
    const { address: host, port } = await listenOn(this.server, {
      ...this.place,
      setting: '--metrics',
    });
    // An error after `listen` is a failed accept (no file descriptors left); that request is dropped.
    this.server.on('error', () => {});
    return [{ text: formatAddress({ host, port }), host, port, secure: false }];
  }

  /** While the other doors close, this one still answers: the board is not healthy then. */
  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(method: string, url: string, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (method !== 'GET' && method !== 'HEAD') reply(response, 405, 'GET or HEAD only\n');
    else if (path === '/metrics') {
      response.setHeader('content-type', this.registry.contentType);
      reply(response, 200, await this.registry.metrics());
    } else if (path === '/healthz') await this.answerHealth(response);
    else reply(response, 404, 'There are /metrics and /healthz.\n');
  }

  /** Problems that need the operator's attention, but no restart: members notice nothing of them. */
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

  private async answerHealth(response: ServerResponse): Promise<void> {
    try {
      if (this.core?.isClosing) throw new Error('the server is shutting down');
      // Requests at the same time share one write.
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

/** @throws if `work` takes longer than `probeTime` */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `nothing could be written for ${probeTime / 1000} s: something holds the database`;
    timer = setTimeout(() => reject(new Error(words)), probeTime);
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

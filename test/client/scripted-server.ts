import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Request {
  id: number;
  method: string;
  params: Record<string, unknown>;
}

/** What `server.info` answers. */
export const info = { name: 'scripted', version: '0', access: 'open', tls: false, limits: {} };

/** A server that does nothing by itself: each test says what it sends. */
export class ScriptedServer {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedServer> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return new ScriptedServer(server);
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  /** The next client that connects. */
  async client(): Promise<ScriptedClient> {
    const [socket] = (await once(this.server, 'connection')) as [Socket];
    return new ScriptedClient(socket);
  }
}

/** One client, as the server has it. */
export class ScriptedClient {
  private readonly lines: AsyncIterator<string>;

  constructor(readonly socket: Socket) {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    this.lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  async request(): Promise<Request> {
    const { value } = await this.lines.next();
    return JSON.parse(value) as Request;
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  send(...messages: object[]): void {
    const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
    this.write(messages.map(line).join(''));
  }

  /** Waits for the next request, and answers it. */
  async answerNext(result: object): Promise<Request> {
    const request = await this.request();
    this.send({ id: request.id, result });
    return request;
  }

  /** Answers all that a client asks until it is logged in. */
  async welcome(user = 'alice'): Promise<void> {
    this.write('Who? \n');
    await this.answerNext(info);
    await this.answerNext({ user, userId: 1, token: 't', memberships: [] });
  }
}

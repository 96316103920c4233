import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Method, Params, Result } from '../../src/protocol/schemas.ts';
import { onLines, requestLine } from '../helpers/json-lines.ts';

interface Reply {
  id?: number;
  result?: unknown;
  error?: { data: { code: string } };
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A request that was refused, with the word of the error. */
export class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A client over JSON-RPC that stores nothing it receives, so that a trial can have thousands of them. */
export class Caller {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private ended = false;

  private constructor(private readonly socket: Socket) {
    onLines(socket, (line) => {
      if (line.startsWith('{')) this.receive(JSON.parse(line) as Reply);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      for (const { reject } of this.waiting.values()) reject(new Error('the connection was lost'));
      this.waiting.clear();
    });
  }

  /** @param localAddress the address of this machine that it connects from */
  static async open(port: number, localAddress = '127.0.0.1'): Promise<Caller> {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    await once(socket, 'connect');
    return new Caller(socket);
  }

  /** Rejects with `Refused`, or with another error after the connection was lost. */
  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.ended) throw new Error('the connection was lost');
    const id = ++this.lastId;
    this.socket.write(requestLine(method, params, id));
    const reply = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    return (await reply) as Result<M>;
  }

  close(): void {
    this.socket.destroy();
  }

  private receive({ id, result, error }: Reply): void {
    if (id === undefined) return;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.reject(new Refused(error.data.code));
    else waiting?.resolve(result);
  }
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Method, Params, Result } from '../../src/protocol/schemas.ts';

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

/** A program at a board that keeps nothing of what it receives: for as many as a trial wants. */
export class Caller {
  private readonly waiting = new Map<number, Waiting>();
  private rest = '';
  private lastId = 0;
  private ended = false;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => this.receive(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      for (const { reject } of this.waiting.values()) reject(new Error('the connection is gone'));
      this.waiting.clear();
    });
  }

  /** @param localAddress the address of this machine that it connects from */
  static async open(port: number, localAddress = '127.0.0.1'): Promise<Caller> {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    await once(socket, 'connect');
    return new Caller(socket);
  }

  /** Rejects with `Refused`, or another error once the connection is gone. */
  async call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.ended) throw new Error('the connection is gone');
    const id = ++this.lastId;
    this.socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    const reply = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    return (await reply) as Result<M>;
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{')) this.take(JSON.parse(line) as Reply);
    }
  }

  private take({ id, result, error }: Reply): void {
    if (id === undefined) return;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) waiting?.reject(new Refused(error.data.code));
    else waiting?.resolve(result);
  }
}

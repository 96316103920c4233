import { once } from 'node:events';
import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type BaseAgent,
  type Client,
  type ClientChannel,
  type ExecOptions,
  type ParsedKey,
} from 'ssh2';
import { onTestFinished } from 'vitest';
import { fingerprintOf } from '../../src/protocol/ssh-key.ts';
import { newPrivateKey } from '../../src/ssh/load.ts';

const { BaseAgent: AgentClass, Client: ClientClass, utils } = ssh2;

export interface LibraryKey {
  readonly key: ParsedKey;
  readonly fingerprint: string;
}

export function libraryKey(): LibraryKey {
  const key = utils.parseKey(newPrivateKey(ssh2));
  if (key instanceof Error || Array.isArray(key)) throw new Error('ssh2 made no key');
  return { key, fingerprint: fingerprintOf(key.getPublicSSH()) };
}

/** An agent that has `keys`. It signs as `sign` says; without it, it signs nothing. */
export function agentOf(
  keys: readonly ParsedKey[],
  sign?: (key: ParsedKey, data: Buffer) => Buffer,
): BaseAgent {
  type Done = (error?: Error, signature?: Buffer) => void;
  const agent = {
    getIdentities: (done: (error: undefined, keys: readonly ParsedKey[]) => void) =>
      done(undefined, keys),
    sign: (key: ParsedKey, data: Buffer, options: Done | object, done?: Done) => {
      const answer = typeof options === 'function' ? (options as Done) : done;
      if (sign) answer?.(undefined, sign(key, data));
      else answer?.(new Error('this agent signs nothing'));
    },
  };
  return Object.assign(Object.create(AgentClass.prototype), agent) as BaseAgent;
}

/** A client that does one thing after the other, also what programs of people never do. */
export class LibraryClient {
  readonly client: Client = new ClientClass();
  /** What the server has answered to the requests to authenticate: which methods may follow. */
  readonly answers: (readonly AuthenticationType[] | null)[] = [];
  readonly closed: Promise<unknown>;
  private readonly ready: Promise<boolean>;

  constructor(
    port: number,
    username: string,
    methods: Iterable<AnyAuthMethod | AuthenticationType>,
  ) {
    const next = methods[Symbol.iterator]();
    this.client.on('error', () => {});
    this.closed = new Promise((resolve) => void this.client.on('close', () => resolve(undefined)));
    this.ready = new Promise((resolve) => {
      this.client.on('ready', () => resolve(true));
      this.closed.then(() => resolve(false));
    });
    onTestFinished(() => void this.client.destroy());
    this.client.connect({
      host: '127.0.0.1',
      port,
      username,
      authHandler: (left, _, go) => {
        this.answers.push(left);
        const { value, done } = next.next();
        go(done ? (false as unknown as AuthenticationType) : value);
      },
    });
  }

  /** Whether the server has let it in. */
  isIn(): Promise<boolean> {
    return this.ready;
  }

  /** Opens a session with a shell. Rejects if the server refuses. */
  shell(): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.client.shell(false, (error, channel) => {
        if (error) return reject(error);
        channel.on('error', () => {});
        resolve(channel);
      });
    });
  }

  /** Opens a session with a terminal. `shows` waits until a text was written to it. */
  screen(): Promise<{ channel: ClientChannel; shows: (text: string) => Promise<void> }> {
    return new Promise((resolve, reject) => {
      const size = { cols: 80, rows: 24, term: 'xterm-256color' };
      this.client.shell(size, (error, channel) => {
        if (error) return reject(error);
        let written = '';
        channel.on('error', () => {});
        channel.on('data', (bytes: Buffer) => {
          written += bytes;
        });
        const shows = async (text: string) => {
          while (!written.includes(text)) await once(channel, 'data');
        };
        resolve({ channel, shows });
      });
    });
  }

  /** Runs a command to its end. */
  async run(
    command: string,
    input = '',
    options: ExecOptions = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    if (!(await this.ready)) throw new Error('the server has refused the login');
    return new Promise((resolve, reject) => {
      this.client.exec(command, options, (error, channel) => {
        if (error) return reject(error);
        const result = { code: null as number | null, stdout: '', stderr: '' };
        channel.on('data', (text: Buffer) => {
          result.stdout += text;
        });
        channel.stderr.on('data', (text: Buffer) => {
          result.stderr += text;
        });
        channel.on('exit', (code: number | null) => {
          result.code = code;
        });
        channel.on('error', () => {});
        channel.on('close', () => resolve(result));
        channel.end(input);
      });
    });
  }
}

/** Answers the questions of keyboard-interactive. */
export function answering(username: string, ...answers: string[]): AnyAuthMethod {
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_, __, ___, ____, done) => done(answers),
  };
}

import type { Duplex } from 'node:stream';
import type { Core } from '../../core/core.ts';
import type { Costs } from '../../core/costs.ts';
import type { Framing } from '../../core/dialect.ts';
import { Rate } from '../../core/rate.ts';
import { RequestQueue, type RequestQueueOwner } from '../../core/request-queue.ts';
import type { Session } from '../../core/session.ts';
import { limits } from '../../protocol/limits.ts';
import { Input, type InputOwner } from './input.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';

// Chunks of input that are read for each command that may run. A post of 256 KiB over TLS arrives in 16 chunks,
// and a line that is typed without line mode in one chunk for each key.
const readsPerCommand = 10;

/** The connection that the parts belong to. */
export interface PartsOwner extends InputOwner, OutboxOwner, RequestQueueOwner {
  readonly stream: Duplex;
  readonly session: Session;
  /** The network whose limits count the connection; undefined if it is exempt. */
  readonly network: string | undefined;
  /** How its stream is cut into lines; undefined until the first bytes show it. */
  readonly framing: Framing | undefined;
  readonly options: { readonly core: Core; readonly unframedClients: boolean };
}

/**
 * What a connection needs only while it works: its input, its requests, its output and its costs. Each part is made at its
 * first use. A connection that is idle drops its parts, because most members of a board are idle. `costsNow` and the like are
 * undefined for a part that was not used: thousands of idle connections may end at once, and none makes a part to stop it.
 */
export class Parts {
  costsNow: Costs | undefined;
  inputNow: Input | undefined;
  outboxNow: Outbox | undefined;
  requestsNow: RequestQueue | undefined;

  constructor(private readonly owner: PartsOwner) {}

  get costs(): Costs {
    this.costsNow ??= this.connect();
    return this.costsNow;
  }

  get input(): Input {
    this.inputNow ??= this.newInput();
    return this.inputNow;
  }

  get outbox(): Outbox {
    this.outboxNow ??= this.newOutbox();
    return this.outboxNow;
  }

  get requests(): RequestQueue {
    this.requestsNow ??= new RequestQueue(this.owner);
    return this.requestsNow;
  }

  /** Bytes that the connection keeps in memory. */
  get held(): number {
    const { inputNow, requestsNow, outboxNow } = this;
    return (inputNow?.held ?? 0) + (requestsNow?.bytes ?? 0) + (outboxNow?.held ?? 0);
  }

  /** Bytes that the operating system has not accepted yet. */
  get unsentBytes(): number {
    return this.outboxNow?.waiting ?? 0;
  }

  /** Requests that have not begun. */
  get requestsWaiting(): number {
    return this.requestsNow?.length ?? 0;
  }

  /**
   * To be called once in a while. If it returns true, new parts would do the same as these: the owner drops them, and does not
   * use them any more.
   */
  rest(): boolean {
    const { costsNow, inputNow, outboxNow, requestsNow } = this;
    const isIdle =
      (inputNow?.isIdle ?? true) && (outboxNow?.isIdle ?? true) && (requestsNow?.idle ?? true);
    return isIdle && (costsNow?.rest() ?? true);
  }

  /** To be called when the stream is closed. */
  close(): void {
    this.outboxNow?.close();
    this.inputNow?.stop();
  }

  /** After the end of its session a connection is charged as a stranger: nothing would give an allowance of a user back. */
  private connect(): Costs {
    const { options, network, session } = this.owner;
    const { charges } = options.core;
    if (!session.hasEnded) return charges.connect(network, session.login?.user.id);
    const costs = charges.connect(undefined);
    costs.leave();
    return costs;
  }

  private newInput(): Input {
    const { stream, options, framing, session } = this.owner;
    const { commandsPerSecond, commandBurst } = options.core.limits;
    const reads = new Rate(readsPerCommand * commandsPerSecond, 2 * commandBurst);
    const input = new Input(stream, this.costs, reads, options.unframedClients, this.owner);
    if (framing) input.frame(framing);
    if (session.login) input.enter();
    if (session.hasEnded) {
      // The peer still sends bytes: they are read and dropped, at a limited rate.
      input.stop();
      stream.resume();
    }
    return input;
  }

  private newOutbox(): Outbox {
    const { stream, options, session } = this.owner;
    const backlog = session.login ? limits.replyBacklog : limits.strangerBacklog;
    return new Outbox(stream, options.core.limits.outboxBytes, backlog, this.owner);
  }
}

import type { BoardEvent } from '../../../board/events.ts';
import { partOf } from '../../../board/message-list.ts';
import { isRun, type Posted, type PostedRun } from '../../../board/ports/posting.ts';
import { type Call, isPost, perform, runsWithoutForeignKeys, writesOf } from '../acts/acts.ts';
import { PostRun } from '../acts/post-run.ts';
import type { ServerTx } from '../acts/transaction.ts';
import type { Statements } from '../statements/statements.ts';
import type { CallTime, Emit, Performer } from './committer.ts';
import { PastTimes } from './past-times.ts';

/** Runs acts for a server, where the database is. */
export class ActPerformer implements Performer<Call> {
  private readonly tx: ReusedTx;

  constructor(statements: Statements) {
    this.tx = new ReusedTx(statements);
  }

  begin(version: number | undefined): void {
    this.tx.posts.begin(version);
  }

  sizeOf(call: Call): number {
    return writesOf(call);
  }

  part(call: Call, from: number, to: number): Call {
    if (!isPost(call)) return call;
    const { args } = call;
    return { act: 'post', args: { ...args, messages: partOf(args.messages, from, to) } };
  }

  doneBy(call: Call, value: unknown): number {
    if (!isPost(call)) return 1;
    const posted = value as PostedRun | Posted;
    return isRun(posted) ? posted.count : 1;
  }

  perform(call: Call, emit: Emit, time: CallTime): unknown {
    if (!keepsPosts(call)) this.tx.posts.end();
    this.tx.emit = emit;
    this.tx.time = time;
    return perform(this.tx, call);
  }

  flush(): void {
    this.tx.posts.flush();
  }

  drop(): void {
    this.tx.posts.drop();
  }

  isAlone(call: Call): boolean {
    return runsWithoutForeignKeys(call);
  }
}

/** Whether the look-ups of posts are still true after a call, because it changes no user, group or membership. */
function keepsPosts({ act }: Call): boolean {
  return act === 'post' || act === 'indexMessages' || act === 'touch';
}

/** One object serves all acts, because only one runs at a time. */
class ReusedTx implements ServerTx {
  readonly posts: PostRun;
  private readonly past = new PastTimes();
  emit: (event: BoardEvent) => void = () => {};
  time: CallTime = { ask: () => 0, now: 0 };

  constructor(private readonly prepared: Statements) {
    this.posts = new PostRun(prepared);
  }

  /** Posts are inserted together, but each statement sees those before it. */
  get statements(): Statements {
    this.posts.insert();
    return this.prepared;
  }

  get at(): number {
    const at = this.time.ask();
    this.past.note(at, this.now);
    return at;
  }

  get dayAgo(): number {
    return this.past.dayAgo(this.at, this.now);
  }

  takeTimes(count: number): void {
    this.time.ask(count - 1);
  }

  get now(): number {
    return this.time.now;
  }
}

import type { BoardEvent } from '../../../board/types.ts';
import { type Call, perform, runsWithoutForeignKeys } from '../acts/acts.ts';
import { PostRun } from '../acts/post-run.ts';
import type { ServerTx } from '../acts/transaction.ts';
import type { Statements } from '../statements/statements.ts';
import type { Clock } from './clock.ts';
import type { Emit, Performer } from './committer.ts';

/** Runs acts for a server. It needs nothing but the database and the clock, and belongs where the database is. */
export class ActPerformer implements Performer<Call> {
  private readonly tx: ReusedTx;

  constructor(statements: Statements, clock: Clock) {
    this.tx = new ReusedTx(statements, clock);
  }

  perform(call: Call, emit: Emit): unknown {
    if (call.act !== 'post') this.flush();
    this.tx.begin(emit);
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

/** One object serves all acts, because only one runs at a time. */
class ReusedTx implements ServerTx {
  readonly posts: PostRun;
  emit: (event: BoardEvent) => void = () => {};
  private time: number | undefined;

  constructor(
    readonly statements: Statements,
    private readonly clock: Clock,
  ) {
    this.posts = new PostRun(statements);
  }

  begin(emit: Emit): void {
    this.emit = emit;
    this.time = undefined;
  }

  /** The clock is asked once an act wants the time: what it gives out counts as the newest stored time. */
  get at(): number {
    this.time ??= this.clock.tick();
    return this.time;
  }
}

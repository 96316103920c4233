import type { BoardEvent } from '../../../board/types.ts';
import { type Call, perform, runsWithoutForeignKeys } from '../acts/acts.ts';
import { PostRun } from '../acts/post-run.ts';
import type { ServerTx } from '../acts/transaction.ts';
import type { Statements } from '../statements/statements.ts';
import type { Clock } from './clock.ts';
import type { Emit, Performer } from './committer.ts';

/** Runs acts for a server. It needs nothing but the database and the clock, and belongs where the database is. */
export class ActPerformer implements Performer<Call> {
  private readonly posts: PostRun;
  private readonly tx: { -readonly [K in keyof ServerTx]: ServerTx[K] };

  constructor(
    statements: Statements,
    private readonly clock: Clock,
  ) {
    this.posts = new PostRun(statements);
    this.tx = { statements, posts: this.posts, at: 0, emit: ignore };
  }

  perform(call: Call, emit: Emit): unknown {
    if (call.act !== 'post') this.posts.flush();
    // One object serves all acts: none is under way when the next one begins.
    this.tx.at = this.clock.tick();
    this.tx.emit = emit;
    return perform(this.tx, call);
  }

  flush(): void {
    this.posts.flush();
  }

  drop(): void {
    this.posts.drop();
  }

  isAlone(call: Call): boolean {
    return runsWithoutForeignKeys(call);
  }
}

function ignore(_: BoardEvent): void {}

import type { Accounts } from '../../board/accounts.ts';
import type { Board } from '../../board/board.ts';
import type { Groups } from '../../board/groups.ts';
import type { Keys } from '../../board/keys.ts';
import type { ScreenRepository } from '../../board/ports/screens.ts';
import type { ServerCounts } from '../../metrics/counts.ts';
import type { ServerLimits } from '../../protocol/limits.ts';
import type { Method, Params, Result } from '../../protocol/schemas.ts';
import type { Costs } from '../costs.ts';
import type { Hub } from '../hub.ts';
import type { Session } from '../session.ts';

/** Everything that the handler of a request uses. */
export interface Context {
  readonly session: Session;
  readonly board: Board;
  readonly groups: Groups;
  readonly accounts: Accounts;
  readonly keys: Keys;
  readonly screens: ScreenRepository;
  readonly hub: Hub;
  readonly info: Result<'server.info'>;
  /** The protocol as OpenRPC. */
  readonly description: Result<'rpc.discover'>;
  readonly limits: ServerLimits;
  readonly counts: ServerCounts;
  readonly costs: Costs;
}

export type Handler<M extends Method> = (context: Context, params: Params<M>) => Promise<Result<M>>;

export type Handlers = { readonly [M in Method]: Handler<M> };

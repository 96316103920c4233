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

/** The part of a `Context` that all sessions share. */
export type Shared = Omit<Context, 'session' | 'costs'>;

/** The context of one session. It has three fields instead of twelve, because there is one for each connection. */
export class SessionContext implements Context {
  constructor(
    private readonly shared: Shared,
    readonly session: Session,
    private readonly payer: { readonly costs: Costs },
  ) {}

  get costs(): Costs {
    return this.payer.costs;
  }

  get board(): Board {
    return this.shared.board;
  }

  get groups(): Groups {
    return this.shared.groups;
  }

  get accounts(): Accounts {
    return this.shared.accounts;
  }

  get keys(): Keys {
    return this.shared.keys;
  }

  get screens(): ScreenRepository {
    return this.shared.screens;
  }

  get hub(): Hub {
    return this.shared.hub;
  }

  get info(): Context['info'] {
    return this.shared.info;
  }

  get description(): Context['description'] {
    return this.shared.description;
  }

  get limits(): ServerLimits {
    return this.shared.limits;
  }

  get counts(): ServerCounts {
    return this.shared.counts;
  }
}

export type Handler<M extends Method> = (context: Context, params: Params<M>) => Promise<Result<M>>;

export type Handlers = { readonly [M in Method]: Handler<M> };

/** The library `corkboard/client`: see `docs/client-api.md`. */

export type { Address } from '../protocol/address.ts';
export { BoardError, type ErrorCode } from '../protocol/errors.ts';
export type { Access, GroupField, LogAct, Policy, Role } from '../protocol/rights.ts';
export type {
  Call,
  Header,
  LogLine,
  Member,
  Membership,
  Method,
  Notice,
  NoticeName,
  Params,
  Result,
} from '../protocol/schemas.ts';
export type { BoardClient } from './board-client.ts';
export { type ConnectOptions, connect } from './connect.ts';
export { ConnectionError, ConnectionLost } from './failure.ts';
export type { Timing } from './timing.ts';

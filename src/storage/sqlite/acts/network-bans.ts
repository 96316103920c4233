import type { NetworkBan } from '../../../board/network-bans.ts';
import type { OperatorTx } from './transaction.ts';

/** Bans a network. An earlier ban of exactly this network is replaced. */
export function banNetwork(
  { statements, emit, at }: OperatorTx,
  { ban }: { ban: Omit<NetworkBan, 'createdAt'> },
): NetworkBan {
  emit({ type: 'networkBans.changed' });
  return statements.setNetworkBan.get({ ...ban, createdAt: at });
}

/** @returns the ban that was removed; undefined if there was none of exactly this network */
export function unbanNetwork(
  { statements, emit }: OperatorTx,
  { network }: { network: string },
): NetworkBan | undefined {
  const removed = statements.removeNetworkBan.get({ network });
  if (removed) emit({ type: 'networkBans.changed' });
  return removed;
}

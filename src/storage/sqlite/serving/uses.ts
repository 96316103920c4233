import type { TokenUse } from '../acts/tokens.ts';
import type { GatheredUses } from '../acts/upkeep.ts';

/**
 * Gathers when users and tokens were used, so that a login needs no write for that: the upkeep stores it, once a
 * minute. If the server is killed before, what was used in that minute counts as used when it was before.
 */
export class Uses {
  private users = new Map<number, number>();
  private tokens = new Map<string, TokenUse>();

  seen(user: number, at: number): void {
    this.users.set(user, at);
  }

  used(use: TokenUse): void {
    this.tokens.set(use.token.id, use);
  }

  /** Takes out up to `most` users and as many tokens; undefined if there are none. */
  take(most: number): GatheredUses | undefined {
    if (this.users.size + this.tokens.size === 0) return undefined;
    return { users: takeFrom(this.users, most), tokens: takeFrom(this.tokens, most).map(at1) };
  }

  /** Puts back what could not be stored, unless there are later uses. */
  putBack({ users, tokens }: GatheredUses): void {
    this.users = new Map([...users, ...this.users]);
    this.tokens = new Map([...tokens.map((use) => [use.token.id, use] as const), ...this.tokens]);
  }
}

function takeFrom<K, V>(map: Map<K, V>, most: number): [K, V][] {
  const taken: [K, V][] = [];
  for (const entry of map) {
    if (taken.length === most) break;
    taken.push(entry);
    map.delete(entry[0]);
  }
  return taken;
}

function at1<K, V>([, value]: readonly [K, V]): V {
  return value;
}

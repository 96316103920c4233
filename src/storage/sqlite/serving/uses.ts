import type { TokenUse } from '../acts/tokens.ts';
import type { GatheredUses } from '../acts/upkeep.ts';

/**
 * Gathers when users, tokens and SSH keys were used, so that a login needs no write for that. The upkeep stores the times
 * once a minute. If the server is killed before, the times of that minute are lost, and earlier ones count.
 */
export class Uses {
  private users = new Map<number, number>();
  private tokens = new Map<string, TokenUse>();
  private keys = new Map<number, number>();

  seen(user: number, at: number): void {
    this.users.set(user, at);
  }

  used(use: TokenUse): void {
    this.tokens.set(use.token.id, use);
  }

  /** @param key the id of an SSH key */
  keyUsed(key: number, at: number): void {
    this.keys.set(key, at);
  }

  /** Removes and returns up to `most` users, as many tokens and as many keys; undefined if there are none. */
  take(most: number): GatheredUses | undefined {
    if (this.users.size + this.tokens.size + this.keys.size === 0) return undefined;
    return {
      users: takeFrom(this.users, most),
      tokens: takeFrom(this.tokens, most).map(entryValue),
      keys: takeFrom(this.keys, most),
    };
  }

  /** Puts back uses that could not be stored, unless there are later ones. */
  putBack({ users, tokens, keys }: GatheredUses): void {
    this.users = new Map([...users, ...this.users]);
    this.keys = new Map([...keys, ...this.keys]);
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

function entryValue<K, V>([, value]: readonly [K, V]): V {
  return value;
}

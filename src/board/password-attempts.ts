import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { networkOf } from './addresses.ts';
import { Attempts, type Gate } from './attempts.ts';
import type { Name } from './name-key.ts';
import type { Passwords } from './passwords.ts';
import type { AccountRepository } from './ports/accounts.ts';
import { Throttle } from './throttle.ts';
import type { Account } from './types.ts';

interface PasswordCheck {
  readonly name: Name;
  readonly password: string;
  /** The user whose password is checked; undefined if the name is unknown. */
  readonly account: Pick<Account, 'user' | 'passwordHash'> | undefined;
}

// Wrong passwords before the next attempt has to wait: for one name from one network, for one name
// from all networks that it is not known at, and from one network that many people may share.
const freePerNameAndNetwork = 3;
const freePerName = 10;
const freePerNetwork = 20;
// How many names one network can register at once; after that one a second.
const freeRegistrations = 60;

/** Checks passwords and makes hashes of them, with the limits against guessing. */
export class PasswordAttempts {
  private readonly attempts = new Attempts();
  private readonly known: Throttle;
  private readonly unknown: Throttle;
  private readonly names: Throttle;
  private readonly networks: Throttle;
  private readonly registrations: Throttle;

  /** @param now milliseconds, from any origin */
  constructor(
    private readonly repository: Pick<AccountRepository, 'knows'>,
    private readonly passwords: Passwords,
    now: () => number,
  ) {
    this.known = new Throttle({ free: freePerNameAndNetwork }, now);
    this.unknown = new Throttle({ free: freePerNameAndNetwork }, now);
    this.names = new Throttle({ free: freePerName }, now);
    this.networks = new Throttle({ free: freePerNetwork }, now);
    const pace = { firstPause: 1000, growth: 1 };
    this.registrations = new Throttle({ free: freeRegistrations, ...pace }, now);
  }

  /**
   * Checks a password. Guesses from other networks do not delay a user at a network from which they have
   * logged in before.
   * @throws BoardError `PASSWORD_WRONG`, `RATE_LIMITED`, `CONNECTION_ENDED`
   */
  async verify(
    { name, password, account }: PasswordCheck,
    { address, ended }: { readonly address: string; readonly ended: AbortSignal },
  ): Promise<void> {
    const network = networkOf(address);
    const isKnown = account !== undefined && (await this.repository.knows(account.user, network));
    const kind = isKnown ? 'known' : 'login';
    const hash = account?.passwordHash ?? null;
    const matches = await this.attempts.run(
      isKnown ? this.knownGates(name, network) : this.gates(name, network),
      ended,
      async () => {
        const result = await this.passwords.matches(password, hash, { kind, network, ended });
        return { result, failed: !result };
      },
    );
    if (!matches) throw boardError('PASSWORD_WRONG');
  }

  /** Makes the hash of a new user's password. @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` */
  ofNewName(password: string, network: string, ended: AbortSignal): Promise<string> {
    const gates = [{ throttle: this.registrations, key: network }];
    const turn = { kind: 'registration', network, ended } as const;
    return this.attempts.run(gates, ended, async () => {
      const result = await this.passwords.hash(password, turn);
      return { result, failed: true };
    });
  }

  /** Makes the hash of a new password of a user who has logged in. @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` */
  ofUser(password: string, network: string, ended: AbortSignal): Promise<string> {
    return this.passwords.hash(password, { kind: 'login', network, ended });
  }

  private knownGates({ key }: Name, network: string): Gate[] {
    return [{ throttle: this.known, key: `${key} ${network}` }];
  }

  private gates({ key }: Name, network: string): Gate[] {
    return [
      { throttle: this.unknown, key: `${key} ${network}` },
      { throttle: this.names, key },
      { throttle: this.networks, key: network },
    ];
  }
}

/** @throws BoardError `PASSWORD_INVALID` */
export function checkedPassword(password: string): string {
  if (Buffer.byteLength(password) > limits.password) {
    throw boardError('PASSWORD_INVALID', `it is longer than ${limits.password} bytes`);
  }
  if ([...password].length < limits.passwordLeast) {
    throw boardError('PASSWORD_INVALID', `it has fewer than ${limits.passwordLeast} characters`);
  }
  return password;
}

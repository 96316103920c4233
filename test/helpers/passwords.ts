import { Passwords } from '../../src/board/passwords.ts';

const quickCost = { ln: 4, r: 8, p: 1 };

/** Passwords at a cost that tests can afford: a millisecond each. */
export function quickPasswords(): Passwords {
  return new Passwords(quickCost);
}

/** Passwords that are hashed at once, by doing nothing: for tests that stop the clock. */
export class PlainPasswords extends Passwords {
  override async hash(password: string): Promise<string> {
    return password;
  }

  override async matches(password: string, hash: string | null): Promise<boolean> {
    return password === hash;
  }
}

/** Quick passwords that can be held: what is asked meanwhile is under way until it is released. */
export class HeldPasswords extends Passwords {
  private gate: Promise<void> | undefined;
  private arrived: (() => void) | undefined;

  constructor() {
    super(quickCost);
  }

  /** Holds what is asked from now on. `begun` resolves with the first; `release` lets all go on. */
  hold(): { begun: Promise<void>; release: () => void } {
    let release = () => {};
    this.gate = new Promise((resolve) => {
      release = () => {
        this.gate = undefined;
        resolve();
      };
    });
    const begun = new Promise<void>((resolve) => {
      this.arrived = resolve;
    });
    return { begun, release };
  }

  override async hash(...args: Parameters<Passwords['hash']>): Promise<string> {
    const hash = await super.hash(...args);
    await this.pass();
    return hash;
  }

  override async matches(...args: Parameters<Passwords['matches']>): Promise<boolean> {
    const matches = await super.matches(...args);
    await this.pass();
    return matches;
  }

  private async pass(): Promise<void> {
    this.arrived?.();
    await this.gate;
  }
}

import { Passwords } from '../../src/board/passwords.ts';

/** Passwords at a cost that tests can afford: a millisecond each. */
export function quickPasswords(): Passwords {
  return new Passwords({ ln: 4, r: 8, p: 1 });
}

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { limits } from '../protocol/limits.ts';
import { normalized } from '../protocol/unicode.ts';
import { PasswordQueue, type Turn } from './password-queue.ts';

interface Cost {
  /** Binary logarithm of scrypt's N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** The cost that OWASP's Password Storage Cheat Sheet recommends for scrypt: 128 MiB for one hash. */
const currentCost: Cost = { ln: 17, r: 8, p: 1 };

// A password of maximum length has up to three times as many bytes when its characters are decomposed.
const mostBytesTried = 4 * limits.password;
const saltBytes = 16;
const keyBytes = 32;
// A hash of another program may have a key of another length.
const mostKeyBytes = 64;
/** How many hashes run at once, with 128 MiB each. One core is left for the event loop. */
export const mostAtOnce = Math.max(1, Math.min(2, availableParallelism() - 1));

/** The turn of a process without other users, such as a command of the operator. */
const alone: Turn = { kind: 'login', network: '' };

interface Parsed extends Cost {
  readonly salt: Buffer;
  readonly key: Buffer;
}

/**
 * Hashes and checks passwords with scrypt, off the event loop and a bounded number at a time, so
 * that a flood of logins does not delay members who are logged in. The cost is stored with each hash (as a PHC
 * string), so that it can be raised.
 */
export class Passwords {
  private readonly queue = new PasswordQueue(mostAtOnce);

  /** @param cost for new hashes; lower only in tests */
  constructor(private readonly cost: Cost = currentCost) {}

  /**
   * A PHC string, `$scrypt$ln=17,r=8,p=1$salt$key`.
   * @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` if the connection ended before its turn
   */
  async hash(password: string, turn: Turn = alone): Promise<string> {
    const salt = randomBytes(saltBytes);
    const key = await this.derive(password, { ...this.cost, salt }, turn);
    const { ln, r, p } = this.cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(key)}`;
  }

  /**
   * Whether `password` matches the hash. Without a hash it takes as long and returns false, so that a
   * client cannot distinguish an unknown name from a wrong password.
   * @throws BoardError `RATE_LIMITED`, `CONNECTION_ENDED` if the connection ended before its turn
   */
  async matches(password: string, hash: string | null, turn: Turn = alone): Promise<boolean> {
    // A longer text cannot be a password, however its characters are composed.
    if (Buffer.byteLength(password) > mostBytesTried) return false;
    const known = hash === null ? undefined : parse(hash);
    const tried = known ?? { ...this.cost, salt: randomBytes(saltBytes), key: undefined };
    const key = await this.derive(password, tried, turn);
    return known !== undefined && timingSafeEqual(key, known.key);
  }

  private async derive(
    password: string,
    { ln, r, p, salt, key }: Cost & { salt: Buffer; key?: Buffer | undefined },
    turn: Turn,
  ) {
    await this.queue.enter(turn);
    try {
      const N = 2 ** ln;
      const length = key?.length ?? keyBytes;
      // scrypt takes 128 * r * (N + p) bytes and a little more (RFC 7914, section 5).
      const maxmem = 256 * r * (N + p + 2);
      return await run(normalized(password, 'NFC'), salt, length, { N, r, p, maxmem });
    } finally {
      this.queue.leave();
    }
  }
}

function run(
  password: string,
  salt: Buffer,
  length: number,
  options: ScryptOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** The format of a hash, as it is stored and exported. */
const hashForm = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

// Limits of the cost of a stored hash, so that no login takes more: in bytes of memory, and 64 times the time of `currentCost`.
const mostMemory = 1024 ** 3;
const mostWork = 64 * 2 ** currentCost.ln * currentCost.r * currentCost.p;

/** Why a hash cannot be used to check a password, as the end of a sentence. Undefined if it can be used. */
export function hashProblem(hash: string): string | undefined {
  const parsed = tryParse(hash);
  if (!parsed) return 'it is not of the form $scrypt$ln=17,r=8,p=1$salt$key';
  const { ln, r, p, salt, key } = parsed;
  if (ln < 1 || r < 1 || p < 1) return 'its costs have to be at least 1';
  // RFC 7914, section 2: N is less than 2^(16 r).
  if (ln >= 16 * r) return `ln=${ln} is too large for r=${r}`;
  if (128 * r * (2 ** ln + p) > mostMemory || 2 ** ln * r * p > mostWork) {
    return `a login would cost too much (ln=${ln},r=${r},p=${p})`;
  }
  if (salt.length === 0 || key.length === 0) return 'its salt and its key have to be in base64';
  return key.length <= mostKeyBytes ? undefined : `its key is longer than ${mostKeyBytes} bytes`;
}

function parse(hash: string): Parsed {
  const parsed = tryParse(hash);
  if (!parsed) throw new Error('a stored password hash cannot be read');
  return parsed;
}

function tryParse(hash: string): Parsed | undefined {
  const [, ln, r, p, salt, key] = hashForm.exec(hash) ?? [];
  if (!salt || !key) return undefined;
  return {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}

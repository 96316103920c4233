import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { boardError } from '../protocol/errors.ts';
import type { SessionToken } from './types.ts';

/** A token with a correct signature. It may have ended. */
export interface PresentedToken extends SessionToken {
  /** The id of the user; 0 for a token of an earlier version, whose row says whose it is. */
  readonly user: number;
  /** The id of the SSH key that its session came by; null if it came by none. */
  readonly key: number | null;
}

const idBytes = 12;
// Version, user (6 bytes), epoch (4), time of issue (8), id; with an SSH key its id (6); then the MAC. A multiple of three,
// so that each token has one spelling in base64url.
const claimBytes = 1 + 6 + 4 + 8 + idBytes;
const keyBytes = 6;
const macBytes = 32;
const versions = { withoutKey: 1, withKey: 2 };
const form = /^[\w-]{84}(?:[\w-]{8})?$/;
// Earlier versions stored the SHA-256 of 32 random bytes.
const earlierForm = /^[\w-]{43}$/;

/** The length of a token key, in bytes. */
export const tokenKeyBytes = 32;

// Random bytes for the next ids, because each call of `randomBytes` costs as much as 60 ids.
let entropy = Buffer.alloc(0);

/** An id for the token of a new session, which also identifies the session. */
export function newTokenId(): string {
  if (entropy.length === 0) entropy = randomBytes(64 * idBytes);
  const id = entropy.toString('base64url', 0, idBytes);
  entropy = entropy.subarray(idBytes);
  return id;
}

/**
 * Makes and reads the tokens that resume sessions. A token consists of its data and an HMAC-SHA-256 of the data
 * under the key of the board, in base64url. The server can check it without a row in the database.
 */
export class Tokens {
  /** With the bytes themselves, each MAC would take three times as long. */
  private readonly key: KeyObject;

  constructor(key: Uint8Array) {
    this.key = createSecretKey(key);
  }

  /** @param key the id of the SSH key that the session came by; null if it came by none */
  issue(user: number, { id, epoch, issuedAt }: SessionToken, key: number | null = null): string {
    const claim = Buffer.alloc(key === null ? claimBytes : claimBytes + keyBytes);
    claim.writeUInt8(key === null ? versions.withoutKey : versions.withKey, 0);
    claim.writeUIntBE(user, 1, 6);
    claim.writeUInt32BE(epoch, 7);
    claim.writeBigUInt64BE(BigInt(issuedAt), 11);
    claim.write(id, 19, 'base64url');
    if (key !== null) claim.writeUIntBE(key, claimBytes, keyBytes);
    return Buffer.concat([claim, this.mac(claim)]).toString('base64url');
  }

  /** @throws BoardError `TOKEN_INVALID` for a text that this board has not issued as a token */
  read(token: string): PresentedToken {
    if (earlierForm.test(token)) {
      const id = createHash('sha256').update(token).digest('base64url');
      return { id, user: 0, epoch: -1, issuedAt: 0, key: null };
    }
    if (!form.test(token)) throw boardError('TOKEN_INVALID');
    const bytes = Buffer.from(token, 'base64url');
    const claim = bytes.subarray(0, -macBytes);
    const hasKey = claim.length > claimBytes;
    const version = hasKey ? versions.withKey : versions.withoutKey;
    if (!timingSafeEqual(bytes.subarray(-macBytes), this.mac(claim)) || claim[0] !== version) {
      throw boardError('TOKEN_INVALID');
    }
    return {
      user: claim.readUIntBE(1, 6),
      epoch: claim.readUInt32BE(7),
      issuedAt: Number(claim.readBigUInt64BE(11)),
      id: claim.toString('base64url', 19, claimBytes),
      key: hasKey ? claim.readUIntBE(claimBytes, keyBytes) : null,
    };
  }

  private mac(claim: Uint8Array): Buffer {
    return createHmac('sha256', this.key).update(claim).digest();
  }
}

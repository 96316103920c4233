import type { PublicKeyAuthContext } from 'ssh2';
import { BoardError } from '../protocol/errors.ts';
import { parseKeyBlob } from '../protocol/ssh-key.ts';
import type { ProvenKey } from './vouched-door.ts';

/**
 * The key of a request to authenticate; the request does not prove that it is the client's.
 * @returns undefined for a key that the board does not accept, for SHA-1 signatures, and for keys in hardware, whose
 * signatures ssh2 cannot verify
 */
export function offeredKey({ key, hashAlgo }: PublicKeyAuthContext): ProvenKey | undefined {
  try {
    const { type, fingerprint } = parseKeyBlob(key.data);
    if (type !== key.algo || type.startsWith('sk-')) return undefined;
    if (type === 'ssh-rsa' && hashAlgo !== 'sha256' && hashAlgo !== 'sha512') return undefined;
    return { type, fingerprint };
  } catch (error) {
    if (error instanceof BoardError) return undefined;
    throw error;
  }
}

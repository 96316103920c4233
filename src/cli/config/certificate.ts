import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Certificate } from '../../server/tls-door.ts';
import { UserError } from '../errors.ts';
import type { Config } from './settings.ts';

/**
 * The certificate that is configured, if one is.
 * @throws UserError where only one of the two files is given, or one cannot be used
 */
export function readCertificate({
  tlsCert,
  tlsKey,
}: Pick<Config, 'tlsCert' | 'tlsKey'>): Certificate | undefined {
  if (!tlsCert && !tlsKey) return undefined;
  if (!tlsCert || !tlsKey) throw new UserError('--tls-cert and --tls-key go together.');
  try {
    const certificate = { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
    createSecureContext(certificate);
    return certificate;
  } catch (error) {
    throw new UserError(`The certificate cannot be used: ${(error as Error).message}.`);
  }
}

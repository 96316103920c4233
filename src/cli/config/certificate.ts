import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Certificate } from '../../doors/arriving/tls.ts';
import { readSmallFile } from '../asking/text-file.ts';
import { UserError } from '../errors.ts';
import type { Config } from './settings.ts';

/** A certificate that can be used, with warnings for the operator. */
export interface CheckedCertificate extends Certificate {
  /** Why clients will refuse it (it has expired or is not valid yet, or its chain is broken), and who else can read its key. */
  readonly warnings: readonly string[];
}

/**
 * The configured certificate, if there is one.
 * @throws UserError if only one of the two files is given, a file cannot be used, or the key belongs to
 * another certificate
 */
export function readCertificate({
  tlsCert,
  tlsKey,
}: Pick<Config, 'tlsCert' | 'tlsKey'>): CheckedCertificate | undefined {
  if (!tlsCert && !tlsKey) return undefined;
  if (!tlsCert || !tlsKey) throw new UserError('--tls-cert and --tls-key go together.');
  try {
    const certificate = { cert: readSmallFile(tlsCert), key: readSmallFile(tlsKey) };
    const chain = readChain(certificate.cert, tlsCert);
    requireOwnKey(chain, readKey(certificate.key, tlsKey), { tlsCert, tlsKey });
    createSecureContext(certificate);
    const refused = warningsOf(chain, tlsCert).map((why) => `${why}; ${notConnecting}`);
    return { ...certificate, warnings: [...refused, ...readersOf(tlsKey)] };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The certificate cannot be used: ${(error as Error).message}.`);
  }
}

export function warnOfCertificate(certificate: CheckedCertificate | undefined, log: Logger): void {
  for (const warning of certificate?.warnings ?? []) {
    log.warn(warning);
  }
}

const notConnecting = 'clients that check it will not connect';

// Some systems give the keys of services to a group, which is no mistake.
const allCanRead = 0o004;

/** A warning if every user of the machine can read the key. With the key, a user can pose as the board. */
function readersOf(key: string): string[] {
  const status = statSync(key);
  if (!status.isFile() || (status.mode & allCanRead) === 0) return [];
  return [`every user of this machine can read the key in ${key}: keep them out with chmod o-r`];
}

/** The server's own certificate first. */
type Chain = [own: X509Certificate, ...issuers: X509Certificate[]];

function readChain(pem: Buffer, file: string): Chain {
  const blocks = pem.toString('latin1').match(/-----BEGIN [^-]*CERTIFICATE-----[^-]+-----END/g);
  const [own, ...issuers] = blocks?.map((block) => `${block} CERTIFICATE-----\n`) ?? [];
  if (own === undefined) throw new UserError(`There is no certificate in ${file}: it takes PEM.`);
  const read = (text: string) =>
    new X509Certificate(text.replace(/-----BEGIN [^-]*-----/, '-----BEGIN CERTIFICATE-----'));
  return [read(own), ...issuers.map(read)];
}

function readKey(pem: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_MISSING_PASSPHRASE'
        ? 'it is encrypted. Store it without a passphrase, readable by the server alone'
        : message;
    throw new UserError(`The key in ${file} cannot be used: ${why}.`);
  }
}

/** OpenSSL accepts a key of another type (RSA, EC) without an error, and then every handshake fails. */
function requireOwnKey(
  [own, ...issuers]: Chain,
  key: KeyObject,
  { tlsCert, tlsKey }: { tlsCert: string; tlsKey: string },
): void {
  if (own.checkPrivateKey(key)) return;
  const isElsewhere = issuers.some((issuer) => issuer.checkPrivateKey(key));
  const advice = isElsewhere
    ? `It belongs to a later one in that file: the server's own certificate has to be the first`
    : 'They have to be made together';
  throw new UserError(
    `The key in ${tlsKey} does not belong to the certificate in ${tlsCert}. ${advice}.`,
  );
}

function warningsOf([own, ...issuers]: Chain, file: string): string[] {
  const warnings: string[] = [];
  const now = Date.now();
  for (const { subject, validFrom, validTo } of [own, ...issuers]) {
    const name = `the certificate of ${subject.replaceAll('\n', ', ')} in ${file}`;
    if (Date.parse(validTo) < now) warnings.push(`${name} has ended: ${validTo}`);
    if (Date.parse(validFrom) > now) warnings.push(`${name} is not valid before ${validFrom}`);
  }
  let below = own;
  for (const issuer of issuers) {
    if (!below.checkIssued(issuer)) {
      warnings.push(`the chain in ${file} is broken: a certificate is not followed by its issuer`);
    }
    below = issuer;
  }
  return warnings;
}

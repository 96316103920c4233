import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp.ts';

/** Files of a certificate for 127.0.0.1 that signs itself, and of its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** @param name the common name, to tell certificates apart */
export function makeCertificate(name: string, folder = tempFolder(), days = 1): CertificateFiles {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const out = ['-days', String(days), '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', ...kind, ...subject, ...out], { stdio: 'ignore' });
  return files;
}

/** A certificate whose time ended the moment it was made. */
export function makeEndedCertificate(name: string, folder = tempFolder()): CertificateFiles {
  const files = makeCertificate(name, folder);
  const request = join(folder, 'request.pem');
  const asIs = ['x509', '-x509toreq', '-in', files.cert, '-signkey', files.key, '-out', request];
  execFileSync('openssl', asIs, { stdio: 'ignore' });
  const ended = ['-signkey', files.key, '-days', '0', '-out', files.cert];
  execFileSync('openssl', ['x509', '-req', '-in', request, ...ended], { stdio: 'ignore' });
  return files;
}

/** The file of an RSA key that belongs to no certificate. */
export function makeRsaKey(folder = tempFolder()): string {
  const file = join(folder, 'rsa.pem');
  execFileSync('openssl', ['genrsa', '-out', file, '2048'], { stdio: 'ignore' });
  return file;
}

export function readCertificate({ cert, key }: CertificateFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

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
export function makeCertificate(name: string, folder = tempFolder()): CertificateFiles {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const out = ['-days', '1', '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', ['req', ...kind, ...subject, ...out], { stdio: 'ignore' });
  return files;
}

export function readCertificate({ cert, key }: CertificateFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

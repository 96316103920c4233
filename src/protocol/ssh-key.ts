import { createHash, createPublicKey } from 'node:crypto';
import { cleanLine } from './clean.ts';
import { BoardError, boardError, shortened } from './errors.ts';

/** A public SSH key, as a line of an `authorized_keys` or `.pub` file has it. */
export interface SshKey {
  readonly type: SshKeyType;
  /** The key in the wire format of RFC 4253, section 6.6: what the line has in base64. */
  readonly blob: Buffer;
  /** Clean text of one line, at most `sshKeyLimits.comment` characters; '' for none. */
  readonly comment: string;
  /** `SHA256:` and 43 characters, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** The accepted types. Those that begin with `sk-` are keys in hardware (OpenSSH's PROTOCOL.u2f). */
export const sshKeyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;
type SshKeyType = (typeof sshKeyTypes)[number];

export const sshKeyLimits = {
  /** Maximum length of a line with a key, in bytes of UTF-8. An RSA key of 16384 bits takes 2.8 KiB. */
  line: 16 * 1024,
  /** Length of a comment, in characters: the rest is cut off. */
  comment: 100,
  /** Sizes of an RSA key in bits: OpenSSH reads no larger one. */
  rsaLeast: 2048,
  rsaMost: 16_384,
} as const;

/** What is said of a private key that was given or pasted, as the reason of `SSH_KEY_INVALID`. */
export const privateKeyAdvice =
  'it is a private key, which nobody else may see. Nothing of it was stored. Give the public one, from the file that ends in .pub. If others could read what you sent, make a new pair';

const fingerprintForm = /^SHA256:[A-Za-z0-9+/]{43}$/;

/** Whether a text has the form of a fingerprint. */
export function isFingerprint(text: string): boolean {
  return fingerprintForm.test(text);
}

/**
 * The key whose fingerprint is, or begins like, what a person gives: `SHA256:tNDv`, or `tNDv`.
 * @param whose the beginning of the sentence that there is none, such as `You have`
 * @throws BoardError `SSH_KEY_NOT_FOUND` if there is none, or more than one
 */
export function keyLike<K extends Pick<SshKey, 'fingerprint'>>(
  beginning: string,
  keys: readonly K[],
  whose: string,
): K {
  const found = keys.filter(
    ({ fingerprint }) =>
      fingerprint.startsWith(beginning) || fingerprint.startsWith(`SHA256:${beginning}`),
  );
  const [only] = found;
  if (!only) throw boardError('SSH_KEY_NOT_FOUND', whose, beginning);
  if (found.length === 1) return only;
  const which = found.map(({ fingerprint }) => fingerprint).join(', ');
  const why = `${whose} several SSH keys that begin like that: ${which}.`;
  throw new BoardError('SSH_KEY_NOT_FOUND', why);
}

/** Whether a text is meant as the line of a key, and not as the name of a file: its first word is a type of key. */
export function looksLikeKey(text: string): boolean {
  return /^(?:sk-)?(?:ssh|ecdsa)-\S+\s/.test(text.trimStart());
}

/** The fingerprint of a key: `SHA256:` and the SHA-256 of its blob in base64 without padding. */
export function fingerprintOf(blob: Uint8Array): string {
  const hash = createHash('sha256').update(blob).digest('base64');
  return `SHA256:${hash.slice(0, 43)}`;
}

/**
 * Reads one line of an `authorized_keys` or `.pub` file: type, key in base64, comment. Options before the type are
 * refused. The key itself is checked as `parseKeyBlob` does.
 * @throws BoardError `SSH_KEY_INVALID`
 */
export function parseKeyLine(text: string): SshKey {
  if (text.length > sshKeyLimits.line || Buffer.byteLength(text) > sshKeyLimits.line) {
    throw invalid(`its line is longer than ${sshKeyLimits.line} bytes`);
  }
  const line = text.trim();
  refuseOtherFiles(line);
  if (/[\r\n]/.test(line)) throw invalid('give one key, on one line');
  const [, type = '', base64 = '', comment = ''] = /^(\S*)\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (!isKeyType(type)) throw unknownType(type, line);
  if (base64 === '') throw invalid('the line has a type, but no key after it');
  const blob = Buffer.from(base64, 'base64');
  // A decoder that skips what is not base64 would read another key than ssh does.
  if (blob.toString('base64') !== base64) throw invalid('it is not valid base64; is it complete?');
  const key = parseKeyBlob(blob, comment);
  if (key.type !== type) throw invalid(`the line says ${type}, but the key is of type ${key.type}`);
  return key;
}

/**
 * Checks a key in the wire format: an accepted type, all of its fields, in the only way in which OpenSSH writes them, and
 * nothing after them. So a key has one blob and one fingerprint.
 * @throws BoardError `SSH_KEY_INVALID`
 */
export function parseKeyBlob(blob: Buffer, comment = ''): SshKey {
  if (blob.length > sshKeyLimits.line) throw invalid('it is too long');
  const fields = new Fields(blob);
  const type = fields.next().toString('latin1');
  if (!isKeyType(type)) throw unknownType(type, '');
  readers[type](fields);
  fields.requireEnd();
  return { type, blob, comment: cleanComment(comment), fingerprint: fingerprintOf(blob) };
}

/** A comment as it is stored: see `SshKey`. */
export function cleanComment(comment: string): string {
  return [...cleanLine(comment.trim())].slice(0, sshKeyLimits.comment).join('');
}

function isKeyType(type: string): type is SshKeyType {
  return (sshKeyTypes as readonly string[]).includes(type);
}

/** Which fields come after the type of a key. */
const readers: Readonly<Record<SshKeyType, (fields: Fields) => void>> = {
  'ssh-ed25519': (fields) => readEd25519(fields),
  'ecdsa-sha2-nistp256': (fields) => readEcdsa(fields, 'P-256', 32),
  'ecdsa-sha2-nistp384': (fields) => readEcdsa(fields, 'P-384', 48),
  'ecdsa-sha2-nistp521': (fields) => readEcdsa(fields, 'P-521', 66),
  'ssh-rsa': (fields) => readRsa(fields),
  'sk-ssh-ed25519@openssh.com': (fields) => {
    readEd25519(fields);
    readApplication(fields);
  },
  'sk-ecdsa-sha2-nistp256@openssh.com': (fields) => {
    readEcdsa(fields, 'P-256', 32);
    readApplication(fields);
  },
};

/** RFC 8709, section 4. */
function readEd25519(fields: Fields): void {
  if (fields.next().length !== 32) throw broken();
}

/** RFC 5656, section 3.1. OpenSSH writes points uncompressed only. @param size of a coordinate, in bytes */
function readEcdsa(fields: Fields, curve: string, size: number): void {
  if (fields.next().toString('latin1') !== curve.replace('P-', 'nistp')) throw broken();
  const point = fields.next();
  if (point.length !== 1 + 2 * size || point[0] !== 4) throw broken();
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)].map((coordinate) =>
    coordinate.toString('base64url'),
  ) as [string, string];
  try {
    // OpenSSL checks that the point is on the curve.
    createPublicKey({ key: { kty: 'EC', crv: curve, x, y }, format: 'jwk' });
  } catch {
    throw broken();
  }
}

/** RFC 4253, section 6.6: the exponent, then the modulus. */
function readRsa(fields: Fields): void {
  const exponent = fields.nextInteger();
  const modulus = fields.nextInteger();
  const bits = bitsOf(modulus);
  const { rsaLeast, rsaMost } = sshKeyLimits;
  if (bits < rsaLeast) throw invalid(`it is an RSA key of ${bits} bits; ${rsaLeast} are needed`);
  if (bits > rsaMost) throw invalid(`it is an RSA key of more than ${rsaMost} bits`);
  // OpenSSL verifies no signature under an exponent of more than 64 bits if the modulus is large.
  if (bitsOf(exponent) < 2 || bitsOf(exponent) > 64 || isEven(exponent) || isEven(modulus)) {
    throw broken();
  }
}

/** The site that a hardware key was made for, such as `ssh:`. */
function readApplication(fields: Fields): void {
  const { length } = fields.next();
  if (length === 0 || length > 255) throw broken();
}

/** @param integer without leading zeros */
function bitsOf(integer: Buffer): number {
  return integer.length === 0 ? 0 : 8 * integer.length - Math.clz32(integer[0] ?? 0) + 24;
}

function isEven(integer: Buffer): boolean {
  return ((integer.at(-1) ?? 0) & 1) === 0;
}

/** The length-prefixed strings of RFC 4251, section 5, in a blob. */
class Fields {
  private at = 0;

  constructor(private readonly blob: Buffer) {}

  next(): Buffer {
    if (this.at + 4 > this.blob.length) throw broken();
    const start = this.at + 4;
    const end = start + this.blob.readUInt32BE(this.at);
    if (end > this.blob.length) throw broken();
    this.at = end;
    return this.blob.subarray(start, end);
  }

  /** A positive `mpint`, without its leading zero. One with further zeros is refused: OpenSSH would write it otherwise. */
  nextInteger(): Buffer {
    const bytes = this.next();
    const [first = 0, second = 0] = bytes;
    if (bytes.length === 0 || first >= 0x80) throw broken();
    if (first !== 0) return bytes;
    if (second < 0x80) throw broken();
    return bytes.subarray(1);
  }

  requireEnd(): void {
    if (this.at !== this.blob.length) throw broken();
  }
}

/** Refuses what people paste by mistake, with advice; what it contains is not repeated. */
function refuseOtherFiles(line: string): void {
  if (line === '')
    throw invalid('there is none; give a line such as that of ~/.ssh/id_ed25519.pub');
  if (/^-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(line) || line.startsWith('PuTTY-User-Key-File')) {
    throw invalid(privateKeyAdvice);
  }
  if (line.startsWith('----')) {
    throw invalid('it is in another format: `ssh-keygen -i -f <file>` prints it as one line');
  }
}

function unknownType(type: string, line: string) {
  if (type === 'ssh-dss') return invalid('DSA keys are too weak; make one with `ssh-keygen`');
  if (/-cert-v\d\d@/.test(type)) return invalid('it is a certificate; give the key itself');
  const options = sshKeyTypes.some((known) => line.includes(` ${known} `));
  if (options) return invalid(`remove the options before its type, ${shortened(type, 40)}`);
  const accepted = 'ssh-ed25519, ecdsa-sha2-nistp256, -384, -521, ssh-rsa and the sk- types';
  return invalid(`it begins with "${shortened(cleanLine(type), 40)}", and not with ${accepted}`);
}

function broken() {
  return invalid('it is incomplete or damaged');
}

function invalid(why: string) {
  return boardError('SSH_KEY_INVALID', why);
}

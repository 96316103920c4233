import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fingerprintOf,
  isFingerprint,
  parseKeyBlob,
  parseKeyLine,
  sshKeyLimits,
} from '../../src/protocol/ssh-key.ts';
import { has } from '../helpers/programs.ts';
import { fingerprintsByOpenSsh, makeSshKey } from '../helpers/ssh-keys.ts';

/** Strings of RFC 4251, each with its length. */
function blobOf(...fields: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function lineOf(type: string, blob: Buffer, comment = ''): string {
  return `${type} ${blob.toString('base64')} ${comment}`.trim();
}

const ed25519 = blobOf('ssh-ed25519', Buffer.alloc(32, 7));
const point = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
);
const modulus = (bytes: number) =>
  Buffer.concat([Buffer.from([0, 0x80]), Buffer.alloc(bytes - 2, 3), Buffer.from([1])]);
const three = Buffer.from([3]);

test('a line gives the type, the blob, the comment and the fingerprint of a key', () => {
  const key = parseKeyLine(` ${lineOf('ssh-ed25519', ed25519, 'alice@laptop of  mine')}\r\n`);
  expect(key).toEqual({
    type: 'ssh-ed25519',
    blob: ed25519,
    comment: 'alice@laptop of  mine',
    fingerprint: fingerprintOf(ed25519),
  });
  expect(isFingerprint(key.fingerprint)).toBe(true);
  const sha256 = createHash('sha256').update(ed25519).digest('base64');
  expect(`${key.fingerprint}=`).toBe(`SHA256:${sha256}`);
});

test.each([
  ['ssh-ed25519', ed25519],
  ['ecdsa-sha2-nistp256', blobOf('ecdsa-sha2-nistp256', 'nistp256', point)],
  ['ssh-rsa', blobOf('ssh-rsa', three, modulus(256))],
  ['ssh-rsa', blobOf('ssh-rsa', three, modulus(2048))],
  ['sk-ssh-ed25519@openssh.com', blobOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 9), 'ssh:')],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    blobOf('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point, 'ssh:'),
  ],
])('a key of the type %s is accepted', (type, blob) => {
  expect(parseKeyLine(lineOf(type, blob))).toMatchObject({ type, comment: '' });
});

describe('a line that is not the public key of a person', () => {
  const refused: Record<string, [line: string, why: RegExp]> = {
    'no text': ['  \n', /there is none; give a line such as/],
    'a word': ['hello', /it begins with "hello", and not with ssh-ed25519/],
    'a type alone': ['ssh-ed25519', /no key after it/],
    'a key with options': [
      `restrict,command="a b" ${lineOf('ssh-ed25519', ed25519)}`,
      /remove the options before its type/,
    ],
    'base64 with a character too few': [lineOf('ssh-ed25519', ed25519).slice(0, -2), /base64/],
    'base64 with other characters in it': ['ssh-ed25519 AAAA*AAA', /base64/],
    'two lines': [`${lineOf('ssh-ed25519', ed25519)}\nssh-rsa`, /one key, on one line/],
    'another type than that of the key': [lineOf('ssh-rsa', ed25519), /is of type ssh-ed25519/],
    'a key with bytes after it': [
      lineOf('ssh-ed25519', Buffer.concat([ed25519, Buffer.of(0)])),
      /damaged/,
    ],
    'a key that is cut off': [lineOf('ssh-ed25519', ed25519.subarray(0, 42)), /damaged/],
    'a key with a length that is too large': [
      lineOf('ssh-ed25519', blobOf('ssh-ed25519', Buffer.alloc(33))),
      /damaged/,
    ],
    'a length beyond the end': [
      lineOf('ssh-ed25519', Buffer.concat([blobOf('ssh-ed25519'), Buffer.from('ffffffff', 'hex')])),
      /damaged/,
    ],
    'a point that is not on the curve': [
      lineOf(
        'ecdsa-sha2-nistp256',
        blobOf('ecdsa-sha2-nistp256', 'nistp256', Buffer.concat([Buffer.of(4), randomBytes(64)])),
      ),
      /damaged/,
    ],
    'a compressed point': [
      lineOf(
        'ecdsa-sha2-nistp256',
        blobOf(
          'ecdsa-sha2-nistp256',
          'nistp256',
          Buffer.concat([Buffer.of(3), point.subarray(1, 33)]),
        ),
      ),
      /damaged/,
    ],
    'another curve': [
      lineOf('ecdsa-sha2-nistp256', blobOf('ecdsa-sha2-nistp256', 'nistp384', point)),
      /damaged/,
    ],
    'an RSA key that is too small': [
      lineOf('ssh-rsa', blobOf('ssh-rsa', three, modulus(128))),
      /an RSA key of 1024 bits; 2048 are needed/,
    ],
    'an RSA key of one bit less': [
      lineOf(
        'ssh-rsa',
        blobOf('ssh-rsa', three, Buffer.concat([Buffer.of(0x7f), Buffer.alloc(255, 1)])),
      ),
      /an RSA key of 2047 bits/,
    ],
    'an RSA key that is too large': [
      lineOf('ssh-rsa', blobOf('ssh-rsa', three, modulus(2049))),
      /more than 16384 bits/,
    ],
    'an RSA key of small size with leading zeros': [
      lineOf('ssh-rsa', blobOf('ssh-rsa', three, Buffer.concat([Buffer.alloc(128), modulus(128)]))),
      /damaged/,
    ],
    'an RSA key with an even modulus': [
      lineOf('ssh-rsa', blobOf('ssh-rsa', three, Buffer.concat([modulus(255), Buffer.of(2)]))),
      /damaged/,
    ],
    'an RSA key with the exponent 1': [
      lineOf('ssh-rsa', blobOf('ssh-rsa', Buffer.of(1), modulus(256))),
      /damaged/,
    ],
    'a DSA key': ['ssh-dss AAAAB3NzaC1kc3MAAACBAKiY', /DSA keys are too weak/],
    'a certificate': ['ssh-ed25519-cert-v01@openssh.com AAAA', /it is a certificate/],
    'a key in the format of RFC 4716': [
      '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
      /ssh-keygen -i -f/,
    ],
    'a line that is too long': [
      `ssh-ed25519 ${'A'.repeat(sshKeyLimits.line)}`,
      /longer than 16384/,
    ],
    'a line that is too long in bytes': [
      `${lineOf('ssh-ed25519', ed25519)} ${'é'.repeat(sshKeyLimits.line / 2)}`,
      /longer than 16384/,
    ],
  };

  test.each(Object.entries(refused))('%s is refused', (_, [line, why]) => {
    expect(() => parseKeyLine(line)).toThrow(why);
  });
});

test('a private key is refused with advice, and is not repeated in the answer', () => {
  const secret = 'b3BlbnNzaC1rZXktdjEAAAAA';
  for (const kind of ['OPENSSH ', 'RSA ', '', 'ENCRYPTED ']) {
    const pasted = `-----BEGIN ${kind}PRIVATE KEY-----\n${secret}\n-----END ${kind}PRIVATE KEY-----`;
    expect(() => parseKeyLine(pasted)).toThrow(/it is a private key.*ends in \.pub/);
    expect(() => parseKeyLine(pasted)).not.toThrow(secret);
  }
});

test('a comment is clean text of one line and is cut to its limit', () => {
  const { comment } = parseKeyLine(`${lineOf('ssh-ed25519', ed25519)} a\u001b[31m\tb\u202e`);
  expect(comment).toBe('a␛[31m b');
  const long = parseKeyLine(`${lineOf('ssh-ed25519', ed25519)} ${'👍'.repeat(200)}`);
  expect(long.comment).toBe('👍'.repeat(sshKeyLimits.comment));
});

test.each([
  'SHA256:',
  `SHA256:${'a'.repeat(42)}`,
  `SHA256:${'a'.repeat(43)}=`,
  `MD5:${'a'.repeat(43)}`,
])('%s is no fingerprint', (text) => expect(isFingerprint(text)).toBe(false));

test('random and mutated blobs are read or refused, and nothing else', () => {
  const seeds = [ed25519, blobOf('ecdsa-sha2-nistp256', 'nistp256', point)];
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(255))
    .map(([seed, at, byte]) => {
      const copy = Buffer.from(seed);
      copy[at % copy.length] = byte;
      return copy;
    });
  const random = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(mutated, random), (blob) => {
      try {
        const key = parseKeyBlob(blob);
        expect(key.fingerprint).toBe(fingerprintOf(blob));
      } catch (error) {
        expect(error).toMatchObject({ code: 'SSH_KEY_INVALID' });
      }
    }),
    { numRuns: 300 },
  );
});

describe.skipIf(!has('ssh-keygen') && !process.env.CI)('OpenSSH agrees', () => {
  test.each([
    ['ed25519', undefined],
    ['ecdsa', 256],
    ['ecdsa', 384],
    ['ecdsa', 521],
    ['rsa', 2048],
    ['rsa', 3072],
  ] as const)('about the fingerprint of a new key: %s %s', (type, bits) => {
    const { line } = makeSshKey(type, bits, 'a comment');
    const { fingerprint, comment } = parseKeyLine(line);
    expect(fingerprintsByOpenSsh([line])).toEqual([fingerprint]);
    expect(comment).toBe('a comment');
  });

  test('about the fingerprints of hardware keys', () => {
    const lines = [
      lineOf(
        'sk-ssh-ed25519@openssh.com',
        blobOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 9), 'ssh:'),
      ),
      lineOf(
        'sk-ecdsa-sha2-nistp256@openssh.com',
        blobOf('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point, 'ssh:'),
      ),
    ];
    const ours = lines.map((line) => parseKeyLine(line).fingerprint);
    expect(fingerprintsByOpenSsh(lines)).toEqual(ours);
  });

  test('about every mutated key that is accepted here', () => {
    const seeds = [
      makeSshKey('ed25519').line,
      makeSshKey('ecdsa', 256).line,
      makeSshKey('rsa', 2048).line,
    ];
    const accepted: string[] = [];
    const mutation = fc.tuple(fc.constantFrom(...seeds), fc.nat(60), fc.nat(255), fc.nat(3));
    for (const [line, at, byte, grown] of fc.sample(mutation, 2000)) {
      const [type = '', base64 = ''] = line.split(' ');
      const blob = Buffer.concat([
        Buffer.from(base64, 'base64'),
        Buffer.alloc(grown === 3 ? 1 : 0),
      ]);
      blob[at] = byte;
      const changed = lineOf(type, blob);
      try {
        parseKeyLine(changed);
        accepted.push(changed);
      } catch {}
    }
    expect(accepted.length).toBeGreaterThan(100);
    const ours = accepted.map((line) => parseKeyLine(line).fingerprint);
    expect(fingerprintsByOpenSsh(accepted)).toEqual(ours);
  });
});

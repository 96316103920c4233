import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { SshError } from './ssh-error.ts';

export const hostKeyType = 'ssh-ed25519';

/**
 * Reads the private key.
 * @returns undefined if there is no such file
 * @throws SshError if others can read the file, or it does not hold an ed25519 key without a passphrase
 */
export function readHostKey(file: string): Buffer | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  if ((found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    throw new SshError(
      `The SSH host key ${file} has the mode ${mode}, so others can use it: run chmod 600 ${file}. If they may have read it, remove it; the server then makes a new one.`,
    );
  }
  const key = readFileSync(file);
  publicHostKey(key, file);
  return key;
}

/**
 * Reads the host key. If there is none yet, makes one; it appears whole or not at all, and never replaces a file.
 * @param generate gives a new private key in the format of OpenSSH
 * @param made is called with the path of the new file before it has its name
 * @throws SshError as `readHostKey` does
 */
export function ensureHostKey(
  file: string,
  generate: () => string,
  made: (path: string) => void,
): Buffer {
  const found = readHostKey(file);
  if (found) return found;
  const partial = `${file}.partial-${process.pid}`;
  rmSync(partial, { force: true });
  const descriptor = openSync(partial, 'wx', 0o600);
  try {
    writeSync(descriptor, generate());
    fsyncSync(descriptor);
    made(partial);
    // Unlike a rename, a link does not replace a key that another process has made meanwhile.
    linkSync(partial, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(descriptor);
    rmSync(partial, { force: true });
  }
  syncFolder(dirname(file));
  const key = readHostKey(file);
  if (!key) throw new SshError(`The SSH host key ${file} was removed while the server started.`);
  return key;
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const magic = 'openssh-key-v1\0';

/**
 * The public half of a private key in the format of OpenSSH (PROTOCOL.key), as it is sent to clients.
 * @throws SshError
 */
export function publicHostKey(privateKey: Buffer, file: string): Buffer {
  const body =
    /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END OPENSSH PRIVATE KEY-----/.exec(
      privateKey.toString('latin1'),
    )?.[1];
  const bytes = Buffer.from(body ?? '', 'base64');
  if (bytes.toString('latin1', 0, magic.length) !== magic) {
    throw new SshError(
      `${file} is not a private key in the format of OpenSSH. Put the right file there, or remove it; the server then makes a new key.`,
    );
  }
  try {
    let at = magic.length;
    const next = () => {
      const length = bytes.readUInt32BE(at);
      at += 4 + length;
      if (at > bytes.length) throw new RangeError('cut off');
      return bytes.subarray(at - length, at);
    };
    const cipher = next().toString('latin1');
    next();
    next();
    at += 4;
    const key = next();
    if (cipher !== 'none') {
      throw new SshError(
        `${file} has a passphrase, which the server cannot ask for: run ssh-keygen -p -f ${file}.`,
      );
    }
    const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0));
    if (type !== hostKeyType) {
      throw new SshError(`${file} has a key of the type ${type}, and not ${hostKeyType}.`);
    }
    return key;
  } catch (error) {
    if (error instanceof RangeError)
      throw new SshError(`${file} is damaged: restore it from a copy.`);
    throw error;
  }
}

import { createRequire } from 'node:module';
import { type Protocol, sendDisconnect } from './private.ts';
import { SshError } from './ssh-error.ts';

export type Ssh2 = typeof import('ssh2');

/**
 * Loads the SSH library. It is an optional dependency, and no process but the SSH server loads it.
 * @throws SshError if it is not installed
 */
export async function loadSsh2(): Promise<Ssh2> {
  try {
    const { default: library } = await import('ssh2');
    guardHandlers();
    describeDisconnects();
    return library;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SshError(
      'The package ssh2, which --ssh needs, is not installed: install corkboard again without --omit=optional.',
    );
  }
}

/** Makes a private key in the format of OpenSSH. Now and then ssh2 writes one that nobody can read, also not ssh2. */
export function newPrivateKey({ utils }: Ssh2): string {
  for (;;) {
    const { private: key } = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}

type Handler = (protocol: Protocol, payload: Buffer) => unknown;

// Messages 60 and 61 of the authentication (RFC 4256): questions and answers. Message 90 opens a channel (RFC 4254, section 5.1).
const questions = 60;
const answers = 61;
const channelOpen = 90;
const resourceShortage = 4;
// The smallest packet that a client may ask for, in bytes: those in use ask for 16 KiB and more.
const leastPacket = 1024;
let isGuarded = false;

/**
 * Refuses packets with which a peer could stop the whole process.
 *
 * ssh2 makes an array of as many elements as the peer says that it has answers, before it looks for them: one packet
 * of a few bytes from a stranger would cost 200 ms and 250 MB. Each answer has at least its length, so a larger number is
 * malformed, and is passed on as one that ssh2 refuses at once.
 *
 * It writes for ever to a channel whose packets may have no byte, and a packet for each byte where they may have one.
 */
function guardHandlers(): void {
  if (isGuarded) return;
  isGuarded = true;
  const handlers = createRequire(import.meta.url)('ssh2/lib/protocol/handlers.js') as Handler[];
  const { [questions]: ask, [answers]: answer, [channelOpen]: open } = handlers;
  // Only servers send questions.
  handlers[questions] = (protocol, payload) =>
    protocol._server ? undefined : ask?.(protocol, payload);
  handlers[answers] = (protocol, payload) => {
    const holdsAll = payload.length >= 5 && payload.readUInt32BE(1) * 4 <= payload.length - 5;
    return answer?.(protocol, holdsAll ? payload : payload.subarray(0, 1));
  };
  handlers[channelOpen] = (protocol, payload) => {
    // The type of the channel is before its number, the window and the largest packet.
    const at = payload.length < 5 ? payload.length : 5 + payload.readUInt32BE(1);
    if (at + 12 <= payload.length && payload.readUInt32BE(at + 8) < leastPacket) {
      const channel = payload.readUInt32BE(at);
      return protocol.channelOpenFail(channel, resourceShortage, 'the packets are too small');
    }
    return open?.(protocol, payload);
  };
}

// What ssh2 ends a connection for by itself: reason codes of RFC 4253, section 11.1.
const descriptions: Readonly<Record<number, string>> = {
  2: 'Your program broke the SSH protocol.',
  3: 'The exchange of keys failed.',
  5: 'A packet was damaged on the way. Connect again.',
  7: 'This server has no such service.',
};

/** ssh2 leaves the description of SSH_MSG_DISCONNECT empty. */
function describeDisconnects(): void {
  const { prototype } = createRequire(import.meta.url)('ssh2/lib/protocol/Protocol.js') as {
    prototype: Protocol & { disconnect(code: number): void };
  };
  prototype.disconnect = function (this: Protocol, code) {
    sendDisconnect(this, code, descriptions[code] ?? '');
  };
}

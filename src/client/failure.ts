import { type Address, formatAddress, socketPathOf } from '../protocol/address.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';

/** A failure between here and the server, told in words for people. */
export class ConnectionError extends Expected {
  override readonly name: string = 'ConnectionError';
}

/** The connection went while a reply was waited for. */
export class ConnectionLost extends ConnectionError {
  override readonly name = 'ConnectionLost';

  /**
   * @param reason why it went, as a sentence
   * @param code the server's word for why it ended it, where it gave one
   */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
    readonly code?: string,
  ) {
    super(
      'The connection was lost before the answer came: this may or may not have been done.',
      options,
    );
  }
}

const isSocket = ({ host }: Address) => socketPathOf(host) !== undefined;

const untrusted = (address: Address) =>
  `The certificate of ${formatAddress(address)} is signed by nobody who is trusted here. Name the signer with --ca.`;

const connectWords: Record<string, (address: Address) => string> = {
  ECONNREFUSED: (address) =>
    `Nothing listens on ${formatAddress(address)}. Check the address${isSocket(address) ? '' : ' and the port'}, and whether the board is running.`,
  ENOENT: ({ host }) => `There is no ${host}. Check the path, and whether the board is running.`,
  EACCES: ({ host }) =>
    `You may not connect to ${host}: only the user who runs the board may, and root.`,
  ENOTFOUND: ({ host }) => `There is no host called "${host}". Check its name.`,
  EAI_AGAIN: ({ host }) => `The name "${host}" could not be looked up. Check the network.`,
  ETIMEDOUT: (address) =>
    `${formatAddress(address)} does not answer. Check the address and the port, and whether a firewall stands between.`,
  ERR_SSL_WRONG_VERSION_NUMBER: (address) =>
    `${formatAddress(address)} does not speak TLS. Connect without --tls.`,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: (address) =>
    `${formatAddress(address)} does not speak TLS. Connect without --tls.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: (address) => `The certificate of ${formatAddress(address)} has expired.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (address) =>
    `The certificate of ${formatAddress(address)} is for another name.`,
  EHOSTUNREACH: ({ host }) => `There is no way to ${host} from here. Check the network.`,
  ENETUNREACH: ({ host }) => `There is no way to ${host} from here. Check the network.`,
};

/** Why a board could not be connected to, and what to do about it. */
export function connectFailure(error: unknown, address: Address): ConnectionError {
  const cause = error instanceof ConnectionLost ? error.cause : error;
  const words = connectWords[errorCode(cause) ?? ''];
  if (words) return new ConnectionError(words(address), { cause: error });
  const at = formatAddress(address);
  const text =
    error instanceof ConnectionLost
      ? `${at} ended the connection at once: ${error.reason}${error.code ? '' : ' Check that it is a corkboard.'}`
      : `Connecting to ${at} failed: ${error instanceof Error ? error.message : error}.`;
  return new ConnectionError(text, { cause: error });
}

/** Why a connection that stood has gone, as a sentence. */
export function lossReason(error: unknown): string {
  switch (errorCode(error)) {
    case undefined:
      return 'The server closed it.';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'The server cut it off.';
    case 'ETIMEDOUT':
      return 'The server does not answer any more.';
    case 'EPROTO':
      return 'The server sent what no board sends, a line too long or JSON that is nested too deeply.';
    default:
      return `${(error as Error).message}.`;
  }
}

/** Whether the board refused because the user is not in the group any more. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof BoardError && (error.code === 'NOT_MEMBER' || error.code === 'GROUP_NOT_FOUND')
  );
}

/** The word by which the system and Node name an error; undefined for what is none of theirs. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** An error as the system and Node make them. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

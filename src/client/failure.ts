import { type Address, formatAddress, socketPathOf } from '../protocol/address.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import { isSshCode } from './ssh-stream.ts';

/** A failure of the connection. The message is a sentence for users. */
export class ConnectionError extends Expected {
  override readonly name: string = 'ConnectionError';
}

/** The connection was lost before the reply to a call arrived. */
export class ConnectionLost extends ConnectionError {
  override readonly name = 'ConnectionLost';

  /**
   * @param reason why it was lost, as a sentence
   * @param code the `ClosingCode` of the server, if it gave one
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
  `The certificate of ${formatAddress(address)} is not signed by an authority that is trusted here. Give the certificate of its signer with --ca.`;

const connectWords: Record<string, (address: Address) => string> = {
  ECONNREFUSED: (address) =>
    `Nothing listens on ${formatAddress(address)}. Check the address${isSocket(address) ? '' : ' and the port'}, and whether the board is running.`,
  ENOENT: ({ host }) => `There is no ${host}. Check the path, and whether the board is running.`,
  EACCES: ({ host }) =>
    `You may not connect to ${host}: only the user who runs the board may, and root.`,
  ENOTFOUND: ({ host }) => `There is no host called "${host}". Check its name.`,
  EAI_AGAIN: ({ host }) => `The name "${host}" could not be looked up. Check the network.`,
  ETIMEDOUT: (address) =>
    `${formatAddress(address)} does not answer. Check the address and the port, and whether a firewall is in between.`,
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
  EHOSTUNREACH: ({ host }) => `There is no route to ${host} from this machine. Check the network.`,
  ENETUNREACH: ({ host }) => `There is no route to ${host} from this machine. Check the network.`,
};

/** The error for an attempt to connect that failed: why, and what to do. */
export function connectFailure(error: unknown, address: Address): ConnectionError {
  const cause = error instanceof ConnectionLost ? error.cause : error;
  const code = errorCode(cause);
  if (isSshCode(code)) return new ConnectionError((cause as Error).message, { cause });
  const words = connectWords[code ?? ''];
  if (words) return new ConnectionError(words(address), { cause: error });
  const at = formatAddress(address);
  const text =
    error instanceof ConnectionLost
      ? `${at} closed the connection at once: ${error.reason}${error.code ? '' : ' Check that it is a corkboard.'}`
      : `Connecting to ${at} failed: ${error instanceof Error ? error.message : error}.`;
  return new ConnectionError(text, { cause: error });
}

/** Why a connection was lost, as a sentence. */
export function lossReason(error: unknown): string {
  if (isSshCode(errorCode(error))) return (error as Error).message;
  switch (errorCode(error)) {
    case undefined:
      return 'The server closed it.';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'The server cut it off.';
    case 'ETIMEDOUT':
      return 'The server does not answer any more.';
    case 'EPROTO':
      return 'The server sent a line that is too long, or JSON that is nested too deeply. It may not be a corkboard.';
    default:
      return `${(error as Error).message}.`;
  }
}

/** Whether the board refused because the user is not a member any more, or the group was deleted. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof BoardError && (error.code === 'NOT_MEMBER' || error.code === 'GROUP_NOT_FOUND')
  );
}

/** The code of an error of Node or the system, such as ECONNREFUSED. Undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** An error with a code, like those of Node and the system. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

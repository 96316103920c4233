import type { Socket } from 'node:net';
import type { Connection, Session } from 'ssh2';

/** A channel of ssh2. Its window is what the client may still send, in bytes. */
interface Channel {
  readonly incoming: { readonly window: number };
}

/** A session of ssh2, with its numbers on both sides. */
interface SessionInside {
  readonly _channel?: Channel;
  readonly _chanInfo: { readonly incoming: { id: number }; readonly outgoing: { id: number } };
}

/** The protocol of one connection, after its class in ssh2. */
export interface Protocol {
  readonly _server: boolean;
  /** Set during an exchange of keys. */
  readonly _kexinit?: unknown;
  /** Undefined once the protocol has failed or its socket has ended. */
  readonly _destruct?: unknown;
  readonly _packetRW: {
    readonly write: {
      readonly allocStartKEX: number;
      alloc(length: number, force: boolean): Buffer;
      finalize(packet: Buffer, force: boolean): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
  readonly _handlers: {
    CHANNEL_DATA(protocol: Protocol, recipient: number, data: Buffer): void;
  };
  channelClose(id: number): void;
  channelExtData(id: number, data: Buffer, type: number): void;
  channelOpenFail(channel: number, reason: number, description: string): void;
}

/** What this server uses of the private parts of a connection of ssh2 1.17. */
interface Inside {
  readonly _sock?: Socket;
  readonly _protocol: Protocol;
  readonly _chanMgr: { get(id: number): SessionInside | undefined; remove(id: number): void };
}

// SSH_MSG_DISCONNECT (RFC 4253, section 11.1), and SSH_EXTENDED_DATA_STDERR (RFC 4254, section 5.2).
const disconnectMessage = 1;
const stderr = 1;

function inside(client: Connection): Inside {
  return client as unknown as Inside;
}

export function socketOf(client: Connection): Socket | undefined {
  return inside(client)._sock;
}

/** Whether keys are being exchanged. */
export function isExchanging(client: Connection): boolean {
  return inside(client)._protocol._kexinit !== undefined;
}

/** Tells a client why its connection ends, also during an exchange of keys. Does nothing once the protocol has failed. */
export function disconnect(client: Connection, code: number, description: string): void {
  const { _protocol: protocol } = inside(client);
  if (protocol._destruct) sendDisconnect(protocol, code, description);
}

/** ssh2 itself sends an empty description. */
export function sendDisconnect(protocol: Protocol, code: number, description: string): void {
  const { write } = protocol._packetRW;
  const payload = disconnectPayload(code, description);
  const packet = write.alloc(payload.length, true);
  packet.set(payload, write.allocStartKEX);
  protocol._cipher.encrypt(write.finalize(packet, true));
}

/** SSH_MSG_DISCONNECT. OpenSSH prints at most 400 bytes of the description. */
export function disconnectPayload(code: number, description: string): Buffer {
  const text = Buffer.from(description);
  const payload = Buffer.alloc(1 + 4 + 4 + text.length + 4);
  payload[0] = disconnectMessage;
  payload.writeUInt32BE(code, 1);
  payload.writeUInt32BE(text.length, 5);
  payload.set(text, 9);
  return payload;
}

/**
 * Closes a session that runs nothing, and forgets it: ssh2 does neither, and would keep it as long as the connection.
 * @param why is printed on the standard error of the client
 */
export function closeUnstarted(client: Connection, session: Session, why?: string): void {
  const { _protocol: protocol, _chanMgr: channels } = inside(client);
  const { incoming, outgoing } = (session as unknown as SessionInside)._chanInfo;
  if (!channels.get(incoming.id)) return;
  if (why !== undefined) protocol.channelExtData(outgoing.id, Buffer.from(why), stderr);
  protocol.channelClose(outgoing.id);
  channels.remove(incoming.id);
}

/** Calls `overrun` in place of accepting data for which a session has no window. ssh2 does not look at it. */
export function guardWindows(client: Connection, overrun: () => void): void {
  const { _protocol: protocol, _chanMgr: channels } = inside(client);
  const { _handlers: handlers } = protocol;
  const { CHANNEL_DATA: accept } = handlers;
  handlers.CHANNEL_DATA = (_, recipient, data) => {
    const channel = channels.get(recipient)?._channel;
    if (channel && data.length > channel.incoming.window) overrun();
    else accept(protocol, recipient, data);
  };
}

/** The limits of the SSH server. Times are in milliseconds, sizes in bytes. */
export const sshLimits = {
  /** Connections that have not logged in: all together, and from one address or one /64 of IPv6. */
  strangers: 64,
  strangersPerNetwork: 8,
  /** From the accepted socket to the end of the login. */
  loginTime: 20_000,
  /** Requests to authenticate on one connection, without the first `freeProbes` questions whether a key is welcome. */
  authRequests: 30,
  freeProbes: 20,
  /** Bytes of a user name, and of a password. The board accepts no longer ones. */
  credentials: 1024,
  /** What a connection may send before it has logged in. */
  strangerBytes: 256 * 1024,
  /** The identification string with its line ending (RFC 4253, section 4.2). */
  identification: 255,
  /** Sessions of one connection at once, and one after the other. */
  sessionsPerConnection: 4,
  sessionsInAll: 10_000,
  /** Connections that have logged in, and sessions, at once from one address or one /64 of IPv6. */
  sessionsPerNetwork: 50,
  /** How long a session may take until it starts a shell or a command. */
  startTime: 30_000,
  /** How long the session of the board in which a password was checked stays open after the login. */
  handover: 10_000,
  /** How long a connection may stay logged in without a session. */
  idleTime: 60_000,
  keepAlive: 30_000,
  keepAlivesMissed: 3,
  /** Keys are exchanged again after this time or this much traffic. */
  rekeyTime: 3_600_000,
  rekeyBytes: 1024 ** 3,
  /** How often the connections are looked after. */
  tending: 5000,
  /** How long the peer may take to exchange keys. */
  exchangeTime: 30_000,
  /** What may wait to be sent on one connection. */
  unsent: 1024 * 1024,
  /** The value of one environment variable. Six names are accepted. */
  variableBytes: 64,
  /** Bytes of a command. */
  command: 16 * 1024,
  /** Columns and rows of a terminal. */
  terminalSize: 1000,
} as const;

export type SshLimits = { readonly [N in keyof typeof sshLimits]: number };

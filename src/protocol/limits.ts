/** The bounds of what the board takes and holds, in one place. `docs/protocol.md` lists them. */
export const limits = {
  /** Longest user name, in characters (Unicode code points). */
  userName: 32,
  /** Longest group name, in characters. */
  groupName: 64,
  /** Longest group description, in characters. */
  description: 200,
  /** Longest subject, in characters. */
  subject: 200,
  /** Longest content, in bytes of UTF-8. */
  content: 32 * 1024,
  /** Most messages that are counted as unread in a group: this many may be more. */
  unread: 1000,
  /** Longest key of a post, in characters. */
  postKey: 64,
  /** Headers in a list when no limit is asked for, and at most. */
  listDefault: 100,
  listMost: 1000,
  /** Bytes of UTF-8 of subjects and contents past which a list with contents ends early. */
  listBytes: 256 * 1024,
  /** Members in the reply to a join, in a list when no limit is asked for, and at most. */
  membersDefault: 100,
  membersMost: 1000,
  /** Shortest password, in characters, and longest, in bytes of UTF-8. */
  passwordLeast: 8,
  password: 256,
  /**
   * Passwords that may wait to be checked before further ones are refused: so many of users at a
   * network that they have logged in from, and as many others.
   */
  waitingPasswords: 100,
  /** Tokens of one user: with a further one, the one that was used longest ago ends. */
  tokens: 50,
  /** New names whose passwords may wait to be hashed before further ones are refused. */
  waitingRegistrations: 20,
  /** Longest id of a request that is a string, in UTF-16 code units. */
  requestId: 128,
  /** How deep the JSON of a request may be nested, and how many values it may hold. */
  jsonDepth: 16,
  jsonValues: 256,
  /**
   * Longest line of either encoding before the login, in bytes without its ending. A login with an id,
   * a name and a password at their limits takes 2.8 KiB when each of their characters is escaped.
   */
  strangerLine: 4 * 1024,
  /** Longest line that a person may send, in bytes without its ending. */
  textLine: 64 * 1024,
  /** Longest line that a program may send, in bytes without its ending. */
  jsonLine: 256 * 1024,
  /** Bytes of replies waiting on one connection at which its next request waits too. */
  replyBacklog: 256 * 1024,
  /** The same before the login. No smaller than what a socket buffers before it reports a drain. */
  strangerBacklog: 64 * 1024,
  /** Bytes of requests waiting or under way on one connection at which its socket is not read. */
  requestBytes: 1024 * 1024,
  /** Bytes a second of requests and replies of one user, and at once; past it they are delayed. */
  bytesPerSecond: 8 * 1024 * 1024,
  byteBurst: 32 * 1024 * 1024,
  /** The same of all who keep the server busy, together. */
  busyBytesPerSecond: 16 * 1024 * 1024,
  busyByteBurst: 32 * 1024 * 1024,
  /** Processor time of one user, in milliseconds a second, and at once; past it requests wait. */
  processorPerSecond: 250,
  processorBurst: 2000,
} as const;

/** What a server lets its connections do, unless its operator says otherwise. */
export const serverLimits = {
  /** How long a connection may be without a user, in milliseconds. */
  loginTime: 60_000,
  /** Connections at once. */
  connections: 10_000,
  /** Connections at once from one address, or one /64 of IPv6. This machine's own are exempt. */
  connectionsPerAddress: 100,
  /** Commands a second of one user who has used up the burst; 0 for no rates at all. */
  commandsPerSecond: 50,
  /** Commands of one user at once, after a silence. */
  commandBurst: 500,
  /** The same for all connections from one network; 0 for no rates of networks. */
  networkCommandsPerSecond: 500,
  networkCommandBurst: 5000,
  /** Requests that may wait on one connection before its socket is no longer read. */
  waitingRequests: 1000,
  /** Bytes waiting to go out on one connection past which it is closed as too slow. */
  outboxBytes: 4 * 1024 * 1024,
  /** New names an hour from one address, or one /64 of IPv6, that has used up its burst; 0 for no limit. */
  newNamesPerHour: 60,
  /** New names from one address at once, if there were none before. */
  newNamesAtOnce: 1000,
  /** Bytes waiting in both directions, of all connections and of those from one network. */
  waitingBytes: 256 * 1024 * 1024,
  networkWaitingBytes: 64 * 1024 * 1024,
  /** Wrong passwords after which a connection is closed. */
  wrongPasswords: 5,
  /** Silence after which TCP begins to ask whether a peer is still there, in milliseconds. */
  keepAliveDelay: 60_000,
} as const;

export type ServerLimits = Readonly<Record<keyof typeof serverLimits, number>>;

/** The TCP port of a board, unless it is told otherwise. */
export const defaultPort = 6789;

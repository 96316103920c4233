/** The limits of the board. `docs/protocol.md` lists them. */
export const limits = {
  /** Maximum length of a user name, in characters (Unicode code points). */
  userName: 32,
  /** Maximum length of a group name, in characters. */
  groupName: 64,
  /** Maximum length of a group's description, in characters. */
  description: 200,
  /** Maximum length of what a group says about itself, in bytes of UTF-8. */
  about: 4 * 1024,
  /** Maximum length of the reason of a ban, a deletion, an act in a group or a report, in characters. */
  reason: 200,
  /** Groups that a user can be in, beside direct conversations: a login reads all of them at once. */
  groupsJoined: 1000,
  /** Groups that a user can own, and those that a user can make within a day and that still exist. */
  groupsOwned: 20,
  groupsPerDay: 50,
  /** Groups in a list that the user is neither in nor invited to, the oldest ones: a client reads the list at once. */
  groupsListed: 1000,
  /** Members of a group with a role. Each of them is notified of a report. */
  moderators: 50,
  /** Invitations of a group that are open, and those of a user, and how many users can join by one code. */
  invitations: 100,
  invitationsReceived: 100,
  codeUses: 1000,
  /** How many days a silence and an invitation code can last. */
  silenceDays: 366,
  codeDays: 366,
  /** Messages that are pinned in a group. */
  pins: 5,
  /** Lines of a group's log that are kept, and lines in a page of it without a limit, and the highest limit. */
  logLines: 1000,
  logDefault: 50,
  logMost: 200,
  /** Messages that a user can report within a day, and open reports in a list. */
  reportsPerDay: 20,
  reportsListed: 100,
  /** Maximum length of a subject, in characters. */
  subject: 200,
  /** Maximum length of a content, in bytes of UTF-8. */
  content: 32 * 1024,
  /** How often a message can be edited. */
  edits: 20,
  /** Changes in a list if the request has no limit, and the highest limit that it can have. */
  changesDefault: 100,
  changesMost: 1000,
  /** The count of unread messages in a group stops here: a count of 1000 can mean more. */
  unread: 1000,
  /** Maximum length of the ranges that a member has read after their mark, as the text `14-17,20`. */
  readRanges: 1024,
  /** Ranges in one request that marks messages as read, and in one that sets the marks. */
  rangesAtOnce: 64,
  rangesSet: 300,
  /** Ranges in an answer that lists groups or memberships: a client refuses a line of more than 50,000 JSON values. */
  rangesListed: 2000,
  /** Members that a message mentions: the first ones. And how many names are looked up to find them. */
  mentions: 20,
  mentionLookups: 200,
  /** Maximum length of the key of a post, in characters. */
  postKey: 64,
  /** Direct conversations that a user can begin within a day, and in all while they exist. */
  directsPerDay: 20,
  directsBegun: 2000,
  /** Users whom one user can block. */
  blocks: 1000,
  /** Users and threads that one user can mute. */
  mutedUsers: 1000,
  mutedThreads: 1000,
  /** Direct conversations in a list without a limit, and the highest limit. */
  directsDefault: 100,
  directsMost: 1000,
  /** Direct conversations that a login lists: others can begin any number of them, and a client reads the list at once. */
  directsAtLogin: 1000,
  /** Headers in a list if the request has no limit, and the highest limit that it can have. */
  listDefault: 100,
  listMost: 1000,
  /** A list with contents ends after so many bytes of subjects and contents, in UTF-8. */
  listBytes: 256 * 1024,
  /** Members in the reply to a join and in a list without a limit, and the highest limit. */
  membersDefault: 100,
  membersMost: 1000,
  /** Users whom a notice of presence names as online, and as many as offline. It counts the others. */
  presenceNames: 50,
  /** Threads in a list if the request has no limit, and the highest limit. */
  threadsDefault: 20,
  threadsMost: 100,
  /** How many lines of a message `%quote` repeats. */
  quoteLines: 100,
  /** Maximum length of the text that it repeats, in bytes of UTF-8. */
  quoteBytes: 8 * 1024,
  /** Maximum length of the query of a search, in characters, and maximum number of words in it. */
  searchQuery: 500,
  searchWords: 32,
  /** Messages in the result of a search if the request has no limit, and the highest limit. */
  searchDefault: 20,
  searchMost: 100,
  /** How many words of a group may begin like `word*` in a query. Beyond that the query is refused. */
  searchPrefix: 64,
  /** A search ends after it has looked at about so many messages, of which a long one counts as several. */
  searchRows: 5000,
  /** Minimum length of a password, in characters, and maximum length, in bytes of UTF-8. */
  passwordLeast: 8,
  password: 256,
  /**
   * How many passwords can wait to be checked. Users at a network from which they have logged in before
   * have as many places of their own. Further passwords are refused.
   */
  waitingPasswords: 100,
  /** SSH keys of a user. */
  sshKeys: 16,
  /** How many tokens of a user are kept for longer than 30 days. Past the limit, the least recently used one is not. */
  tokens: 50,
  /** Logouts of one user that are stored one by one. */
  endedTokens: 1000,
  /** How many new names can wait for their passwords to be hashed. Further ones are refused. */
  waitingRegistrations: 20,
  /** Maximum length of a request id that is a string, in UTF-16 code units. */
  requestId: 128,
  /** Maximum depth of the JSON of a request, and maximum number of values in it. */
  jsonDepth: 16,
  jsonValues: 1024,
  /**
   * Maximum length of a line before the login, in both encodings, in bytes without its ending. A
   * login whose id, name and password have their maximum length, with every character escaped, takes
   * 2.8 KiB.
   */
  strangerLine: 4 * 1024,
  /**
   * Bytes that one user sends without the end of a line, a second and at once. Each chunk counts as 128 bytes more. A
   * connection without a login has an eighth of it, and a network ten times as much. A chunk that is over it counts in the
   * next limit.
   */
  ownUnfinishedPerSecond: 16 * 1024,
  ownUnfinishedBurst: 64 * 1024,
  /**
   * Bytes that all connections without a login together send without the end of a line, beyond what each of them may, a
   * second and at once. Each chunk counts as 4 KiB more. Beyond that they are read later. Users have twice as much.
   */
  unfinishedPerSecond: 4 * 1024 * 1024,
  unfinishedBurst: 16 * 1024 * 1024,
  /** Maximum length of a line in the text encoding, in bytes without its ending. */
  textLine: 64 * 1024,
  /** Maximum length of a line in JSON-RPC, in bytes without its ending. */
  jsonLine: 256 * 1024,
  /** A connection's next request waits while so many bytes of its replies are unsent. */
  replyBacklog: 256 * 1024,
  /** The same limit before the login. A socket buffers as much before it reports a drain. */
  strangerBacklog: 64 * 1024,
  /** A connection is not read while so many bytes of its requests wait or are under way. */
  requestBytes: 1024 * 1024,
  /** Bytes of requests and replies of one user, a second and at once. Beyond that they are delayed. */
  bytesPerSecond: 8 * 1024 * 1024,
  byteBurst: 32 * 1024 * 1024,
  /** The same limit for all busy users together. */
  busyBytesPerSecond: 16 * 1024 * 1024,
  busyByteBurst: 32 * 1024 * 1024,
  /** Processor time of one user, in milliseconds, a second and at once. Beyond that requests wait. */
  processorPerSecond: 250,
  processorBurst: 2000,
} as const;

/** Limits of a server that its operator can change. These are the defaults. */
export const serverLimits = {
  /** How long a connection may take to log in, in milliseconds. */
  loginTime: 60_000,
  /** Connections at once. */
  connections: 10_000,
  /** Connections at once from one address, or one /64 of IPv6. Loopback has no such limit. */
  connectionsPerAddress: 100,
  /** Commands a second of one user who has used up the burst. 0 turns all rates off. */
  commandsPerSecond: 50,
  /** Commands that one user can send at once after a pause. */
  commandBurst: 500,
  /** The same limit for all connections from one network. 0 turns the rates of networks off. */
  networkCommandsPerSecond: 500,
  networkCommandBurst: 5000,
  /** A connection is not read while so many of its requests wait. */
  waitingRequests: 1000,
  /** A connection is closed as too slow if more bytes than this wait to be sent to it. */
  outboxBytes: 4 * 1024 * 1024,
  /** New names an hour from one address, or one /64 of IPv6, after its burst. 0 for no limit. */
  newNamesPerHour: 60,
  /** New names that one address can make at once, if it has made none for long. */
  newNamesAtOnce: 1000,
  /** Direct conversations an hour that are begun from one address, or one /64 of IPv6, after its burst. 0 for no limit. */
  conversationsPerHour: 200,
  conversationsAtOnce: 1000,
  /** Bytes that wait in memory in both directions: of all connections, and of one network. */
  waitingBytes: 256 * 1024 * 1024,
  networkWaitingBytes: 64 * 1024 * 1024,
  /** A connection is closed after so many wrong passwords. */
  wrongPasswords: 5,
  /** How long after its posting a message can be edited, in milliseconds. 0 for not at all. */
  editTime: 24 * 60 * 60 * 1000,
  /** After so much silence TCP begins to ask whether the peer is still there, in milliseconds. */
  keepAliveDelay: 60_000,
} as const;

export type ServerLimits = Readonly<Record<keyof typeof serverLimits, number>>;

/** The default TCP port of a board. */
export const defaultPort = 6789;

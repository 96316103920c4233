import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limits, serverLimits } from '../../src/protocol/limits.ts';
import { isMethod, methods } from '../../src/protocol/methods.ts';
import { closingCodes, noticeSchemas, schemas } from '../../src/protocol/schemas.ts';
import { textCommands } from '../../src/protocol/text/shell.ts';
import { tableRows } from './documentation.ts';

const protocol = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');

/** The words in backquotes of a cell. */
function words(cell = ''): string[] {
  return [...cell.matchAll(/`([^` ]+)[^`]*`/g)].map(([, word = '']) => word);
}

test('docs/protocol.md lists exactly the text commands that exist', () => {
  const documented = tableRows('Text, for people and `nc`').flatMap(([cell]) => words(cell));
  const known = textCommands.flatMap((command) => command.words);
  expect(documented.sort()).toEqual([...known].sort());
});

test('docs/protocol.md lists exactly the methods and notices that exist', () => {
  const documented = tableRows('JSON-RPC 2.0, for programs').flatMap(([cell]) => words(cell));
  const known = [...Object.keys(schemas), ...Object.keys(noticeSchemas)];
  const ofDoor = known.filter((name) => isMethod(name) && methods[name].vouched);
  for (const name of ofDoor) expect(protocol).toContain(`\n- \`${name}\` `);
  expect([...documented, ...ofDoor].sort()).toEqual(known.sort());
});

test('docs/protocol.md lists exactly the closing codes that exist', () => {
  const documented = tableRows('JSON-RPC 2.0, for programs').flatMap(([code = '', meaning]) =>
    /^[A-Z_]+$/.test(code) && meaning ? [code] : [],
  );
  expect(documented.sort()).toEqual([...closingCodes].sort());
  // The compiler lets the server use no other; it has to use each.
  const folder = join(import.meta.dirname, '../../src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  expect(closingCodes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

// The row that each limit stands in.
const limitRows: Record<keyof typeof limits | keyof typeof serverLimits, string> = {
  userName: 'user name',
  groupName: 'group name',
  description: 'group description',
  about: 'text about a group',
  groupsJoined: 'groups that a user is in, beside direct conversations',
  groupsOwned: 'groups that a user owns',
  groupsPerDay: 'groups that a user makes within a day',
  groupsListed: 'groups in a list that its reader is neither in nor invited to',
  moderators: 'moderators of a group, with its owner',
  invitations: 'open invitations of a group',
  invitationsReceived: 'open invitations of a user',
  codeUses: 'uses of an invitation code',
  codeDays: 'days until an invitation code ends',
  silenceDays: 'days until a silence ends',
  pins: 'messages that are pinned in a group',
  logLines: 'lines in the log of a group',
  logDefault: 'lines in a page of a log',
  logMost: 'lines in a page of a log',
  reportsPerDay: 'messages that a user reports within a day',
  reportsListed: 'reports in a list',
  subject: 'subject',
  content: 'content',
  unread: 'unread messages that are counted',
  readRanges: 'ranges that are read after the read mark',
  rangesAtOnce: 'ranges in a request',
  rangesSet: 'ranges in a request',
  rangesListed: 'ranges in a list of groups, and in a login',
  mentions: 'members whom a message mentions',
  mentionLookups: 'names that are looked up for a message',
  reason: 'reason of an act, a report or a deletion',
  postKey: 'post key',
  passwordLeast: 'password, at least',
  password: 'password, at most',
  loginTime: 'time to log in',
  connections: 'connections in all',
  connectionsPerAddress: 'connections from one address',
  commandsPerSecond: 'commands of one user',
  commandBurst: 'commands of one user',
  networkCommandsPerSecond: 'commands from one address',
  networkCommandBurst: 'commands from one address',
  waitingBytes: 'bytes waiting in all',
  networkWaitingBytes: 'bytes waiting for one address',
  keepAliveDelay: 'silence of a connection',
  conversationsPerHour: 'direct conversations begun from one address',
  conversationsAtOnce: 'direct conversations begun from one address',
  newNamesPerHour: 'new names from one address',
  newNamesAtOnce: 'new names from one address',
  tokens: 'tokens of one user that are kept',
  endedTokens: 'logouts of one user that are kept',
  wrongPasswords: 'wrong passwords on one connection',
  sshKeys: 'SSH keys of a user',
  waitingPasswords: 'passwords waiting to be checked',
  waitingRegistrations: 'new names waiting for their passwords',
  directsPerDay: 'direct conversations that a user begins',
  directsBegun: 'direct conversations that a user has begun',
  blocks: 'users whom one user blocks',
  mutedUsers: 'users whom one user mutes',
  mutedThreads: 'threads that one user mutes',
  directsDefault: 'direct conversations in a list',
  directsMost: 'direct conversations in a list',
  directsAtLogin: 'direct conversations that a login lists',
  membersDefault: 'members in a list',
  membersMost: 'members in a list',
  presenceNames: 'names in a notice of presence',
  listDefault: 'headers in a list',
  listMost: 'headers in a list',
  listBytes: 'contents in a list',
  textLine: 'a line from a person',
  jsonLine: 'a line from a program',
  strangerLine: 'a line before the login',
  ownUnfinishedPerSecond: 'bytes of unfinished lines of one user',
  ownUnfinishedBurst: 'bytes of unfinished lines of one user',
  unfinishedPerSecond: 'bytes of unfinished lines of all connections without a login',
  unfinishedBurst: 'bytes of unfinished lines of all connections without a login',
  requestId: 'id of a request',
  jsonDepth: 'JSON of a request',
  jsonValues: 'JSON of a request',
  strangerBacklog: 'the same before the login',
  requestBytes: 'requests waiting or under way on one connection',
  bytesPerSecond: 'bytes of requests and replies of one user',
  byteBurst: 'bytes of requests and replies of one user',
  busyBytesPerSecond: 'the same of all who keep the server busy',
  busyByteBurst: 'the same of all who keep the server busy',
  processorPerSecond: 'processor time of one user',
  processorBurst: 'processor time of one user',
  waitingRequests: 'requests waiting on one connection',
  replyBacklog: 'replies waiting on one connection',
  outboxBytes: 'bytes waiting on one connection',
  threadsDefault: 'threads in a list',
  threadsMost: 'threads in a list',
  quoteLines: 'text that `%quote` repeats',
  quoteBytes: 'text that `%quote` repeats',
  edits: 'edits of a message',
  editTime: 'time to edit a message',
  changesDefault: 'changes in a list',
  changesMost: 'changes in a list',
  searchQuery: 'query of a search',
  searchWords: 'query of a search',
  searchDefault: 'messages in the result of a search',
  searchMost: 'messages in the result of a search',
  searchPrefix: 'words that begin like `word*`',
  searchRows: 'messages that a search looks at',
};
const units: Record<string, number> = { h: 3_600_000, s: 1000, KiB: 1024, MiB: 1024 * 1024 };

test('docs/protocol.md lists every limit with its value, and no other limits', () => {
  const documented = tableRows('Limits').flatMap(([what = '', value = '']) =>
    [...value.matchAll(/(?<![\w-])(\d[\d,]*)(?: (h|s|KiB|MiB)\b)?/g)].map(
      ([, number = '', unit = '']) =>
        `${what}: ${Number(number.replaceAll(',', '')) * (units[unit] ?? 1)}`,
    ),
  );
  const all: Record<string, number> = { ...limits, ...serverLimits };
  const known = Object.entries(limitRows).map(([name, row]) => `${row}: ${all[name]}`);
  expect(documented.sort()).toEqual(known.sort());
});

import { textCommands } from '../../../src/protocol/text/shell.ts';
import { costlyTexts } from '../../helpers/costly.ts';
import type { Random } from '../random.ts';
import { anyParams, methodsToAsk } from './any-params.ts';

/** Names that many sessions share, so that they meet. */
export const names = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'] as const;
/** Names with a password, which write to each other directly. */
export const protectedNames = ['p0', 'p1', 'p2'] as const;
export const password = 'one for all of them';
const groups = ['main', 'general', 'news'] as const;
/** Names that users give to groups of their own. */
const namesToMake = ['g0', 'g1', 'g2'] as const;

const words = ['', 'x', '"', '\\', '\u0000', '🍣', '\u202e', '\ud800', '%', '1', 'main', 'news'];
const oddities: unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  '',
  'x'.repeat(300),
  '\u0000',
  '__proto__',
  [],
  [[[]]],
  {},
  { __proto__: null, constructor: 1 },
];

function ranges(random: Random): number[][] {
  const bound = () => random.whole(1, 20);
  return Array.from({ length: random.whole(0, 3) }, () => [bound(), bound()]);
}

/** What a program may ask; the ends of sessions and passwords, which make others wait, left out. */
const requests: readonly ((random: Random) => [method: string, params: object])[] = [
  () => ['ping', {}],
  () => ['server.info', {}],
  () => ['group.list', {}],
  (random) => ['session.login', { user: random.pick(names) }],
  (random) => ['session.login', { user: random.pick(protectedNames), password }],
  (random) => ['session.resume', { token: text(random) }],
  (random) => ['group.join', { group: group(random) }],
  (random) => ['group.leave', { group: group(random) }],
  (random) => ['group.members', { group: group(random) }],
  (random) => ['direct.open', { user: random.pick(protectedNames) }],
  (random) => ['direct.list', { after: random.whole(0, 9), limit: random.whole(1, 5) }],
  (random) => ['user.block', { user: random.pick(protectedNames) }],
  (random) => ['user.unblock', { user: random.pick(protectedNames) }],
  () => ['user.blocked', {}],
  (random) => ['message.post', { group: group(random), subject: text(random), content: '' }],
  (random) => [
    'message.post',
    { group: group(random), subject: 's', content: text(random), key: `k${random.whole(0, 9)}` },
  ],
  (random) => [
    'message.post',
    { group: group(random), content: text(random), replyTo: random.whole(1, 20) },
  ],
  (random) => ['thread.list', { group: group(random), limit: random.whole(1, 5) }],
  (random) => ['thread.list', { group: group(random), before: random.whole(1, 20) }],
  (random) => ['thread.get', { group: group(random), thread: random.whole(1, 20) }],
  (random) => ['message.get', { group: group(random), number: random.whole(1, 20) }],
  (random) => [
    'message.edit',
    { group: group(random), number: random.whole(1, 20), content: text(random) },
  ],
  (random) => [
    'message.edit',
    { group: group(random), number: random.whole(1, 20), subject: text(random), revision: 0 },
  ],
  (random) => ['message.delete', { group: group(random), number: random.whole(1, 20) }],
  (random) => ['message.history', { group: group(random), number: random.whole(1, 20) }],
  (random) => ['group.changes', { group: group(random), after: 0, limit: random.whole(1, 5) }],
  (random) => ['message.list', { group: group(random), limit: random.whole(1, 5) }],
  (random) => ['message.list', { group: group(random), after: random.whole(0, 20) }],
  (random) => ['message.search', { query: text(random), limit: random.whole(1, 5) }],
  (random) => ['message.search', { query: `c in:${group(random)} -${text(random)}` }],
  (random) => ['message.markRead', { group: group(random), number: random.whole(0, 20) }],
  (random) => ['message.markRead', { group: group(random), ranges: ranges(random) }],
  (random) => ['message.next', { group: group(random), read: ranges(random) }],
  (random) => ['group.markRead', { group: group(random) }],
  (random) => [
    'group.restoreMarks',
    { group: group(random), lastRead: random.whole(0, 20), ranges: ranges(random) },
  ],
];

/** Commands after which a person is not there any more, or is asked for a password. */
const ending = ['%exit', '%connect', '%password'];
const commandWords = textCommands
  .flatMap(({ words }) => words)
  .filter((word) => !ending.includes(word));
const commandArguments = [
  ...[...groups, ...namesToMake, ...names, ...protectedNames],
  ...[
    '1',
    '2',
    'last',
    'open',
    'secret',
    'access',
    'posting',
    'moderators',
    'name',
    '--code',
    '2h',
  ],
  ...['@p1', '..', 'all', 'before', 'mentions', 'thread', 'reason', 'x'],
];

/** Any command, so that one that is added later is asked too. It can begin a text of several lines. */
function anyCommand(random: Random): string {
  const args = Array.from({ length: random.whole(0, 4) }, () => random.pick(commandArguments));
  return [random.pick(commandWords), ...args].join(' ');
}

const commands = [
  '%groups',
  '%join',
  '%leave',
  '%list',
  '%list 3',
  '%reply 1 text',
  '%edit 1 text',
  '%edit last text',
  '%delete 2',
  '%history 1',
  '%reply last text',
  '%threads',
  '%threads before 3',
  '%thread last',
  '%users',
  '%unread',
  '%next',
  '%catchup',
  '%catchup all',
  '%undo',
  '%whoami',
  '%help',
  '%help post',
  '%ping',
  '%groupjoin general',
  '%groupleave 2',
  '%grouplist news 2 before 9',
  '%grouppost general "two words" and more',
  '%post s c',
  '%message 1',
  '%groupmessage 2 1',
  '%search c -s from:u1',
  '%search "two',
  '%tell',
  '%tell p1 hello',
  '%tell @p2 x',
  '%grouplist @p0',
  '%block u4',
  '%block',
  '%unblock u4',
  '%connect 127.0.0.1 1',
] as const;

export function request(random: Random, id: number | string): string {
  const [method, params] = random.once(2) ? random.pick(requests)(random) : anyRequest(random);
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

/** A request of any method, so that one that is added later is asked too. */
function anyRequest(random: Random): [method: string, params: object] {
  const method = random.pick(methodsToAsk);
  const values = {
    group: () => group(random),
    name: () => random.pick(namesToMake),
    user: () => random.pick(random.once(2) ? names : protectedNames),
    number: () => random.whole(1, 20),
    thread: () => random.whole(1, 20),
    replyTo: () => random.whole(1, 20),
    ranges: () => ranges(random),
    read: () => ranges(random),
    query: () => text(random),
  };
  return [method, anyParams(random, method, values)];
}

/** A request of which a part is gone, or is something else. It has no id that is waited for. */
export function oddRequest(random: Random): string {
  const whole = JSON.parse(request(random, `odd${random.whole(0, 9)}`)) as Record<string, unknown>;
  const part = random.once(2) ? whole : (whole.params as Record<string, unknown>);
  const key = random.pick([...Object.keys(part), 'extra']);
  if (random.once(3)) delete part[key];
  else part[key] = random.pick(oddities);
  if (random.once(50)) return costlyRequest(random, whole);
  return JSON.stringify(whole);
}

/** JSON that is deep or wide, or a text that costs a lot, in a line of the greatest length. */
function costlyRequest(random: Random, whole: Record<string, unknown>): string {
  const values = random.whole(1, 30_000);
  switch (random.whole(0, 3)) {
    case 0:
      return '['.repeat(values);
    case 1:
      return JSON.stringify({ ...whole, params: JSON.parse('['.repeat(4000) + ']'.repeat(4000)) });
    case 2:
      return `{"jsonrpc":"2.0","id":"odd0","method":"ping","params":{${Array.from({ length: values }, (_, at) => `"${at}":1`).join()}}}`;
    default: {
      const params = (whole.params ?? {}) as Record<string, unknown>;
      const names = Object.keys(params);
      const name = names.length > 0 ? random.pick(names) : 'user';
      return JSON.stringify({ ...whole, params: { ...params, [name]: costlyText(random) } });
    }
  }
}

function costlyText(random: Random): string {
  const [, text] = random.pick(costlyTexts(random.pick([100, 4000, 30_000])));
  return text;
}

export function command(random: Random): string {
  if (random.once(10)) return random.pick(names);
  const line = random.once(2) ? random.pick(commands) : anyCommand(random);
  if (random.once(50)) return `${line} ${costlyText(random).replace(/[\r\n]/g, '')}`;
  return random.once(4) ? `${line} ${text(random)}` : line;
}

/**
 * Bytes that were taken out, put in and changed. Byte 255 is left out: behind it telnet's rules may
 * take what follows for a command, and then no answer is due.
 */
export function mutated(random: Random, line: string): Buffer {
  const bytes = [...Buffer.from(line)];
  for (let left = random.whole(1, 4); left > 0; left--) {
    const at = random.whole(0, bytes.length);
    bytes.splice(at, random.whole(0, 2), ...(random.once(2) ? [random.whole(0, 254)] : []));
  }
  // What is left of a request that is still one would have to be waited for.
  return Buffer.from(bytes);
}

export function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: random.whole(1, 200) }, () => random.whole(0, 255)));
}

/** The same bytes in pieces, split anywhere. */
export function pieces(random: Random, bytes: Buffer): Buffer[] {
  const most = random.once(3) ? 5 : bytes.length;
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + random.whole(1, most);
    cut.push(bytes.subarray(at, end));
    at = end;
  }
  return cut;
}

function group(random: Random): string | number {
  if (random.once(4)) return random.whole(1, 9);
  if (random.once(4)) return `@${random.pick(protectedNames)}`;
  return random.pick(random.once(2) ? groups : namesToMake);
}

function text(random: Random): string {
  return Array.from({ length: random.whole(1, 4) }, () => random.pick(words)).join('');
}

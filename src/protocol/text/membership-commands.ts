import { isDirectName, userOfDirectName } from '../direct.ts';
import { BoardError, boardError, shortened } from '../errors.ts';
import type { Call, Result } from '../schemas.ts';
import type { TextCommand, TextContext } from './command.ts';
import { groupCommand, mainGroup } from './group-command.ts';
import { rolesByName } from './moderation/render.ts';
import { ownerWarning, renderSuccession } from './moderation/succession.ts';
import { leftPlace } from './place.ts';
import {
  count,
  info,
  membersShown,
  type Roles,
  renderMembers,
  renderNames,
  success,
} from './render.ts';
import { renderList } from './render-messages.ts';

const [joinNamed, joinHere] = groupCommand(
  {
    named: '%groupjoin',
    short: '%join',
    form: '[code]',
    summary: 'join; shows members and messages',
    details: [
      'A group goes by its name or its number. You see the last two messages from',
      'before you joined, and all that come after, until you leave. A group by',
      'invitation asks for the code that you were given, unless you are invited.',
    ],
    topic: 'groups',
    takes: ['joinable', 'new'],
  },
  async function* (group, args, { call, style }) {
    const code = args.empty ? undefined : args.word('code');
    args.end();
    const joined = await call('group.join', { group, ...(code !== undefined && { code }) });
    yield success(`You joined ${style.group(joined.group)}.`, style) +
      renderMembers(joined, allUsers(group, joined.group), style) +
      renderList(joined.group, joined.messages, style);
  },
);

export const groupJoin = joinNamed;

/** `%join` alone joins `main`, or where the user is; with a group, that group. */
export const join: TextCommand = {
  ...joinHere,
  form: '[group] [code]',
  details: groupJoin.details ?? [],
  takes: ['joinable', 'new'],
  run: (args, context) => (args.empty ? joinHere : groupJoin).run(args, context),
};

export const [groupUsers, users] = groupCommand(
  {
    named: '%groupusers',
    short: '%users',
    form: '[all]',
    summary: 'the members, online or not',
    topic: 'more',
    details: [`Of a group of more than ${membersShown}, some of them; or all.`],
    takes: ['joined'],
  },
  async function* (group, args, { call, style }) {
    const word = args.empty ? '' : args.word('"all"').toLowerCase();
    args.end();
    if (word === '') {
      const page = await call('group.members', { group });
      const roles = await rolesIn(group, call);
      yield renderMembers(page, allUsers(group, page.group), style, roles);
      return;
    }
    if (word !== 'all') throw boardError('INVALID_PARAMS', `"${shortened(word)}" is too much`);
    const roles = await rolesIn(group, call);
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: Result<'group.members'> = await call('group.members', { group, after });
      if (after === 0) yield info(`Members of ${style.group(page.group)} (${page.total}):`, style);
      yield `${style.line(renderNames(page.members, style, roles))}\n`;
      after = page.next;
    }
  },
);

/** The refusal to leave a direct conversation, with what silences it. */
function withWayOut(refusal: unknown, group: string, { place }: TextContext): unknown {
  if (!(refusal instanceof BoardError && refusal.code === 'DIRECT_FIXED')) return refusal;
  const name = place && group === String(place.group) ? place.name : group;
  if (!isDirectName(name)) return refusal;
  const ways = `%mute ${name} silences it, and %block ${userOfDirectName(name)} stops its messages.`;
  return new BoardError('DIRECT_FIXED', `${refusal.message} ${ways}`);
}

/** Who is the owner and who are the moderators of a group. In a direct conversation, and on an older board, nobody. */
async function rolesIn(group: string, call: Call): Promise<Roles> {
  if (isDirectName(group)) return new Map();
  try {
    return rolesByName(await call('group.show', { group }));
  } catch (error) {
    if (error instanceof BoardError) return new Map();
    throw error;
  }
}

/** The command that shows all members of a group. */
function allUsers(typed: string, group: string): string {
  return typed === mainGroup ? '%users all' : `%groupusers ${group} all`;
}

export const [groupLeave, leave] = groupCommand(
  {
    named: '%groupleave',
    short: '%leave',
    form: '',
    summary: 'leave',
    details: [
      'If you join again, you see the last two messages from before that. At a',
      'terminal, the client asks first if there are more, or if you own the group.',
    ],
    takes: ['joined'],
    unsuggested: true,
  },
  async function* (group, args, context) {
    args.end();
    const { call, style } = context;
    if (!(await leavingIsMeant(group, context))) {
      yield info('You are still a member.', style);
      return;
    }
    const left = await call('group.leave', { group }).catch((refusal) =>
      Promise.reject(withWayOut(refusal, group, context)),
    );
    const { group: name, groupId } = left;
    yield success(`You left ${style.group(name)}.`, style) + renderSuccession(left, style);
    const { place } = context;
    if (place?.group !== groupId) return;
    context.place = undefined;
    yield info(leftPlace(place), style);
  },
);

// A user who joins again sees two messages from before. For the question, at most 1000 are counted.
const seenAgain = 2;
const countedToLose = 1000;

async function leavingIsMeant(group: string, { call, confirm }: TextContext): Promise<boolean> {
  if (!confirm) return true;
  const page = await call('message.list', { group, limit: countedToLose });
  const warning = (await warningFor(page.group, group, call)) + lossOf(page);
  return warning === '' || confirm(`Leave ${page.group}? ${warning}(y/N) `);
}

/** @param name the name of the group, which a conversation shows by its `@` */
async function warningFor(name: string, group: string, call: Call): Promise<string> {
  return isDirectName(name) ? '' : ownerWarning(await call('group.show', { group }));
}

function lossOf({ messages, more }: Result<'message.list'>): string {
  const lost = messages.length - seenAgain;
  if (lost <= 0) return '';
  const some = more ? `more than ${count(lost, 'message')}` : count(lost, 'message');
  return `You would not see ${some} again. `;
}

import { boardError } from '../../errors.ts';
import type { Params } from '../../schemas.ts';
import { formatTime } from '../../time.ts';
import type { Arguments } from '../arguments.ts';
import type { TextCommand, TextContext } from '../command.ts';
import { userArgument } from '../direct-commands.ts';
import { count, info, namesShown, success } from '../render.ts';
import { piecesOf } from '../table.ts';
import { groupOfAct, timeFromNow } from './group-argument.ts';
import { renderInvitations, renderReceived } from './render.ts';

const codeWord = '--code';
const options = ['--code', '--uses', '--until'];

export const invite: TextCommand = {
  words: ['%invite'],
  form: '[group] <user or --code> [--uses <number>] [--until <time>]',
  topic: 'moderation',
  summary: 'invite a user, or make a code',
  details: [
    '%invite plans bob: bob is notified, and types %join plans.',
    '%invite plans --code: a code by which one user can join. With --uses 5, five',
    'can, and with --until 2d, within two days: %join plans <code>.',
    'Where you are (%go), the group can be left out.',
  ],
  example: 'plans bob',
  takes: ['joined', 'user'],
  takesHere: ['user'],
  async *run(args, context) {
    const { call, style } = context;
    const group = await groupOrOptions(args, context);
    if (!args.empty && !options.includes(args.ahead[0] ?? '')) {
      const named = userArgument(args);
      args.end();
      const { group: name, user = named } = await call('group.invite', { group, user: named });
      yield success(`You invited ${style.user(user)} to ${style.group(name)}.`, style);
      return;
    }
    const limits = codeOptions(args);
    const { group: name, code = '' } = await call('group.invite', { group, ...limits });
    const ends = limits.until === undefined ? '' : ` until ${style.date(limits.until)}`;
    const uses = count(limits.uses ?? 1, 'user');
    yield success(`Code for ${style.group(name)}, for ${uses}${ends}: ${code}`, style);
    yield info(`Whom you give it joins with: %join ${name} ${code}`, style);
  },
};

/** The group, which can be left out in a place, also before an option. */
async function groupOrOptions(args: Arguments, context: TextContext): Promise<string> {
  const { place } = context;
  if (!options.includes(args.ahead[0] ?? '')) return groupOfAct(args, context, 'nothing');
  if (!place) throw boardError('INVALID_PARAMS', 'the group is missing');
  return String(place.group);
}

/** @throws BoardError `INVALID_PARAMS` */
function codeOptions(args: Arguments): Pick<Params<'group.invite'>, 'uses' | 'until'> {
  if (args.empty) throw boardError('INVALID_PARAMS', `the user or ${codeWord} is missing`);
  let uses: number | undefined;
  let until: string | undefined;
  while (!args.empty) {
    const [option = ''] = args.ahead;
    if (!options.includes(option)) break;
    args.word('option');
    if (option === '--uses') uses = args.number('number of uses');
    if (option === '--until') until = formatTime(timeFromNow(args.word('time')));
  }
  args.end();
  return { ...(uses !== undefined && { uses }), ...(until !== undefined && { until }) };
}

export const invitations: TextCommand = {
  words: ['%invitations'],
  form: '[group]',
  topic: 'moderation',
  summary: 'your invitations, or those of a group',
  details: ['Without a group, those that you have. Those of a group are for its', 'moderators.'],
  example: 'plans',
  takes: ['joined'],
  async *run(args, { call, style }) {
    if (args.empty) {
      const { received = [] } = await call('invitation.list', {});
      if (received.length === 0) yield info('You have no invitation.', style);
      for (const piece of piecesOf(received, namesShown)) yield renderReceived(piece, style);
      return;
    }
    const group = args.quoted('group');
    args.end();
    const { invitations = [] } = await call('invitation.list', { group });
    if (invitations.length === 0) yield info('The group has no open invitation.', style);
    for (const piece of piecesOf(invitations, namesShown)) yield renderInvitations(piece, style);
  },
};

export const revoke: TextCommand = {
  words: ['%revoke'],
  form: '[group] <user or --code>',
  topic: 'moderation',
  summary: 'undo %invite',
  details: ['Of a user, or with --code, of all codes of the group.'],
  example: 'plans bob',
  takes: ['joined', 'user'],
  takesHere: ['user'],
  undoes: true,
  async *run(args, context) {
    const { call, style } = context;
    const group = await groupOrOptions(args, context);
    const isOfCodes = args.ahead[0] === codeWord;
    const user = isOfCodes ? undefined : userArgument(args);
    if (isOfCodes) args.word('option');
    args.end();
    const { group: name, revoked } = await call('invitation.revoke', {
      group,
      ...(user !== undefined && { user }),
    });
    const what = user === undefined ? 'code' : `invitation of ${user}`;
    if (revoked === 0) {
      yield info(`There is no ${what} to revoke in ${style.group(name)}.`, style);
      return;
    }
    const which = user === undefined ? 'No code' : 'No invitation';
    const whose = user === undefined ? '' : ` of ${style.user(user)}`;
    yield success(`${which}${whose} is open in ${style.group(name)} any more.`, style);
  },
};

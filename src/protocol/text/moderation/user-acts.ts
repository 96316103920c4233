import type { Role } from '../../rights.ts';
import type { Params, Result } from '../../schemas.ts';
import { formatTime } from '../../time.ts';
import type { Argument, TextCommand, TextContext } from '../command.ts';
import { info, success } from '../render.ts';
import type { Style } from '../style.ts';
import { groupAndUser, reasonArgument, timeFromNow } from './group-argument.ts';
import { renderSuccession } from './succession.ts';

type Method = 'group.remove' | 'group.bar' | 'group.unbar' | 'group.unsilence';

interface OnUserWords {
  readonly word: string;
  readonly method: Method;
  readonly summary: string;
  readonly details: readonly string[];
  readonly example: string;
  readonly undoes?: true;
  readonly unsuggested?: true;
  /** What the answer says. */
  done(user: string, group: string): string;
}

const leftOut = 'Where you are (%go), the group can be left out.';

/** A command of moderators on a user, with a reason that the log shows. */
function onUser({ word, method, done, ...words }: OnUserWords): TextCommand {
  return {
    ...words,
    words: [word],
    form: '[group] <user> [reason]',
    topic: 'moderation',
    ...takes('reason'),
    async *run(args, context) {
      const named = await groupAndUser(args, context, 'reason');
      const params: Params<Method> = { ...named, ...reasonArgument(args) };
      const { group, user } = await context.call(method, params);
      const { style } = context;
      yield success(done(style.user(user), style.group(group)), style);
    },
  };
}

/** The arguments of a command on a member, for completion. */
function takes(...after: Argument[]): Pick<TextCommand, 'takes' | 'takesHere'> {
  return { takes: ['joined', 'member', ...after], takesHere: ['member', ...after] };
}

export const remove = onUser({
  word: '%remove',
  method: 'group.remove',
  summary: 'end the membership of a user',
  details: ['The user can join again as anybody can. The log shows the reason.', leftOut],
  example: 'news bob off topic',
  unsuggested: true,
  done: (user, group) => `You removed ${user} from ${group}.`,
});

export const bar = onUser({
  word: '%bar',
  method: 'group.bar',
  summary: 'keep a user out of a group',
  details: ['The user is removed, and cannot join again until %unbar.', leftOut],
  example: 'news bob spam',
  unsuggested: true,
  done: (user, group) => `You barred ${user} from ${group}. %unbar undoes it.`,
});

export const unbar: TextCommand = {
  ...onUser({
    word: '%unbar',
    method: 'group.unbar',
    summary: 'undo %bar',
    details: [leftOut],
    example: 'news bob',
    undoes: true,
    done: (user, group) => `${user} is not barred from ${group}.`,
  }),
  takes: ['joined', 'user', 'reason'],
  takesHere: ['user', 'reason'],
};

export const unsilence = onUser({
  word: '%unsilence',
  method: 'group.unsilence',
  summary: 'undo %silence',
  details: [leftOut],
  example: 'news bob',
  undoes: true,
  done: (user, group) => `${user} is not silenced in ${group}.`,
});

export const silence: TextCommand = {
  words: ['%silence'],
  form: '[group] <user> <time> [reason]',
  topic: 'moderation',
  summary: 'let a user write nothing for a time',
  details: ['For 30m, 2h or 3d from now. The user can still read.', leftOut],
  example: 'news bob 2h calm down',
  ...takes(['1h', '1d', '7d'], 'reason'),
  async *run(args, context) {
    const { group: ref, user: named } = await groupAndUser(args, context, 'time');
    const until = formatTime(timeFromNow(args.word('time')));
    const params = { group: ref, user: named, until, ...reasonArgument(args) };
    const { group, user } = await context.call('group.silence', params);
    const { style } = context;
    const whom = `${style.user(user)} cannot write in ${style.group(group)}`;
    yield success(`${whom} until ${style.date(until)}. %unsilence undoes it.`, style);
  },
};

export const mod: TextCommand = {
  words: ['%mod'],
  form: '[group] <user>',
  topic: 'moderation',
  summary: 'make a member a moderator',
  details: ['The name of the user has to be protected (%password, %key).', leftOut],
  example: 'news bob',
  ...takes(),
  async *run(args, context) {
    const named = await groupAndUser(args, context, 'nothing');
    args.end();
    yield* giveRole({ ...named, role: 'moderator' }, context);
  },
};

export const unmod: TextCommand = {
  words: ['%unmod'],
  form: '[group] <user>',
  topic: 'moderation',
  summary: 'undo %mod; your own role too',
  details: ['With your own name, you give your role up.', leftOut],
  example: 'news bob',
  ...takes(),
  undoes: true,
  async *run(args, context) {
    const named = await groupAndUser(args, context, 'nothing');
    args.end();
    yield* giveRole({ ...named, role: 'member' }, context);
  },
};

export const owner: TextCommand = {
  words: ['%owner'],
  form: '[group] <user>',
  topic: 'moderation',
  summary: 'hand a group over to a member',
  details: [
    'You are a moderator then. Only the new owner can hand it back. The client at',
    'a terminal asks first. Where you are (%go), the group can be left out.',
  ],
  example: 'plans bob',
  ...takes(),
  unsuggested: true,
  async *run(args, context) {
    const named = await groupAndUser(args, context, 'nothing');
    args.end();
    const { call, confirm, style } = context;
    if (confirm) {
      const { group } = await call('group.show', { group: named.group });
      const question = `Hand ${group} over to ${named.user}? Only ${named.user} can give it back. (y/N) `;
      if (!(await confirm(question))) {
        yield info('Nothing was changed.', style);
        return;
      }
    }
    yield* giveRole({ ...named, role: 'owner' }, context);
  },
};

async function* giveRole(
  params: Params<'group.setRole'>,
  { call, style }: TextContext,
): AsyncGenerator<string> {
  const given = await call('group.setRole', params);
  yield success(roleGiven(given, style), style) + renderSuccession(given, style);
}

const inWords: Record<Role, string> = {
  owner: 'the owner of',
  moderator: 'a moderator of',
  member: 'a member without a role in',
};

function roleGiven({ group, user, role }: Result<'group.setRole'>, style: Style): string {
  return `${style.user(user)} is ${inWords[role]} ${style.group(group)} now.`;
}

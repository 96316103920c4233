import { boardError, shortened } from '../../errors.ts';
import { limits } from '../../limits.ts';
import { type Access, accesses, type Policy, policies } from '../../rights.ts';
import type { Params } from '../../schemas.ts';
import type { Arguments } from '../arguments.ts';
import type { TextCommand, TextContext } from '../command.ts';
import { readDraft } from '../draft.ts';
import { leftPlace } from '../place.ts';
import { sendWritten } from '../post-commands.ts';
import { info, success } from '../render.ts';
import { groupOrHere } from './group-argument.ts';
import { renderAbout } from './render.ts';

export const create: TextCommand = {
  words: ['%create'],
  form: '<group> [open or invite or secret] [description]',
  topic: 'moderation',
  summary: 'make a group of your own',
  details: [
    'Anybody can join an open group. Joining the others needs an invitation: the',
    'board lists an invite group, and nobody else knows of a secret one. Your',
    'name has to be protected (%password, %key).',
  ],
  example: 'plans secret What we do in summer',
  takes: ['new', accesses, 'new'],
  async *run(args, { call, style }) {
    const name = args.quoted('name of the group');
    const word = args.ahead[0]?.toLowerCase();
    const access = accesses.find((each) => each === word);
    if (access) args.word('access');
    const description = args.empty ? '' : textArgument(args, 'description');
    const { group } = await call('group.create', {
      name,
      ...(access && { access }),
      ...(description !== '' && { description }),
    });
    yield success(`You made ${style.group(group)}, ${kinds[access ?? 'open']}.`, style);
    yield info(
      `Type %invite ${group} <user> to invite somebody, %go ${group} to write there.`,
      style,
    );
  },
};

const kinds: Record<Access, string> = {
  open: 'an open group',
  invite: 'a group by invitation',
  secret: 'a secret group',
};

export const about: TextCommand = {
  words: ['%about'],
  form: '[group]',
  topic: 'moderation',
  summary: 'what a group is for, and who runs it',
  details: ['Its description, who can join, who can write, and its owner and moderators.'],
  example: 'news',
  takes: ['group'],
  async *run(args, context) {
    const group = groupOrHere(args, context);
    args.end();
    yield renderAbout(await context.call('group.show', { group }), context.style);
  },
};

const fields = ['access', 'posting', 'replying', 'description', 'about', 'name'] as const;
type Field = (typeof fields)[number];

export const set: TextCommand = {
  words: ['%set'],
  form: '[group] <what> [value]',
  topic: 'moderation',
  summary: 'change a group of yours',
  details: [
    '%set news access open, invite or secret: who can join.',
    '%set news posting members or moderators: who can begin threads.',
    '%set news replying members or moderators: who can reply.',
    '%set news name tidings, %set news description What is new',
    '%set news about: you write several lines, as with %post. "" is no text.',
    'Where you are (%go), the group can be left out.',
  ],
  example: 'news posting moderators',
  takes: ['joined', fields, 'value'],
  takesHere: [fields, 'value'],
  async *run(args, context) {
    const { call, style, place } = context;
    const first = args.ahead[0]?.toLowerCase();
    const isShort = place !== undefined && fields.some((field) => field === first);
    const group = isShort ? String(place.group) : args.quoted('group');
    const field = fieldArgument(args);
    if (field === 'about' && args.empty) {
      yield* writeAbout(group, context);
      return;
    }
    const { edit, shown } = editOf(field, args);
    const { group: name } = await call('group.edit', { group, ...edit });
    if (field === 'name') {
      yield success(`The group is called ${style.group(name)} now.`, style);
      return;
    }
    const what = shown === '' ? 'empty' : shown;
    yield success(`The ${field} of ${style.group(name)} is ${what} now.`, style);
  },
};

/** @throws BoardError `INVALID_PARAMS` */
function fieldArgument(args: Arguments): Field {
  const word = args.word('word that says what to change');
  return oneOf('what to change', word, fields);
}

function oneOf<T extends string>(what: string, word: string, known: readonly T[]): T {
  const found = known.find((each) => each === word.toLowerCase());
  if (found !== undefined) return found;
  const all = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`;
  throw boardError('INVALID_PARAMS', `${what} is ${all}, not "${shortened(word)}"`);
}

/** What a `%set` asks for, and how its answer names the value. */
function editOf(
  field: Field,
  args: Arguments,
): { edit: Omit<Params<'group.edit'>, 'group'>; shown: string } {
  switch (field) {
    case 'access': {
      const access = wordOf<Access>('access', args, accesses);
      return { edit: { access }, shown: access };
    }
    case 'posting':
    case 'replying': {
      const policy = wordOf<Policy>(`${field} right`, args, policies);
      return { edit: { [field]: policy }, shown: `for ${policy}` };
    }
    case 'name': {
      const name = args.quoted('name');
      args.end();
      return { edit: { name }, shown: name };
    }
    case 'description':
    case 'about': {
      const text = textArgument(args, field);
      return { edit: { [field]: text }, shown: text === '' ? '' : 'set' };
    }
  }
}

function wordOf<T extends string>(what: string, args: Arguments, known: readonly T[]): T {
  const value = oneOf(`the ${what}`, args.word(what), known);
  args.end();
  return value;
}

/** The rest of the line. A text in quotes that is all of it is taken without them, so that `""` is an empty text. */
function textArgument(args: Arguments, what: string): string {
  const text = args.remainder(what).trim();
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1).trim() : text;
}

async function* writeAbout(group: string, context: TextContext): AsyncGenerator<string> {
  const { call, style, givingUp } = context;
  const { group: name } = await call('group.show', { group });
  const how = `Write what ${name} is about, at most ${limits.about} bytes.`;
  yield info(`${how} A line with a single dot ends it, ${givingUp}.`, style);
  const draft = yield* readDraft(context);
  const send = async function* (about: string): AsyncGenerator<string> {
    try {
      await call('group.edit', { group, about });
    } catch (refusal) {
      context.keep?.(about);
      throw refusal;
    } finally {
      context.writing?.(undefined);
    }
    yield success(`The about of ${style.group(name)} is set now.`, style);
  };
  yield* sendWritten(draft, send, 'Nothing was changed.', context);
}

export const deleteGroup: TextCommand = {
  words: ['%deletegroup'],
  form: '[group]',
  topic: 'moderation',
  summary: 'delete a group of yours',
  details: [
    'With all its messages. Nobody can bring it back. The client at a terminal',
    'asks first. Where you are (%go), the group can be left out.',
  ],
  example: 'plans',
  takes: ['joined'],
  unsuggested: true,
  async *run(args, context) {
    const { call, style, confirm, place } = context;
    const group = args.empty && place ? String(place.group) : args.quoted('group');
    args.end();
    if (confirm) {
      const { group: name, members } = await call('group.show', { group });
      const what = `Delete ${name}, of ${members} ${members === 1 ? 'member' : 'members'}`;
      const question = `${what}, with all its messages? Nobody can bring it back. (y/N) `;
      if (!(await confirm(question))) {
        yield info('Nothing was deleted.', style);
        return;
      }
    }
    const { group: name, groupId } = await call('group.delete', { group });
    yield success(`The group ${style.group(name)} is deleted.`, style);
    if (context.place?.group !== groupId) return;
    yield info(leftPlace(context.place), style);
    context.place = undefined;
  },
};

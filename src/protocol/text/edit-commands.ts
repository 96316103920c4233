import { boardError } from '../errors.ts';
import { may } from '../rights.ts';
import type { Params, Result } from '../schemas.ts';
import type { TextContext } from './command.ts';
import { type Draft, readDraft } from './draft.ts';
import { firstWords } from './first-words.ts';
import { groupCommand } from './group-command.ts';
import { messageNumber } from './message-command.ts';
import { reasonArgument } from './moderation/group-argument.ts';
import { sendWritten } from './post-commands.ts';
import { info, success } from './render.ts';
import { renderHistory } from './render-messages.ts';

/** What `%edit` is, here and in the terminal client, which opens an editor. */
export const editWords = {
  named: '%groupedit',
  short: '%edit',
  form: '<number> [content]',
  summary: 'change a message of yours',
  example: '7 Who is in on Friday?',
  takes: ['joined', 'number', 'content'],
  topic: 'more',
} as const;

export const [groupEdit, edit] = groupCommand(
  {
    ...editWords,
    details: [
      'The content takes the place of what the message said. Without it, you write',
      'several lines, as with %post. Others see that it was edited, and when. A',
      'subject that is the first words of the content changes with them.',
    ],
  },
  async function* (group, args, context) {
    const number = await messageNumber(args.messageNumber('number'), group, context.call);
    if (!args.empty) {
      yield* sendLine({ group, number, content: args.remainder('content') }, context);
      return;
    }
    const found = await ownMessage(group, number, context);
    const { revision } = found;
    const how = `Write the new text of the message. A line with a single dot ends it, ${context.givingUp}.`;
    yield info(how, context.style);
    const draft = yield* readDraft(context);
    const about = { group, number, revision, ...subjectAfter(found, draft.text) };
    yield* sendWrittenEdit(about, draft, context);
  },
);

/** Edits a message to the content that the user has typed with the command. */
export async function* sendLine(
  edit: { readonly group: string; readonly number: number; readonly content: string },
  context: TextContext,
): AsyncGenerator<string> {
  const { group, number, content } = edit;
  const found = await ownMessage(group, number, context);
  yield* sendEdit({ ...edit, ...subjectAfter(found, content) }, context);
}

/**
 * The subject that a message gets with a new content. The subject of a line that was posted in a place is its first
 * words, so a typo in them is corrected too. Any other subject stays.
 */
function subjectAfter(
  before: Pick<Result<'message.get'>, 'subject' | 'content'>,
  content: string,
): { readonly subject?: string } {
  const subject = firstWords(content);
  return before.subject === firstWords(before.content) && subject !== '' ? { subject } : {};
}

/**
 * The message that the user wants to edit or delete.
 * @throws BoardError `NOT_AUTHOR` and the errors of `message.get`
 */
export async function ownMessage(
  group: string,
  number: number,
  { call, user }: TextContext,
): Promise<Result<'message.get'>> {
  const message = await call('message.get', { group, number });
  if (message.sender !== user) throw boardError('NOT_AUTHOR', number, message.group);
  return message;
}

/** Edits a message to what the user has written. An incomplete text is kept in a file. */
export function sendWrittenEdit(
  about: Params<'message.edit'>,
  draft: Draft,
  context: TextContext,
): AsyncGenerator<string> {
  const send = (content: string) => sendEdit({ ...about, content }, context);
  return sendWritten(draft, send, 'Nothing was changed.', context);
}

/** Edits a message. If the board refuses it, the text is kept. */
async function* sendEdit(
  edit: Params<'message.edit'>,
  context: TextContext,
): AsyncGenerator<string> {
  const { call, style } = context;
  const { content = '' } = edit;
  context.writing?.([content]);
  try {
    const { number, group } = await call('message.edit', edit);
    const what = `Message ${style.strong(String(number))} in ${style.group(group)}`;
    yield success(`${what} is edited.`, style);
  } catch (refusal) {
    context.keep?.(content);
    throw refusal;
  } finally {
    context.writing?.(undefined);
  }
}

export const [groupDelete, deleteMain] = groupCommand(
  {
    named: '%groupdelete',
    short: '%delete',
    form: '<number> [reason]',
    summary: 'delete a message of yours',
    details: [
      'Nobody can read it again, and its number stays unused. Those who could see',
      'it are told, with the reason if you give one. The client at a terminal asks',
      'first. Moderators can delete messages of others.',
    ],
    example: '7',
    takes: ['joined', 'number'],
    topic: 'more',
    unsuggested: true,
  },
  async function* (group, args, context) {
    const written = args.messageNumber('number');
    const reason = reasonArgument(args);
    const { call, style, confirm } = context;
    const number = await messageNumber(written, group, call);
    if (confirm) {
      const { group: name, subject, whose } = await deletable(group, number, context);
      const question = `Delete message ${number}${whose} of ${name} ("${subject}")? Nobody can bring it back. (y/N) `;
      if (!(await confirm(question))) {
        yield info('Nothing was deleted.', style);
        return;
      }
    }
    const { group: name } = await call('message.delete', { group, number, ...reason });
    yield success(
      `Message ${style.strong(String(number))} in ${style.group(name)} is deleted.`,
      style,
    );
  },
);

/**
 * The message that the user wants to delete.
 * @throws BoardError `NOT_AUTHOR` if it is another user's, and the user is not a moderator
 */
async function deletable(
  group: string,
  number: number,
  { call, user }: TextContext,
): Promise<Result<'message.get'> & { readonly whose: string }> {
  const message = await call('message.get', { group, number });
  if (message.sender === user) return { ...message, whose: '' };
  const { role } = await call('group.show', { group });
  if (!may(role, 'delete messages of others'))
    throw boardError('NOT_AUTHOR', number, message.group);
  return { ...message, whose: ` by ${message.sender}` };
}

export const [groupHistory, history] = groupCommand(
  {
    named: '%grouphistory',
    short: '%history',
    form: '<number>',
    summary: 'what an edited message said before',
    details: ['Each text of the message with its date, the first one first.'],
    example: '7',
    takes: ['joined', 'number'],
    topic: 'more',
  },
  async function* (group, args, { call, style }) {
    const written = args.messageNumber('number');
    args.end();
    const number = await messageNumber(written, group, call);
    let from = 0;
    for (let more = true; more; ) {
      const page = await call('message.history', { group, number, from });
      yield renderHistory(page, style);
      from += page.revisions.length;
      more = page.more;
    }
  },
);

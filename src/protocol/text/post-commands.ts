import { cleanLine } from '../clean.ts';
import { isDirectName } from '../direct.ts';
import { boardError } from '../errors.ts';
import type { Call } from '../schemas.ts';
import { GivenUp, type TextContext } from './command.ts';
import { type Draft, readDraft } from './draft.ts';
import { groupCommand } from './group-command.ts';
import { info, success } from './render.ts';

export const [groupPost, post] = groupCommand(
  {
    named: '%grouppost',
    short: '%post',
    form: '<subject> [content]',
    summary: 'post a message',
    details: [
      'A subject of several words stands in "double quotes", in which \\" and \\\\',
      "stand for \" and \\, or in 'single' or “curly” ones. The content is the rest",
      'of the line. Without it, you write several lines: a line with a single dot',
      'ends them, and a line with %cancel gives them up. A line of dots stands for',
      'one with a dot less.',
    ],
    example: '"Lunch on Friday" Who is in?',
    takes: ['joined', 'subject', 'content'],
  },
  async function* (group, args, context, thread) {
    const subject = args.quoted('subject');
    const content = args.empty ? undefined : args.remainder('content');
    const about = await aboutPost(group, subject, thread, context.call);
    if (content !== undefined) {
      yield* postMessage({ ...about, content }, context);
      return;
    }
    await checkMembership(group, context);
    const how = `Write your message. A line with a single dot ends it, ${context.givingUp}.`;
    yield info(how, context.style);
    yield* postWritten(about, yield* readDraft(context), context);
  },
);

/** Where `%post` posts: in a group, or with a thread as a reply in it. @throws BoardError as `answeredIn` does */
export async function aboutPost(
  group: string,
  subject: string,
  thread: number | undefined,
  call: Call,
): Promise<About> {
  if (thread === undefined) return { group, subject };
  return { group, subject, replyTo: await answeredIn(group, thread, call) };
}

/**
 * The message that a reply to a whole thread answers: its first one, or the first that the user can see.
 * @throws BoardError `MESSAGE_NOT_FOUND` if the user can see none
 */
export async function answeredIn(group: string, thread: number, call: Call): Promise<number> {
  const { messages, group: name } = await call('thread.get', { group, thread, limit: 1 });
  const [first] = messages;
  if (!first) throw boardError('MESSAGE_NOT_FOUND', name, thread);
  return first.number;
}

/**
 * Checks before a long text is written that it can be posted.
 * @throws BoardError if the user is not a member, or may not write to the user of `@dave`
 */
export async function checkMembership(group: string, { call }: TextContext): Promise<void> {
  // The first message to a user makes the conversation.
  if (isDirectName(group)) await call('direct.open', { user: group });
  else await call('message.list', { group, limit: 1 });
}

/** Where a message is posted. A reply needs no subject. */
export type About = { readonly group: string } & (
  | { readonly subject: string }
  | { readonly subject?: string; readonly replyTo: number }
);

/**
 * Posts a text that the user has written. An incomplete text is kept in a file.
 * @throws GivenUp if the text is broken
 */
export function postWritten(
  about: About,
  draft: Draft,
  context: TextContext,
): AsyncGenerator<string> {
  const send = (content: string) => postMessage({ ...about, content }, context);
  return sendWritten(draft, send, 'Nothing was posted.', context);
}

/**
 * Sends a text that the user has written, if it is complete and not empty. An incomplete text is kept in a file.
 * @param unsent what to print if it is not sent
 * @throws GivenUp if the text is broken
 */
export async function* sendWritten(
  { text, state }: Draft,
  send: (text: string) => AsyncGenerator<string>,
  unsent: string,
  context: TextContext,
): AsyncGenerator<string> {
  const isEmpty = text.trim() === '';
  if (state === 'whole' && !isEmpty) {
    yield* send(text);
    return;
  }
  if (!isEmpty) context.keep?.(text);
  context.writing?.(undefined);
  if (state === 'broken') throw new GivenUp(unsent);
  yield info(unsent, context.style);
}

/** Posts a message and prints its number. If the board refuses it, the text is kept. */
export async function* postMessage(
  message: About & { content: string },
  context: TextContext,
): AsyncGenerator<string> {
  const { call, style } = context;
  context.writing?.([message.content]);
  try {
    const { number, group, subject } = await call('message.post', message);
    const posted = `Message ${style.strong(String(number))} posted in ${style.group(group)}.`;
    yield success(`${posted} Subject: ${style.strong(cleanLine(subject))}`, style);
  } catch (refusal) {
    context.keep?.(message.content);
    throw refusal;
  } finally {
    context.writing?.(undefined);
  }
}

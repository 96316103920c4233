import { isDirectName } from '../direct.ts';
import { BoardError } from '../errors.ts';
import { GivenUp, type TextContext } from './command.ts';
import { firstWords } from './first-words.ts';
import { groupOfPlace, leftPlace, type Place } from './place.ts';
import { type About, answeredIn, postMessage } from './post-commands.ts';
import { info } from './render.ts';

/**
 * Posts a line that was typed in a place.
 * @throws GivenUp if the user does not want it posted; BoardError
 */
export async function* postLine(
  content: string,
  place: Place,
  context: TextContext,
): AsyncGenerator<string> {
  if (context.mayPost && !(await context.mayPost(content, place))) {
    // A line can be recalled from the history, a text of several lines cannot.
    if (content.includes('\n')) context.keep?.(content);
    throw new GivenUp('Nothing was posted.');
  }
  let about: About;
  try {
    about = await postingIn(place, content, context);
  } catch (refusal) {
    context.keep?.(content);
    throw refusal;
  }
  yield* postMessage({ ...about, content }, context);
}

/**
 * How a line is posted in a place: in a thread as a reply, whose subject the board makes; in a direct conversation as a
 * reply to its newest message; in a group as a message of its own. The subject is the first words.
 * @throws BoardError
 */
async function postingIn(
  place: Place,
  content: string,
  { call }: Pick<TextContext, 'call'>,
): Promise<About> {
  const group = String(place.group);
  if (place.thread !== undefined) {
    return { group, replyTo: await answeredIn(group, place.thread, call) };
  }
  const subject = firstWords(content);
  if (!isDirectName(place.name)) return { group, subject };
  const { messages } = await call('message.list', { group, limit: 1 });
  const [newest] = messages;
  return { group, subject, ...(newest && { replyTo: newest.number }) };
}

/**
 * Called after a command has failed: leaves a place that is gone. A thread whose messages are gone is left for its
 * group.
 * @returns what to print, or an empty text
 */
export async function leaveIfGone(error: BoardError, context: TextContext): Promise<string> {
  const { place, call, style } = context;
  if (!place || !codes.includes(error.code)) return '';
  const group = String(place.group);
  if (await isGone(() => call('message.list', { group, limit: 1 }))) {
    context.place = undefined;
    return info(leftPlace(place), style);
  }
  const { thread } = place;
  if (thread === undefined) return '';
  if (await isGone(() => answeredIn(group, thread, call))) {
    context.place = groupOfPlace(place);
    return info(
      `The thread has no message any more. You are in ${style.group(place.name)}.`,
      style,
    );
  }
  return '';
}

/** The errors of a place that is gone. */
const codes: readonly BoardError['code'][] = ['NOT_MEMBER', 'GROUP_NOT_FOUND', 'MESSAGE_NOT_FOUND'];

async function isGone(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    if (error instanceof BoardError) return codes.includes(error.code);
    throw error;
  }
}

import { cleanText } from '../clean.ts';
import { limits } from '../limits.ts';
import type { FullMessage } from '../schemas.ts';
import type { TextContext } from './command.ts';
import { readDraft } from './draft.ts';
import { groupCommand } from './group-command.ts';
import { messageNumber } from './message-command.ts';
import { postMessage, postWritten } from './post-commands.ts';
import { info } from './render.ts';

export const [groupReply, reply] = groupCommand(
  {
    named: '%groupreply',
    short: '%reply',
    form: '<number> [content]',
    summary: 'answer a message, in its thread',
    details: [
      'The content is the rest of the line. Without it, you write several lines: a',
      'line with a single dot ends them, and a line with %cancel gives them up. The',
      'subject is that of the thread.',
    ],
    example: '17 I am in.',
    topic: 'more',
    takes: ['joined', 'number', 'content'],
  },
  async function* (group, args, context) {
    const written = args.messageNumber('number');
    const replyTo = await messageNumber(written, group, context.call);
    if (!args.empty) {
      yield* postMessage({ group, replyTo, content: args.remainder('content') }, context);
      return;
    }
    const parent = await context.call('message.get', { group, number: replyTo });
    yield* writeReply(parent, [], context);
  },
);

export const [groupQuote, quote] = groupCommand(
  {
    named: '%groupquote',
    short: '%quote',
    form: '<number>',
    summary: 'answer below the quoted text',
    details: [
      'Your answer begins with the text of the message, each line after "> ". Write',
      'below it, as with %reply.',
    ],
    example: '17',
    topic: 'more',
    takes: ['joined', 'number'],
  },
  async function* (group, args, context) {
    const written = args.messageNumber('number');
    args.end();
    const number = await messageNumber(written, group, context.call);
    const parent = await context.call('message.get', { group, number });
    yield* writeReply(parent, quoted(parent.content), context);
  },
);

/** Reads a reply line by line, below lines that are already written, and posts it. */
async function* writeReply(
  parent: Pick<FullMessage, 'group' | 'number' | 'sender'>,
  begun: readonly string[],
  context: TextContext,
): AsyncGenerator<string> {
  const { group, number: replyTo, sender } = parent;
  const { style } = context;
  const to = `Write your reply to ${style.strong(String(replyTo))} from ${style.user(sender)}.`;
  yield info(`${to} A line with a single dot ends it, ${context.givingUp}.`, style);
  if (begun.length > 0) yield `${style.content(begun.join('\n'))}\n`;
  const draft = yield* readDraft(context, begun);
  const isUnchanged = begun.length > 0 && draft.text.trim() === begun.join('\n').trim();
  yield* postWritten({ group, replyTo }, isUnchanged ? { ...draft, text: '' } : draft, context);
}

/** The lines of a text, each after `> `, up to limits that leave room for an answer. */
export function quoted(content: string): string[] {
  const lines: string[] = [];
  let bytes = 0;
  for (const line of cleanText(content).trimEnd().split('\n')) {
    const next = `> ${line}`.trimEnd();
    bytes += Buffer.byteLength(next) + 1;
    if (lines.length === limits.quoteLines || bytes > limits.quoteBytes) return [...lines, '> …'];
    lines.push(next);
  }
  return lines;
}

import type { Arguments } from '../../protocol/text/arguments.ts';
import type { TextCommand, TextContext } from '../../protocol/text/command.ts';
import { groupCommand, postMessage } from '../../protocol/text/group-commands.ts';
import { error, info } from '../../protocol/text/render.ts';
import { keepDraft } from '../drafts.ts';
import { editText, type Written } from '../editor.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { asMeant, textEnd } from '../terminal/text-lines.ts';

/**
 * The commands by which someone at a terminal writes messages of several lines: `%post` without
 * content, and `%edit`, each for a group and for `main`.
 */
export function writingCommands(terminal: Terminal): TextCommand[] {
  const post = groupCommand(
    {
      named: '%grouppost',
      short: '%post',
      form: '<subject> [content]',
      summary: 'post a message',
      details: [
        'A subject of several words stands in "double quotes", in which \\" and \\\\ stand',
        'for " and \\. Without content on the line, you write several lines: a line with',
        'a single dot ends them, a line with two stands for one with one, and so on, and',
        'Ctrl-C gives up.',
      ],
      example: '"Lunch on Friday" Who is in?',
      takes: ['joined', 'subject', 'content'],
    },
    async function* (group, args, context) {
      const subject = args.quoted('subject');
      if (!args.empty) {
        yield postMessage({ group, subject, content: args.remainder('content') }, context);
        return;
      }
      await checkMembership(group, context);
      yield info(
        'Write your message. A line with a single dot ends it, Ctrl-C gives it up.',
        context.style,
      );
      yield* writeAndPost({ group, subject }, () => writeLines(terminal), context);
    },
  );
  const edit = groupCommand(
    {
      named: '%groupedit',
      short: '%edit',
      form: '<subject>',
      summary: 'post what you write in $EDITOR',
      details: [
        'Opens $VISUAL, $EDITOR or vi, and posts what you save. An empty text, or an',
        'editor that fails, posts nothing.',
      ],
      example: '"Minutes of Monday"',
      takes: ['joined', 'subject'],
    },
    async function* (group, args: Arguments, context) {
      const subject = args.quoted('subject');
      args.end();
      await checkMembership(group, context);
      yield* writeAndPost({ group, subject }, () => editText(terminal), context);
    },
  );
  return [...post, ...edit];
}

/**
 * Nobody should write to a group for nothing.
 * @throws BoardError where the user is not in it
 */
async function checkMembership(group: string, { call }: TextContext): Promise<void> {
  await call('message.list', { group, limit: 1 });
}

async function writeLines(terminal: Terminal): Promise<Written> {
  const lines: string[] = [];
  for (;;) {
    const line = await terminal.textLine('… ');
    if (line === undefined) return { text: '' };
    if (line === textEnd) return { text: lines.join('\n') };
    lines.push(asMeant(line));
  }
}

/** Whatever comes in between, what was written is not lost. */
async function* writeAndPost(
  message: { group: string; subject: string },
  write: () => Promise<Written>,
  context: TextContext,
): AsyncGenerator<string> {
  const { style } = context;
  const { text, failure } = await write();
  const kept = () => info(`What you wrote is kept in ${keepDraft(text)}.`, style);
  if (failure !== undefined) yield error(failure, style);
  if (text.trim() === '') {
    if (failure === undefined) yield info('Nothing was posted.', style);
  } else if (failure !== undefined) {
    yield kept();
  } else {
    try {
      yield await postMessage({ ...message, content: text }, context);
    } catch (refusal) {
      yield kept();
      throw refusal;
    }
  }
}

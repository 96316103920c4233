import type { TextCommand } from '../../protocol/text/command.ts';
import { groupCommand } from '../../protocol/text/group-command.ts';
import { aboutPost, checkMembership, postWritten } from '../../protocol/text/post-commands.ts';
import { error, info } from '../../protocol/text/render.ts';
import { editText } from '../editor.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `%groupcompose` and `%compose`: write a message in an editor. */
export function composeCommands(terminal: Terminal): TextCommand[] {
  return groupCommand(
    {
      named: '%groupcompose',
      short: '%compose',
      form: '<subject>',
      summary: 'post what you write in $EDITOR',
      details: [
        'Opens $VISUAL, $EDITOR or vi, and posts what you save. An empty text, or an',
        'editor that fails, posts nothing. If the editor returns at once, as those with',
        'a window of their own do, the client waits until you say that you have saved.',
      ],
      example: '"Minutes of Monday"',
      takes: ['joined', 'subject'],
      topic: 'more',
    },
    async function* (group, args, context, thread) {
      const subject = args.quoted('subject');
      args.end();
      await checkMembership(group, context);
      const about = await aboutPost(group, subject, thread, context.call);
      const { text, failure, later, discard } = await editText(terminal, 'posted');
      if (failure !== undefined) yield error(failure, context.style);
      const state = failure === undefined ? 'whole' : 'broken';
      try {
        yield* postWritten(about, { text, state }, context);
        if (later !== undefined) yield info(later, context.style);
      } finally {
        discard();
      }
    },
  );
}

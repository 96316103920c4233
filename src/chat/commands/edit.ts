import { BoardError } from '../../protocol/errors.ts';
import { parseMessageNumber } from '../../protocol/message-number.ts';
import type { Arguments } from '../../protocol/text/arguments.ts';
import type { TextCommand } from '../../protocol/text/command.ts';
import {
  editWords,
  ownMessage,
  sendLine,
  sendWrittenEdit,
} from '../../protocol/text/edit-commands.ts';
import { groupCommand, mainGroup } from '../../protocol/text/group-command.ts';
import { messageNumber } from '../../protocol/text/message-command.ts';
import { error, info } from '../../protocol/text/render.ts';
import { editText } from '../editor.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `%groupedit` and `%edit` at a terminal: without a content they open the message in an editor. */
export function editCommands(terminal: Terminal): TextCommand[] {
  return groupCommand(
    {
      ...editWords,
      details: [
        'The content takes the place of what the message said. Without it, the message',
        'opens in $VISUAL, $EDITOR or vi with its subject in the first line, and what',
        'you save takes its place. Others see that it was edited, and when. With it, a',
        'subject that is the first words of the content changes with them.',
        'To write a new message in an editor, type %compose <subject>.',
      ],
    },
    async function* (group, args, context) {
      const number = await messageNumber(numberIn(args, group), group, context.call);
      if (!args.empty) {
        yield* sendLine({ group, number, content: args.remainder('content') }, context);
        return;
      }
      const found = await ownMessage(group, number, context);
      const { revision } = found;
      const { text, failure, later, discard } = await editText(terminal, 'changed', asText(found));
      if (failure !== undefined) yield error(failure, context.style);
      const written = fromText(text);
      const isSame =
        written.subject === found.subject && written.content === found.content.trimEnd();
      const state = failure !== undefined ? 'broken' : isSame ? 'cancelled' : 'whole';
      const about = {
        group,
        number,
        revision,
        ...(written.subject && { subject: written.subject }),
      };
      try {
        const draft = { text: isSame ? '' : written.content, state } as const;
        yield* sendWrittenEdit(about, draft, context);
        if (later !== undefined) yield info(later, context.style);
      } finally {
        discard();
      }
    },
  );
}

/** `%edit` was the word for `%compose`. @throws BoardError `INVALID_PARAMS`, which says so for a word */
function numberIn(args: Arguments, group: string): number | 'last' {
  const word = args.word('number');
  const number = parseMessageNumber(word);
  if (number !== undefined) return number;
  const compose = group === mainGroup ? '%compose' : '%groupcompose <group>';
  throw new BoardError(
    'INVALID_PARAMS',
    `Wrong arguments: the number of the message is missing. To write a new message in your editor, type ${compose} <subject>.`,
  );
}

const subjectLine = /^Subject:[ \t]*(.*)(?:\r?\n|$)(?:\r?\n)?/i;

function asText({ subject, content }: { subject: string; content: string }): string {
  return `Subject: ${subject}\n\n${content}\n`;
}

/** Without its first line, a text has no subject, and that of the message stays. */
function fromText(text: string): { subject: string | undefined; content: string } {
  const [line = '', subject] = subjectLine.exec(text) ?? [];
  return { subject: subject?.trim() || undefined, content: text.slice(line.length) };
}

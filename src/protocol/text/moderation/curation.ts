import type { TextCommand } from '../command.ts';
import { groupCommand } from '../group-command.ts';
import { messageNumber } from '../message-command.ts';
import { success } from '../render.ts';
import { groupOrHere } from './group-argument.ts';
import { renderPins } from './render.ts';

interface CurationWords {
  readonly word: string;
  readonly method: 'thread.close' | 'thread.reopen' | 'message.pin' | 'message.unpin';
  readonly summary: string;
  readonly details: readonly string[];
  readonly undoes?: true;
  /** What the answer says. */
  done(number: string, group: string): string;
}

/** A command of moderators on a message or a thread, in both forms. */
function curation({ word, method, done, ...words }: CurationWords) {
  return groupCommand(
    {
      ...words,
      named: `%group${word}`,
      short: `%${word}`,
      form: '<number>',
      example: '17',
      topic: 'moderation',
      takes: ['joined', 'number'],
      acceptsGroup: true,
    },
    async function* (ref, args, { call, style }) {
      const written = args.messageNumber('number');
      args.end();
      const number = await messageNumber(written, ref, call);
      const isThread = method === 'thread.close' || method === 'thread.reopen';
      const done_ = isThread
        ? await call(method, { group: ref, thread: number })
        : await call(method, { group: ref, number });
      const shown = 'thread' in done_ ? done_.thread : number;
      yield success(done(style.strong(String(shown)), style.group(done_.group)), style);
    },
  );
}

export const [groupClose, close] = curation({
  word: 'close',
  method: 'thread.close',
  summary: 'let only moderators reply in a thread',
  details: ['The number of any message of the thread will do.'],
  done: (thread, group) => `Thread ${thread} of ${group} is closed. %reopen undoes it.`,
});

export const [groupReopen, reopen] = curation({
  word: 'reopen',
  method: 'thread.reopen',
  summary: 'undo %close',
  details: [],
  undoes: true,
  done: (thread, group) => `Thread ${thread} of ${group} is open.`,
});

export const [groupPin, pin] = curation({
  word: 'pin',
  method: 'message.pin',
  summary: 'show a message to who comes in',
  details: ['A group has at most five pinned messages: %pins lists them, %go shows them.'],
  done: (number, group) => `Message ${number} of ${group} is pinned. %unpin undoes it.`,
});

export const [groupUnpin, unpin] = curation({
  word: 'unpin',
  method: 'message.unpin',
  summary: 'undo %pin',
  details: [],
  undoes: true,
  done: (number, group) => `Message ${number} of ${group} is not pinned.`,
});

export const pins: TextCommand = {
  words: ['%pins'],
  form: '[group]',
  topic: 'moderation',
  summary: 'the messages that are pinned',
  example: 'news',
  takes: ['joined'],
  async *run(args, context) {
    const group = groupOrHere(args, context);
    args.end();
    yield renderPins(await context.call('group.show', { group }), context.style);
  },
};

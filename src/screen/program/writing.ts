import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { firstWords } from '../../protocol/text/first-words.ts';
import { quoted } from '../../protocol/text/reply-commands.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { Complete } from '../widgets/completing.ts';
import { Composer } from '../widgets/composer.ts';
import type { Draft, DraftStore } from '../widgets/drafts.ts';
import type { Dialogue } from './dialogue.ts';
import type { Groups } from './groups.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';

interface WritingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly dialogue: Dialogue;
  readonly keys: KeyTable;
  readonly drafts: DraftStore;
  readonly complete: Complete;
  /** Lends the terminal to the user's editor. */
  readonly editor?: ((text: string) => Promise<string | undefined>) | undefined;
  readonly say: (text: string) => void;
}

interface Letter {
  /** Under which the draft is kept. */
  readonly place: string;
  readonly title: string;
  readonly begun: Draft;
  readonly hasSubject: boolean;
  /** @returns what the user is told */
  readonly send: (draft: Draft) => Promise<string>;
}

/** Writes messages: replies, threads, edits. A text that is not sent is kept as a draft. */
export class Writing {
  /** The box that is open, with the place of its draft. */
  private box: { readonly composer: Composer; readonly place: string } | undefined;

  constructor(private readonly options: WritingOptions) {}

  /** Replies to the message under the cursor. */
  async reply(isQuoting: boolean): Promise<void> {
    const { reader, groups, board } = this.options;
    const { group, number } = reader.selected;
    const name = groups.nameOf(group);
    const message = isQuoting ? await reader.message() : reader.shown?.message;
    const text = isQuoting && message ? `${quoted(message.content).join('\n')}\n` : '';
    const of = message ? ` of ${message.sender}` : '';
    this.write({
      place: `${name}#${number}`,
      title: `Reply to #${number}${of} in ${name}`,
      begun: { text },
      hasSubject: false,
      send: async ({ text: content }) => {
        const posted = await board.post(group, undefined, content, { replyTo: number });
        reader.posted(group, posted);
        return `Your reply is message ${posted.number} of ${name}.`;
      },
    });
  }

  /** Begins a thread in the group, or writes in the direct conversation. */
  newThread(): void {
    const { reader, groups, board } = this.options;
    const { group } = reader;
    const name = group === undefined ? '' : groups.nameOf(group);
    if (group === undefined || name === '') throw new NothingHere('There is no group here.');
    const isDirect = isDirectName(name);
    this.write({
      place: name,
      title: isDirect ? `Message to ${name.slice(1)}` : `New thread in ${name}`,
      begun: { text: '' },
      hasSubject: !isDirect,
      send: async ({ subject = '', text }) => {
        const posted = await board.post(group, isDirect ? firstWords(text) : subject.trim(), text);
        reader.posted(group, posted);
        return `Posted as message ${posted.number} of ${name}.`;
      },
    });
  }

  /** Edits the message under the cursor. */
  async edit(): Promise<void> {
    const { reader, groups, board } = this.options;
    const { group, number } = reader.selected;
    const message = await reader.message();
    if (!message) return;
    if (message.senderId !== groups.userId) {
      throw new NothingHere('You can edit your own messages only.');
    }
    const name = groups.nameOf(group);
    this.write({
      place: `${name}#${number} edit`,
      title: `Edit #${number} in ${name}`,
      begun: { subject: message.subject, text: message.content },
      hasSubject: true,
      send: async ({ subject = message.subject, text: content }) => {
        const { revision } = message;
        const given = { group, number, subject: subject.trim(), content, revision };
        const {
          groupId,
          group: _,
          revision: now,
          ...header
        } = await board.call('message.edit', given);
        reader.edited(groupId, { ...message, ...header, content, revision: now });
        return `Message ${number} of ${name} says that now.`;
      },
    });
  }

  /** A text for a command that takes several lines. @returns undefined if the user gives it up */
  text(title: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.write(
        {
          place: `:${title}`,
          title: `:${title}`,
          begun: { text: '' },
          hasSubject: false,
          send: async ({ text }) => {
            resolve(text);
            return '';
          },
        },
        () => resolve(undefined),
      );
    });
  }

  /** Keeps what is in the box, because the screen ends. */
  keep(): void {
    if (!this.box) return;
    const { composer, place } = this.box;
    this.options.drafts.set(place, nonEmpty(composer.draft));
  }

  private write(letter: Letter, givenUp: () => void = () => {}): void {
    const { dialogue, keys, drafts, complete, editor, say, board } = this.options;
    const { place, title, begun, hasSubject } = letter;
    let isSending = false;
    const close = () => {
      dialogue.close(composer);
      this.box = undefined;
    };
    const send = async (draft: Draft) => {
      if (isSending) return;
      isSending = true;
      // Until the board has it, the text is nowhere else.
      drafts.set(place, draft);
      if (!board.connected) composer.refuse('There is no connection: it is sent when it is back.');
      try {
        const done = await letter.send(draft);
        drafts.set(place, undefined);
        close();
        if (done !== '') say(done);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (this.box?.composer === composer) composer.refuse(why);
        else say(why);
      } finally {
        isSending = false;
      }
    };
    const composer: Composer = new Composer({
      title,
      draft: drafts.get(place) ?? begun,
      hasSubject,
      keys,
      complete,
      ...(editor && { editor }),
      send: (draft) => void send(draft),
      keep: (draft) => {
        const isUntouched = draft.text === begun.text && draft.subject === begun.subject;
        const said = drafts.set(place, isUntouched ? undefined : nonEmpty(draft));
        close();
        givenUp();
        say(said);
      },
      redraw: () => dialogue.redraw(),
    });
    this.box = { composer, place };
    dialogue.open(composer, true, () => {
      this.keep();
      this.box = undefined;
      givenUp();
    });
  }
}

function nonEmpty(draft: Draft): Draft | undefined {
  return draft.text.trim() === '' && (draft.subject ?? '').trim() === '' ? undefined : draft;
}

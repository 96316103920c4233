import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Notice } from '../../protocol/schemas.ts';
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
  /** Under which the draft is kept. It follows the name of the group. */
  readonly place: () => string;
  /** What is written and where, the longest form first. */
  readonly titles: () => readonly string[];
  /** Why it cannot be sent, if that is known. */
  readonly refusal?: () => string | undefined;
  /** The message that it replies to, or that it edits. */
  readonly target?: { readonly group: number; readonly number: number };
  readonly begun: Draft;
  readonly hasSubject: boolean;
  /** @returns what the user is told */
  readonly send: (draft: Draft) => Promise<string>;
}

/** Writes messages: replies, threads, edits. A text that is not sent is kept as a draft. */
export class Writing {
  /** The box that is open, with the place of its draft. */
  private box: { readonly composer: Composer; readonly letter: Letter } | undefined;

  /** Why the box cannot be sent any more, though the user may still write there. */
  private lost: string | undefined;

  constructor(private readonly options: WritingOptions) {}

  /** The message that the box is about may be gone. */
  take({ method, params }: Notice): void {
    const target = this.box?.letter.target;
    if (!target || !('groupId' in params) || params.groupId !== target.group) return;
    if (method === 'message.deleted' && params.number === target.number) this.lose(params.group);
    // The notice does not say which messages are left.
    if (method === 'messages.purged' && target.number <= params.last) void this.check(target);
  }

  /** Replies to the message under the cursor. */
  async reply(isQuoting: boolean): Promise<void> {
    const { reader, groups, board } = this.options;
    const { group, number } = reader.selected;
    const { thread = number } = reader.row ?? {};
    const refusal = () => groups.permissions.refusalOfReply(group, thread);
    require(refusal());
    const message = isQuoting ? await reader.message() : reader.shown?.message;
    const text = isQuoting && message ? `${quoted(message.content).join('\n')}\n` : '';
    const of = message ? ` of ${message.sender}` : '';
    const name = this.nameOf(group);
    this.write({
      place: () => `${name()}#${number}`,
      titles: () => [
        `Reply to #${number}${of} in ${name()}`,
        `Reply to #${number} in ${name()}`,
        `#${number} in ${name()}`,
      ],
      refusal,
      target: { group, number },
      begun: { text },
      hasSubject: false,
      send: async ({ text: content }) => {
        const posted = await board.post(group, undefined, content, { replyTo: number });
        reader.posted(group, posted);
        return `Your reply is message ${posted.number} of ${posted.group}.`;
      },
    });
  }

  /** Begins a thread in the group, or writes in the direct conversation. */
  newThread(): void {
    const { reader, groups, board } = this.options;
    const { group } = reader;
    if (group === undefined || !groups.find(group)) {
      throw new NothingHere('There is no group here.');
    }
    const refusal = () => groups.permissions.refusalOfThread(group);
    require(refusal());
    const name = this.nameOf(group);
    const isDirect = isDirectName(name());
    this.write({
      place: name,
      titles: () => [
        isDirect ? `Message to ${userOfDirectName(name())}` : `New thread in ${name()}`,
        name(),
      ],
      refusal,
      begun: { text: '' },
      hasSubject: !isDirect,
      send: async ({ subject = '', text }) => {
        const posted = await board.post(group, isDirect ? firstWords(text) : subject.trim(), text);
        reader.posted(group, posted);
        return `Posted as message ${posted.number} of ${posted.group}.`;
      },
    });
  }

  /** Edits the message under the cursor. */
  async edit(): Promise<void> {
    const { reader, groups, board } = this.options;
    const { group, number } = reader.selected;
    const message = await reader.message();
    if (!message) return;
    const { senderId } = message;
    const refusal = () => groups.permissions.refusalOfEdit(group, number, senderId);
    require(refusal());
    const name = this.nameOf(group);
    this.write({
      place: () => `${name()}#${number} edit`,
      titles: () => [`Edit #${number} in ${name()}`],
      refusal,
      target: { group, number },
      begun: { subject: message.subject, text: message.content },
      hasSubject: true,
      send: async ({ subject = message.subject, text: content }) => {
        const { revision } = message;
        const given = { group, number, subject: subject.trim(), content, revision };
        const {
          groupId,
          group: named,
          revision: now,
          ...header
        } = await board.call('message.edit', given);
        reader.edited(groupId, { ...message, ...header, content, revision: now });
        return `Message ${number} of ${named} says that now.`;
      },
    });
  }

  /** A text for a command that takes several lines. @returns undefined if the user gives it up */
  text(title: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.write(
        {
          place: () => `:${title}`,
          titles: () => [`:${title}`],
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
    const { composer, letter } = this.box;
    this.options.drafts.set(letter.place(), nonEmpty(composer.draft));
  }

  /** The name of a group now. After the user has left it, the last one. */
  private nameOf(group: number): () => string {
    let name = '';
    return () => {
      name = this.options.groups.nameOf(group) || name;
      return name;
    };
  }

  private async check(target: { readonly group: number; readonly number: number }): Promise<void> {
    try {
      await this.options.board.call('message.get', target);
    } catch (error) {
      if (!(error instanceof BoardError) || error.code !== 'MESSAGE_NOT_FOUND') return;
      if (this.box?.letter.target === target) this.lose(this.options.groups.nameOf(target.group));
    }
  }

  private lose(group: string): void {
    const { target } = this.box?.letter ?? {};
    this.lost = `Message ${target?.number} of ${group} was deleted. Your text stays a draft.`;
    this.options.dialogue.redraw();
  }

  private write(letter: Letter, givenUp: () => void = () => {}): void {
    const { dialogue, keys, drafts, complete, editor, say, board } = this.options;
    const { titles, begun, hasSubject } = letter;
    const place = () => letter.place();
    let isSending = false;
    this.lost = undefined;
    const close = () => {
      dialogue.close(composer);
      this.box = undefined;
    };
    const send = async (draft: Draft) => {
      if (isSending) return;
      isSending = true;
      // Until the board has it, the text is nowhere else.
      drafts.set(place(), draft);
      if (!board.connected) composer.refuse('There is no connection: it is sent when it is back.');
      try {
        const done = await letter.send(draft);
        drafts.set(place(), undefined);
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
      titles,
      refusal: () => this.lost ?? letter.refusal?.(),
      lasts: drafts.lasts,
      draft: drafts.get(place()) ?? begun,
      hasSubject,
      keys,
      complete,
      ...(editor && { editor }),
      send: (draft) => void send(draft),
      keep: (draft) => {
        const isUntouched = draft.text === begun.text && draft.subject === begun.subject;
        const said = drafts.set(place(), isUntouched ? undefined : nonEmpty(draft));
        close();
        givenUp();
        say(said);
      },
      redraw: () => dialogue.redraw(),
    });
    this.box = { composer, letter };
    dialogue.open(composer, true, () => {
      this.keep();
      this.box = undefined;
      givenUp();
    });
  }
}

/** @throws NothingHere if there is a refusal */
function require(refusal: string | undefined): void {
  if (refusal !== undefined) throw new NothingHere(refusal);
}

function nonEmpty(draft: Draft): Draft | undefined {
  return draft.text.trim() === '' && (draft.subject ?? '').trim() === '' ? undefined : draft;
}

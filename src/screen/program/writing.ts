import type { BoardClient } from '../../client/board-client.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Notice } from '../../protocol/schemas.ts';
import { quoted } from '../../protocol/text/reply-commands.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { Complete } from '../widgets/completing.ts';
import { Composer } from '../widgets/composer.ts';
import type { Draft } from '../widgets/drafts.ts';
import type { Dialogue } from './dialogue.ts';
import type { Groups } from './groups.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import { type Letter, Letters } from './letters.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';
import { inScreen } from './screen-words.ts';

// How long after a change a text that is being written is kept, in milliseconds.
const keepPause = 2000;

interface WritingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly dialogue: Dialogue;
  readonly keys: KeyTable;
  readonly drafts: KeptDrafts;
  readonly complete: Complete;
  /** Lends the terminal to the user's editor. */
  readonly editor?: ((text: string) => Promise<string | undefined>) | undefined;
  readonly say: (text: string) => void;
}

/** A box with the text that is written in it. */
interface Box {
  readonly composer: Composer;
  readonly letter: Letter;
}

/** Writes messages: replies, threads, edits. A text that is not sent is kept as a draft. */
export class Writing {
  /** The box that is open. */
  private box: Box | undefined;
  private keeping: NodeJS.Timeout | undefined;
  /** Why the box cannot be sent any more, though the user may still write there. */
  private lost: string | undefined;
  private readonly letters: Letters;

  constructor(private readonly options: WritingOptions) {
    this.letters = new Letters(options);
  }

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
    const { reader } = this.options;
    const { group, number } = reader.selected;
    const { thread = number } = reader.row ?? {};
    const target = { group, number, thread };
    const { sender } = reader.shown?.message ?? {};
    requireNone(this.letters.reply(target, { sender, text: '' }));
    const quote = isQuoting ? quoted((await reader.message()).content) : [];
    this.write(
      this.letters.reply(target, { sender, text: quote.map((line) => `${line}\n`).join('') }),
    );
  }

  /** Begins a thread in the group, or writes in the direct conversation. */
  newThread(): void {
    const { reader, groups } = this.options;
    const { group } = reader;
    if (group === undefined || !groups.find(group)) {
      throw new NothingHere('There is no group here.');
    }
    const letter = this.letters.thread(group);
    requireNone(letter);
    this.write(letter);
  }

  /** Writes the first message to a user. */
  direct(user: string): void {
    this.write(this.letters.direct(user));
  }

  /** Edits the message under the cursor. */
  async edit(): Promise<void> {
    const letter = this.letters.edit(await this.options.reader.message());
    requireNone(letter);
    this.write(letter);
  }

  /** Goes on with a draft. If it cannot be sent any more, it is shown with the reason. */
  async goOn(place: string): Promise<void> {
    const draft = this.options.drafts.get(place);
    if (!draft) throw new NothingHere('This draft is gone.');
    this.write(await this.letters.from(place, draft));
  }

  /**
   * A text for a command that takes several lines. Its draft is kept until `textTaken`, because the board may refuse the command.
   * @returns undefined if the user gives it up
   */
  text(title: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.write(
        {
          place: () => commandPlace(title),
          titles: () => [`:${title}`],
          begun: { text: '' },
          hasSubject: false,
          send: async ({ text }) => {
            resolve(text);
            return '';
          },
          outlivesSending: true,
        },
        () => resolve(undefined),
      );
    });
  }

  /** The board has taken the text of a command. */
  textTaken(title: string): void {
    const { drafts } = this.options;
    const place = commandPlace(title);
    if (drafts.get(place)) drafts.set(place, undefined);
  }

  /** Keeps what is in the box, because the screen ends. */
  stop(): void {
    clearTimeout(this.keeping);
    if (this.box) this.keep(this.box);
  }

  /** Keeps what is in a box, unless nothing was written there. @returns what the user is told */
  private keep({ composer, letter }: Box): string {
    const { draft } = composer;
    const kept = isSame(draft, letter.begun) ? undefined : nonEmpty(draft);
    return this.options.drafts.set(letter.place(), kept);
  }

  /** A box is closed, or another one has taken its place. */
  private closed(box: Box): void {
    if (this.box !== box) return;
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.box = undefined;
  }

  /** Keeps what is being written within some seconds, because the program, or the board, may be killed. */
  private keepSoon(): void {
    this.keeping ??= setTimeout(() => {
      this.keeping = undefined;
      if (this.box) this.keep(this.box);
    }, keepPause).unref();
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
    // The new box may be for the same place, and begins with what was written there.
    if (this.box) this.keep(this.box);
    const close = () => {
      dialogue.close(composer);
      this.closed(box);
    };
    const send = async (draft: Draft) => {
      if (isSending) return;
      isSending = true;
      // Until the board has it, the text is nowhere else.
      drafts.set(place(), draft);
      const kept = drafts.get(place());
      if (!board.connected) {
        composer.refuse('There is no connection. The text is sent when it is back.');
      }
      try {
        const done = await letter.send(draft);
        // The user may have closed the box meanwhile, and written something else there.
        const now = drafts.get(place());
        if (!letter.outlivesSending && now && kept && isSame(now, kept)) {
          drafts.set(place(), undefined);
        }
        close();
        if (done !== '') say(done);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (this.box?.composer === composer) composer.refuse(inScreen(why));
        else say(inScreen(why));
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
      isSending: () => isSending,
      send: (draft) => void send(draft),
      keep: () => {
        const said = this.keep(box);
        close();
        givenUp();
        say(said);
      },
      pressed: () => this.keepSoon(),
      redraw: () => dialogue.redraw(),
    });
    const box: Box = { composer, letter };
    this.box = box;
    dialogue.open(composer, true, () => {
      this.keep(box);
      this.closed(box);
      givenUp();
    });
  }
}

/** @throws NothingHere if it is known that the letter cannot be sent */
function requireNone({ refusal }: Letter): void {
  const why = refusal?.();
  if (why !== undefined) throw new NothingHere(why);
}

function commandPlace(title: string): string {
  return `:${title}`;
}

function isSame(one: Draft, other: Draft): boolean {
  return one.text === other.text && one.subject === other.subject;
}

function nonEmpty(draft: Draft): Draft | undefined {
  return draft.text.trim() === '' && (draft.subject ?? '').trim() === '' ? undefined : draft;
}

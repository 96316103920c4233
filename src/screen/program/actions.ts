import type { BoardClient } from '../../client/board-client.ts';
import type { Notice } from '../../protocol/schemas.ts';
import type { ActionName } from '../keys/actions.ts';
import type { HelpPlace } from '../keys/help.ts';
import type { Hint, KeyTable } from '../keys/key-table.ts';
import { Acts } from './acts.ts';
import { Attention } from './attention.ts';
import { CommandLine } from './command-line.ts';
import type { Dialogue } from './dialogue.ts';
import { DraftIndex } from './draft-index.ts';
import { Finding } from './finding.ts';
import { FoundIndex } from './found-index.ts';
import { Going } from './going.ts';
import type { Groups } from './groups.ts';
import { infoText } from './info.ts';
import { JoinIndex } from './join-index.ts';
import { draftPlace, type KeptDrafts } from './kept-drafts.ts';
import { Moves } from './moves.ts';
import { NothingHere } from './nothing-here.ts';
import type { Reader } from './reader.ts';
import { Writing } from './writing.ts';

/** What the terminal can do for the user. */
export interface TerminalUse {
  /** Draws everything again, whatever is on the terminal. */
  readonly repaint: () => void;
  /** Copies a text to the clipboard of the person at the terminal. */
  readonly copy: (text: string) => void;
  /** Stops the program until the user brings it back. Undefined where nobody can. */
  readonly suspend?: (() => Promise<void>) | undefined;
  /** Lends the terminal to the user's editor. */
  readonly editor?: ((text: string) => Promise<string | undefined>) | undefined;
}

interface ActionsOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly dialogue: Dialogue;
  readonly keys: KeyTable;
  readonly drafts: KeptDrafts;
  readonly terminal: TerminalUse;
  readonly zone: string | undefined;
  readonly columns: () => number;
  readonly say: (text: string) => void;
  readonly failed: (error: unknown) => void;
  readonly leave: () => void;
}

// Keys with which the user goes somewhere of their own accord.
const journeyEnds: ReadonlySet<ActionName> = new Set(['go', 'search', 'limit', 'mentions']);
const links = /https?:\/\/[^\s<>"'`]+/i;

/** Carries out what keys do in the panes. */
export class Actions {
  private readonly acts: Acts;
  private readonly attention: Attention;
  private readonly commandLine: CommandLine;
  private readonly finding: Finding;
  private readonly going: Going;
  private readonly moves: Moves;
  private readonly writing: Writing;

  constructor(private readonly options: ActionsOptions) {
    this.acts = new Acts(options);
    const attention = new Attention(options);
    const finding = new Finding(options);
    const writing = new Writing({
      ...options,
      editor: options.terminal.editor,
      complete: (before) => this.commandLine.complete(before),
    });
    const going = new Going({ ...options, finding, write: (user) => writing.direct(user) });
    const askToLeave = () => this.askToLeave();
    const goOnWith = (place: string) => this.goOnWith(place);
    this.moves = new Moves({ ...options, attention, finding, going, goOnWith, askToLeave });
    this.commandLine = new CommandLine({ ...options, writing });
    this.attention = attention;
    this.finding = finding;
    this.going = going;
    this.writing = writing;
  }

  /** Keeps what is being written, because the screen ends. */
  stop(): void {
    this.writing.stop();
  }

  act(action: ActionName): Promise<void> | undefined {
    if (journeyEnds.has(action)) this.attention.end();
    return this.moves.act(action) ?? this.work(action);
  }

  private work(action: ActionName): Promise<void> | undefined {
    const { terminal, dialogue } = this.options;
    switch (action) {
      case 'reply':
        return this.writing.reply(false);
      case 'reply-quoting':
        return this.writing.reply(true);
      case 'new-thread':
        this.writing.newThread();
        return undefined;
      case 'edit':
        return this.writing.edit();
      case 'delete':
        return this.delete();
      case 'catch-up-thread':
        return this.acts.catchUpThread();
      case 'catch-up-group':
        return this.acts.catchUpGroup();
      case 'undo':
        return this.acts.undo();
      case 'mark-unread':
        return this.acts.markUnread();
      case 'mute':
        return this.acts.mute();
      case 'copy':
        return this.copy();
      case 'search':
        return this.finding.search();
      case 'limit':
        return this.finding.limit();
      case 'go':
        return this.going.ask();
      case 'info':
        return this.info();
      case 'command':
        return this.commandLine.ask();
      case 'help':
        dialogue.help(this.helpPlace);
        return undefined;
      case 'redraw':
        terminal.repaint();
        return undefined;
      case 'suspend':
        if (!terminal.suspend) throw new NothingHere('This screen cannot be stopped.');
        return terminal.suspend();
      case 'leave':
        return this.askToLeave();
      default:
        return undefined;
    }
  }

  take(notice: Notice): void {
    this.writing.take(notice);
  }

  /** What the last row shows: the keys that newcomers need, as far as they do something here. */
  get hints(): Hint[] {
    const { keys, reader } = this.options;
    const hints = keys.hints(reader.focus).filter(({ action }) => this.works(action));
    const [key] = keys.keysOf('open', 'index');
    if (this.helpPlace !== 'joinable' || !reader.row || key === undefined) return hints;
    return [{ action: 'open', key, word: 'join' }, ...hints];
  }

  private works(action: ActionName): boolean {
    const { reader, groups } = this.options;
    const { permissions } = groups;
    const { shown, row, group } = reader;
    switch (action) {
      case 'next':
        return this.helpPlace !== 'joinable';
      case 'reply': {
        if (shown?.problem !== '') return false;
        const { thread = shown.number } = row ?? {};
        return permissions.refusalOfReply(shown.group, thread) === undefined;
      }
      case 'new-thread':
        return group !== undefined && permissions.refusalOfThread(group) === undefined;
      default:
        return true;
    }
  }

  private get helpPlace(): HelpPlace {
    const { focus, index } = this.options.reader;
    if (focus !== 'index') return focus;
    if (index instanceof JoinIndex) return 'joinable';
    if (index instanceof DraftIndex) return 'drafts';
    return index instanceof FoundIndex ? 'found' : 'index';
  }

  /** The text of a command is not sent by itself, so the command is typed again. */
  private goOnWith(place: string): Promise<void> {
    const where = draftPlace(place);
    return where.to === 'command' ? this.commandLine.ask(where.command) : this.writing.goOn(place);
  }

  private async askToLeave(): Promise<void> {
    const { dialogue, drafts, leave } = this.options;
    const places = drafts.places().filter((place) => drafts.get(place));
    const kept = places.length === 0 ? '' : `${draftsOf(places)} kept ${drafts.lasts}. `;
    if (await dialogue.confirm(`${kept}Leave the board?`)) leave();
  }

  private async delete(): Promise<void> {
    const { reader, groups, dialogue, say } = this.options;
    const { group, number } = reader.selected;
    const { senderId } = reader.shown?.message ?? {};
    const refusal = groups.permissions.refusalOfDelete(group, number, senderId);
    if (refusal !== undefined) throw new NothingHere(refusal);
    const where = `${groups.nameOf(group)}#${number}`;
    if (await dialogue.confirm(`Delete ${where}? Nobody can bring it back.`)) {
      await this.acts.delete({ group, number });
    } else say('Nothing was deleted.');
  }

  private async copy(): Promise<void> {
    const { reader, groups, dialogue, terminal, say } = this.options;
    const { group, number } = reader.selected;
    const name = `${groups.nameOf(group)}#${number}`;
    const { content } = await reader.message();
    const [link] = links.exec(content) ?? [];
    const choices = [`n ${name}`, 't the text', ...(link === undefined ? [] : ['l the link'])];
    const key = await dialogue.ask(`Copy: ${choices.join(', ')}?`);
    const text = key === 'n' ? name : key === 't' ? content : key === 'l' ? link : undefined;
    if (text === undefined) {
      say('Nothing was copied.');
      return;
    }
    terminal.copy(text);
    say('Copied, if your terminal lets programs do that.');
  }

  private async info(): Promise<void> {
    const { reader, groups, dialogue } = this.options;
    const { group, shown } = reader;
    if (group === undefined) throw new NothingHere('There is no group here.');
    const edited = shown?.message?.editedAt === undefined ? undefined : shown.number;
    const name = groups.nameOf(group);
    dialogue.page(name, await infoText(this.commandLine.commands, { group, name, edited }));
  }
}

// Places of drafts that the question names.
const mostNamed = 3;

/** `2 drafts (news, news#17) are` */
function draftsOf(places: readonly string[]): string {
  const names = places.slice(0, mostNamed).join(', ');
  const more = places.length > mostNamed ? ', …' : '';
  const count = places.length === 1 ? '1 draft' : `${places.length} drafts`;
  return `${count} (${names}${more}) ${places.length === 1 ? 'is' : 'are'}`;
}

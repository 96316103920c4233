import type { BoardClient } from '../../client/board-client.ts';
import type { ActionName } from '../keys/actions.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { DraftStore } from '../widgets/drafts.ts';
import { HelpPage } from '../widgets/help-page.ts';
import { Acts } from './acts.ts';
import { Attention } from './attention.ts';
import { CommandLine } from './command-line.ts';
import type { Dialogue } from './dialogue.ts';
import { Finding } from './finding.ts';
import { Going } from './going.ts';
import type { Groups } from './groups.ts';
import { infoText } from './info.ts';
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
  readonly drafts: DraftStore;
  readonly terminal: TerminalUse;
  readonly zone: string | undefined;
  readonly columns: () => number;
  readonly say: (text: string) => void;
  readonly failed: (error: unknown) => void;
  /** Resolves when the next frame was drawn. */
  readonly nextFrame: () => Promise<void>;
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
    const going = new Going({ ...options, finding });
    const writing = new Writing({
      ...options,
      editor: options.terminal.editor,
      complete: (before) => this.commandLine.complete(before),
    });
    const askToLeave = () => this.askToLeave();
    this.moves = new Moves({ ...options, attention, finding, going, askToLeave });
    this.commandLine = new CommandLine({ ...options, writing });
    this.attention = attention;
    this.finding = finding;
    this.going = going;
    this.writing = writing;
  }

  /** Keeps what is being written, because the screen ends. */
  stop(): void {
    this.writing.keep();
  }

  act(action: ActionName): Promise<void> | undefined {
    if (journeyEnds.has(action)) this.attention.end();
    return this.moves.act(action) ?? this.work(action);
  }

  private work(action: ActionName): Promise<void> | undefined {
    const { reader, keys, terminal, dialogue } = this.options;
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
      case 'help': {
        const page: HelpPage = new HelpPage(keys, reader.focus, () => dialogue.close(page));
        dialogue.open(page);
        return undefined;
      }
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

  private async askToLeave(): Promise<void> {
    const { dialogue, leave } = this.options;
    if (await dialogue.confirm('Leave the board?')) leave();
  }

  private async delete(): Promise<void> {
    const { reader, groups, dialogue, say } = this.options;
    const { group, number } = reader.selected;
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

import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import type { Place } from '../../protocol/text/place.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { askTwice } from '../../terminal/ask-twice.ts';
import { complete } from '../../terminal/completer.ts';
import type { Completion } from '../../terminal/completion.ts';
import type { ActionName } from '../keys/actions.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { groupRows } from '../panes/groups-pane.ts';
import type { Pane } from '../panes/layout.ts';
import type { DraftStore } from '../widgets/drafts.ts';
import { HelpPage } from '../widgets/help-page.ts';
import { Acts } from './acts.ts';
import { Attention } from './attention.ts';
import { Commands } from './commands.ts';
import type { Dialogue } from './dialogue.ts';
import { Finding } from './finding.ts';
import { Going } from './going.ts';
import type { Groups } from './groups.ts';
import { infoText } from './info.ts';
import { JoinIndex } from './join-index.ts';
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
const panes: readonly Pane[] = ['groups', 'index', 'message'];
const links = /https?:\/\/[^\s<>"'`]+/i;
const secretLimit = limits.password;

/** Carries out what keys do in the panes. */
export class Actions {
  private readonly acts: Acts;
  private readonly attention: Attention;
  private readonly commands: Commands;
  private readonly finding: Finding;
  private readonly going: Going;
  private readonly writing: Writing;
  private readonly typedCommands: string[] = [];

  constructor(private readonly options: ActionsOptions) {
    const { dialogue, terminal, zone, columns, leave } = options;
    this.acts = new Acts(options);
    this.attention = new Attention(options);
    this.finding = new Finding(options);
    this.going = new Going({ ...options, finding: this.finding });
    this.writing = new Writing({
      ...options,
      editor: terminal.editor,
      complete: (before) => this.complete(before),
    });
    this.commands = new Commands({
      board: options.board,
      columns,
      zone,
      place: () => this.place,
      confirm: (question) => dialogue.confirm(question.replace(/\s*\(y\/N\)\s*$/, '')),
      secret: (prompt, chosen) => this.secret(prompt, chosen),
      write: (title) => this.writing.text(title),
      leave,
    });
  }

  /** Keeps what is being written, because the screen ends. */
  stop(): void {
    this.writing.keep();
  }

  act(action: ActionName): Promise<void> | undefined {
    if (journeyEnds.has(action)) this.attention.end();
    return this.move(action) ?? this.work(action);
  }

  /** Keys that move. */
  private move(action: ActionName): Promise<void> | undefined {
    const { reader } = this.options;
    switch (action) {
      case 'next':
        return this.space();
      case 'page-back':
        return this.turnPage(-1);
      case 'page-forward':
        return this.turnPage(1);
      case 'down':
        return this.step(1);
      case 'up':
        return this.step(-1);
      case 'next-thread':
        reader.moveThread(1);
        return undefined;
      case 'previous-thread':
        reader.moveThread(-1);
        return undefined;
      case 'next-unread':
        return reader.nextThread(1);
      case 'previous-unread':
        return reader.nextThread(-1);
      case 'open':
        return this.open();
      case 'back':
        this.back();
        return undefined;
      case 'pane':
        this.turnPane(1);
        return undefined;
      case 'pane-back':
        this.turnPane(-1);
        return undefined;
      case 'first':
        return this.toEnd('start');
      case 'last':
        return this.toEnd('end');
      case 'attention':
        return this.attention.go();
      case 'mentions':
        return this.finding.mentions();
      default:
        return undefined;
    }
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
        return this.command();
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

  /** A message counts as read only after it was on the screen, so the next key waits for the frame. */
  private async space(): Promise<void> {
    const { reader, nextFrame } = this.options;
    await reader.space();
    await reader.loaded();
    await nextFrame();
  }

  private turnPage(direction: 1 | -1): Promise<void> | undefined {
    const { reader } = this.options;
    if (reader.focus === 'groups') this.moveGroup(direction * reader.groupPage);
    else if (reader.layout.message) reader.scroll(direction * reader.pageRows);
    else return reader.move(direction * reader.indexPage);
    return undefined;
  }

  private step(rows: number): Promise<void> | undefined {
    const { reader } = this.options;
    if (reader.focus === 'message') reader.scroll(rows);
    else if (reader.focus === 'index') return reader.move(rows);
    else this.moveGroup(rows);
    return undefined;
  }

  private moveGroup(rows: number): void {
    const { reader, groups } = this.options;
    const all = groupRows(groups.all);
    const at = all.findIndex(({ key }) => key === reader.groupList.cursor);
    const to = all[Math.max(0, Math.min(all.length - 1, at + rows))];
    if (to) reader.groupList = { ...reader.groupList, cursor: to.key };
  }

  private open(): Promise<void> | undefined {
    const { reader, groups } = this.options;
    if (reader.focus === 'index') {
      const { index, row } = reader;
      const name = index instanceof JoinIndex ? row?.groupName : undefined;
      return name === undefined ? reader.open() : this.going.join(name);
    }
    if (reader.focus === 'message') return reader.openFound();
    const row = groupRows(groups.all).find(({ key }) => key === reader.groupList.cursor);
    if (!row) return undefined;
    this.attention.end();
    return row.kind === 'mentions' ? this.finding.mentions() : reader.enter(row.entry.id, false);
  }

  /** From the message to the index, from there to what was before a search, or to the groups; from the groups, out. */
  private back(): void {
    const { reader } = this.options;
    if (reader.focus === 'message') {
      reader.focus = 'index';
      reader.closeThread();
    } else if (reader.focus === 'index') {
      if (!reader.goBack()) reader.focus = 'groups';
    } else void this.askToLeave();
  }

  private async askToLeave(): Promise<void> {
    const { dialogue, leave } = this.options;
    if (await dialogue.confirm('Leave the board?')) leave();
  }

  private turnPane(direction: 1 | -1): void {
    const { reader } = this.options;
    const at = panes.indexOf(reader.focus) + direction + panes.length;
    reader.focus = panes[at % panes.length] ?? 'index';
  }

  private toEnd(end: 'start' | 'end'): Promise<void> | undefined {
    const { reader, groups } = this.options;
    if (reader.focus === 'index') return reader.moveToEnd(end);
    if (reader.focus === 'message') reader.scrollTo(end);
    else this.moveGroup(end === 'start' ? -groups.all.length : groups.all.length);
    return undefined;
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
    dialogue.page(name, await infoText(this.commands, { group, name, edited }));
  }

  private async command(): Promise<void> {
    const { dialogue, reader, groups, say, failed } = this.options;
    const line = await dialogue.line(':', {
      limit: limits.textLine,
      history: this.typedCommands,
      complete: (before) => this.completeCommand(before),
    });
    if (line === undefined || line.trim() === '') return;
    const { text, went, isDone } = await this.commands.run(line);
    // It may have changed anything: memberships, marks, mutes.
    groups.sync();
    await reader.leavePlace();
    await reader.refresh().catch(failed);
    if (went) {
      if (went.thread === undefined) await reader.enter(went.group, false);
      else await reader.goTo(went.group, went.thread);
    }
    if (!isDone) say(text.replaceAll('\n', ' '));
    else if (text.includes('\n')) dialogue.page(`:${line.trim()}`, text);
    else if (text !== '') say(text);
  }

  private async secret(prompt: string, chosen: boolean): Promise<string | undefined> {
    const { dialogue, say } = this.options;
    const givenUp = new NothingHere('Nothing was changed.');
    const ask = async (question: string) => {
      const answer = await dialogue.line(question, { limit: secretLimit, isSecret: true });
      if (answer === undefined) throw givenUp;
      return answer;
    };
    try {
      if (!chosen) return await ask(prompt);
      return await askTwice(prompt, ask, () => say('The two are not the same. Type it again.'));
    } catch (error) {
      if (error === givenUp) return undefined;
      throw error;
    }
  }

  /** Completes `@names` and `#numbers` in a text. */
  private complete(before: string): Promise<Completion | undefined> {
    const { board } = this.options;
    const { known: commands } = this.commands;
    return complete(before, { call: board.call, style: plainStyle, commands, place: this.place });
  }

  /** Completes a command, which is typed without its sign. */
  private async completeCommand(before: string): Promise<Completion | undefined> {
    if (/^[%/]/.test(before)) return this.complete(before);
    const found = await this.complete(`%${before}`);
    if (!found || /\s/.test(before)) return found;
    return {
      word: found.word.slice(1),
      candidates: found.candidates.map(({ text, ...rest }) => ({ ...rest, text: text.slice(1) })),
    };
  }

  /** Where the user is, for text commands. */
  private get place(): Place | undefined {
    const { reader, groups } = this.options;
    const { group } = reader;
    return group === undefined ? undefined : { group, name: groups.nameOf(group) };
  }
}

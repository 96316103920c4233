import type { BoardClient } from '../../client/board-client.ts';
import { ConnectionError } from '../../client/failure.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { Expected } from '../../protocol/expected.ts';
import type { Notice } from '../../protocol/schemas.ts';
import type { Place } from '../../protocol/text/place.ts';
import type { ActionName } from '../keys/actions.ts';
import { shownKey } from '../keys/key-names.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { Clock } from '../panes/clock.ts';
import { groupRows } from '../panes/groups-pane.ts';
import type { Pane } from '../panes/layout.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Size } from '../terminal/display.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { Acts } from './acts.ts';
import { Attention } from './attention.ts';
import { Commands } from './commands.ts';
import { FoundIndex } from './found-index.ts';
import { drawFrame } from './frame.ts';
import { Groups } from './groups.ts';
import { helpText } from './help-text.ts';
import { infoText } from './info.ts';
import type { Layer } from './layer.ts';
import { Pager } from './pager.ts';
import { Question } from './question.ts';
import { Reader } from './reader.ts';

export interface ProgramOptions {
  readonly board: BoardClient;
  readonly size: () => Size;
  /** Names the board in the first row. */
  readonly title: string;
  /** The variable TZ of the person at the terminal. */
  readonly zone: string | undefined;
  readonly keys: KeyTable;
  /** Draws a frame, at once after a key press. */
  readonly redraw: (pace: 'now' | 'soon') => void;
  /** Draws everything again, whatever is on the terminal. */
  readonly repaint: () => void;
  /** Copies a text to the clipboard of the person at the terminal. */
  readonly copy: (text: string) => void;
  /** Stops the program until the user brings it back. Undefined where nobody can. */
  readonly suspend?: (() => Promise<void>) | undefined;
  /** Ends the screen. @param reason why, if the user did not ask for it */
  readonly leave: (reason?: string) => void;
}

// Keys with which the user goes somewhere of their own accord.
const journeyEnds: ReadonlySet<ActionName> = new Set(['go', 'search', 'limit', 'mentions']);

/** The full-screen client: it carries out keys, follows the board, and draws. */
export class Program {
  private readonly groups: Groups;
  private readonly reader: Reader;
  private readonly acts: Acts;
  private readonly attention: Attention;
  private readonly commands: Commands;
  private readonly clock: Clock;
  private readonly keys: KeyEvent[] = [];
  private isBusy = false;
  private status: { readonly text: string; readonly style: CellStyle } | undefined;
  private layer: Layer | undefined;
  /** Why there is no connection. */
  private lost: string | undefined;
  /** Called with the next frame that is drawn. */
  private drawn: (() => void)[] = [];
  /** Gives up waiting for what a key does. */
  private giveUp: (() => void) | undefined;

  constructor(private readonly options: ProgramOptions) {
    const { board, size, zone } = options;
    this.clock = new Clock(zone);
    const failed = (error: unknown) => this.fail(error);
    const changed = () => options.redraw('soon');
    this.groups = new Groups({ board, changed, failed });
    const say = (text: string) => this.say(text);
    this.reader = new Reader({
      board,
      groups: this.groups,
      clock: this.clock,
      size,
      changed,
      failed,
      say,
    });
    const { groups, reader } = this;
    this.acts = new Acts({ board, groups, reader, say });
    this.attention = new Attention({ board, groups, reader, say });
    this.commands = new Commands({
      board,
      columns: () => size().columns - 2,
      zone: this.clock.zone,
      place: () => this.place,
      confirm: (question) => this.confirm(question),
      secret: async () => undefined,
      write: async () => undefined,
      leave: () => options.leave(),
    });
  }

  /** Where the user is, for text commands. */
  private get place(): Place | undefined {
    const { index, row } = this.reader;
    const group = index.group ?? row?.group;
    return group === undefined ? undefined : { group, name: this.groups.nameOf(group) };
  }

  /** Shows the counts of the login at once, and then the first unread message. */
  start(): void {
    const { board, redraw } = this.options;
    board.on('notice', (notice) => this.take(notice));
    board.on('lost', ({ reason, pause }) => {
      const seconds = Math.ceil(pause / 1000);
      this.lost = `The connection is lost: ${cleanLine(reason)} Next attempt in ${seconds} s.`;
      this.giveUp?.();
      redraw('soon');
    });
    board.on('resumed', () => {
      this.lost = undefined;
      this.say('Connected again.');
      this.groups.resumed();
      this.reader.resumed().catch((error) => this.fail(error));
    });
    board.on('putOff', ({ error }) => {
      if (error.code !== 'RATE_LIMITED') this.say(`${error.message} Trying again.`);
    });
    board.on('ended', (error) => this.options.leave(cleanLine(error.message)));
    redraw('now');
    void this.run(() => this.reader.start());
  }

  stop(): void {
    this.groups.stop();
  }

  /** Keys are carried out in order. One that waits for the board holds the others back. */
  press(event: KeyEvent): void {
    if ('key' in event && event.key === 'ctrl-c' && this.isBusy) {
      this.keys.length = 0;
      this.giveUp?.();
      return;
    }
    this.keys.push(event);
    if (!this.isBusy) void this.work();
  }

  readonly draw = (surface: Surface): void => {
    const { title, board } = this.options;
    const last = this.status ?? {
      text: this.lost ?? this.hints,
      style: this.lost ? { reverse: true as const } : { faint: true as const },
    };
    drawFrame(surface, {
      title,
      groups: this.groups,
      reader: this.reader,
      clock: this.clock,
      connected: board.connected,
      last,
    });
    this.layer?.draw(surface);
    for (const resolve of this.drawn.splice(0)) resolve();
  };

  private async work(): Promise<void> {
    this.isBusy = true;
    try {
      for (let event = this.keys.shift(); event; event = this.keys.shift()) {
        this.status = undefined;
        const { layer } = this;
        if (layer) layer.press(event);
        else if ('key' in event) await this.carryOut(event.key);
        this.options.redraw('now');
      }
    } finally {
      this.isBusy = false;
    }
  }

  private async carryOut(key: string): Promise<void> {
    const { keys } = this.options;
    const action = keys.action(this.reader.focus, key);
    if (action === undefined) {
      const [help = '?'] = keys.keysOf('help', this.reader.focus);
      this.say(`${shownKey(key)} does nothing here. ${help} shows the keys.`);
      return;
    }
    await this.run(() => this.act(action));
  }

  /** Carries out what a key does. Errors of the board are shown, and never end the screen. */
  private async run(act: () => Promise<void> | undefined): Promise<void> {
    const { redraw } = this.options;
    const givenUp = new Promise<void>((resolve) => {
      this.giveUp = resolve;
    });
    try {
      const done = act();
      if (!done) return;
      redraw('now');
      // Without a connection, it goes on when that is back, unless the user does something else meanwhile.
      const isHere = this.options.board.connected;
      await (isHere ? Promise.race([done.catch((error) => this.fail(error)), givenUp]) : done);
    } catch (error) {
      this.fail(error);
    } finally {
      this.giveUp = undefined;
      redraw('now');
    }
  }

  private act(action: ActionName): Promise<void> | undefined {
    const { reader, acts } = this;
    if (journeyEnds.has(action)) this.attention.end();
    switch (action) {
      case 'next':
        return this.space();
      case 'page-back':
        reader.scroll(-reader.pageRows);
        return undefined;
      case 'page-forward':
        reader.scroll(reader.pageRows);
        return undefined;
      case 'down':
      case 'up':
        this.move(action === 'down' ? 1 : -1);
        return undefined;
      case 'next-thread':
      case 'previous-thread':
        reader.moveThread(action === 'next-thread' ? 1 : -1);
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
      case 'pane-back':
        this.turnPane(action === 'pane' ? 1 : -1);
        return undefined;
      case 'attention':
        return this.attention.go();
      case 'catch-up-thread':
        return acts.catchUpThread();
      case 'catch-up-group':
        return acts.catchUpGroup();
      case 'undo':
        return acts.undo();
      case 'mark-unread':
        return acts.markUnread();
      case 'mute':
        return acts.mute();
      case 'delete':
        return this.delete();
      case 'copy':
        this.copy();
        return undefined;
      case 'info':
        return this.info();
      case 'help':
        this.page('Keys', helpText(this.options.keys, reader.focus));
        return undefined;
      case 'redraw':
        this.options.repaint();
        return undefined;
      case 'suspend':
        return this.options.suspend?.();
      case 'leave':
        this.askToLeave();
        return undefined;
      case 'mentions':
        return this.showMentions();
      case 'first':
      case 'last':
        return this.toEnd(action === 'first' ? 'start' : 'end');
      default:
        return undefined;
    }
  }

  /** A message counts as read only after it was on the screen, so the next key waits for the frame. */
  private async space(): Promise<void> {
    await this.reader.space();
    await new Promise<void>((resolve) => {
      this.drawn.push(resolve);
      this.options.redraw('now');
    });
  }

  private move(rows: number): void {
    const { reader } = this;
    if (reader.focus === 'message') reader.scroll(rows);
    else if (reader.focus === 'index') reader.move(rows);
    else this.moveGroup(rows);
  }

  private moveGroup(rows: number): void {
    const { reader } = this;
    const all = groupRows(this.groups.all);
    const at = all.findIndex(({ key }) => key === reader.groupList.cursor);
    const to = all[Math.max(0, Math.min(all.length - 1, at + rows))];
    if (to) reader.groupList = { ...reader.groupList, cursor: to.key };
  }

  private open(): Promise<void> | undefined {
    const { reader } = this;
    if (reader.focus === 'index') return reader.open();
    if (reader.focus === 'message') return undefined;
    const all = groupRows(this.groups.all);
    const row = all.find(({ key }) => key === reader.groupList.cursor);
    if (!row) return undefined;
    if (row.kind === 'mentions') return this.showMentions();
    reader.focus = 'index';
    return reader.enter(row.entry.id, false);
  }

  private showMentions(): Promise<void> {
    const { board } = this.options;
    return this.reader.showFound(
      new FoundIndex({
        title: '@ mentions',
        none: 'No message mentions you.',
        groups: this.groups,
        page: (before) => board.call('mention.list', before === undefined ? {} : { before }),
      }),
    );
  }

  private back(): void {
    const { reader } = this;
    if (reader.focus === 'message') reader.focus = 'index';
    else if (reader.focus === 'index') reader.focus = 'groups';
    else this.askToLeave();
  }

  private askToLeave(): void {
    this.ask('Leave the board? (y/N)', (key) => {
      if (key === 'y') this.options.leave();
    });
  }

  private turnPane(direction: 1 | -1): void {
    const order: Pane[] = ['groups', 'index', 'message'];
    const { reader } = this;
    const at = order.indexOf(reader.focus) + direction + order.length;
    reader.focus = order[at % order.length] ?? 'index';
  }

  private async delete(): Promise<void> {
    const { acts } = this;
    const { group, number } = acts.message();
    const where = `${this.groups.nameOf(group)}#${number}`;
    if (await this.confirm(`Delete ${where}? Nobody can bring it back.`)) {
      await acts.delete({ group, number });
    } else this.say('Nothing was deleted.');
  }

  private copy(): void {
    const { group, number } = this.acts.message();
    const name = `${this.groups.nameOf(group)}#${number}`;
    const content = this.reader.shown?.message?.content ?? '';
    const [link] = content.match(/https?:\/\/[^\s<>"'`]+/i) ?? [];
    const choices = [`n ${name}`, 't the text', ...(link === undefined ? [] : ['l the link'])];
    this.ask(`Copy: ${choices.join(', ')}?`, (key) => {
      const texts: Readonly<Record<string, string | undefined>> = { n: name, t: content, l: link };
      const text = Object.hasOwn(texts, key) ? texts[key] : undefined;
      if (text === undefined) this.say('Nothing was copied.');
      else {
        this.options.copy(text);
        this.say('Copied, if your terminal lets programs do that.');
      }
    });
  }

  private async info(): Promise<void> {
    const { reader, groups } = this;
    const group = reader.index.group ?? reader.row?.group;
    if (group === undefined) return;
    const { shown } = reader;
    const edited = shown?.message?.editedAt === undefined ? undefined : shown.number;
    const name = groups.nameOf(group);
    this.page(name, await infoText(this.commands, { group, name, edited }));
  }

  private page(title: string, text: string): void {
    this.layer = new Pager({
      title,
      text,
      actionOf: (key) => this.options.keys.action('message', key),
      close: () => {
        this.layer = undefined;
      },
    });
    this.options.redraw('now');
  }

  private confirm(question: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.ask(`${question} (y/N)`, (key) => resolve(key === 'y'));
    });
  }

  /** Asks a question that one key answers. */
  private ask(question: string, answered: (key: string) => void): void {
    this.layer = new Question(question, (key) => {
      this.layer = undefined;
      answered(key);
      this.options.redraw('now');
    });
    this.options.redraw('now');
  }

  private get hints(): string {
    const hints = this.options.keys.hints(this.reader.focus);
    return hints.map(({ key, word }) => `${key} ${word}`).join('  ');
  }

  private toEnd(end: 'start' | 'end'): Promise<void> | undefined {
    const { reader } = this;
    if (reader.focus === 'index') return reader.moveToEnd(end);
    if (reader.focus === 'message') reader.scrollTo(end);
    else this.moveGroup(end === 'start' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
    return undefined;
  }

  private take(notice: Notice): void {
    this.groups.take(notice);
    this.reader.take(notice);
    this.options.redraw('soon');
  }

  private say(text: string): void {
    this.status = { text: cleanLine(text), style: {} };
    this.options.redraw('soon');
  }

  private fail(error: unknown): void {
    const isKnown = error instanceof Expected || error instanceof ConnectionError;
    const text = isKnown ? error.message : `This failed: ${String(error)}`;
    this.status = { text: cleanLine(text), style: { colour: 'red' } };
    this.options.redraw('soon');
  }
}

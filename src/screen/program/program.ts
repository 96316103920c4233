import type { BoardClient } from '../../client/board-client.ts';
import { ConnectionError } from '../../client/failure.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Notice } from '../../protocol/schemas.ts';
import { Clock } from '../panes/clock.ts';
import { groupRows } from '../panes/groups-pane.ts';
import type { Pane } from '../panes/layout.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Size } from '../terminal/display.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import { FoundIndex } from './found-index.ts';
import { drawFrame } from './frame.ts';
import { Groups } from './groups.ts';
import type { Layer } from './layer.ts';
import { Question } from './question.ts';
import { Reader } from './reader.ts';

export interface ProgramOptions {
  readonly board: BoardClient;
  readonly size: () => Size;
  /** Names the board in the first row. */
  readonly title: string;
  /** The variable TZ of the person at the terminal. */
  readonly zone: string | undefined;
  readonly actionOf: (key: string) => string | undefined;
  /** Draws a frame, at once after a key press. */
  readonly redraw: (pace: 'now' | 'soon') => void;
  /** Ends the screen. @param reason why, if the user did not ask for it */
  readonly leave: (reason?: string) => void;
}

const hints = 'Space next  r reply  c new  / search  g go  ? keys';

/** The full-screen client: it carries out keys, follows the board, and draws. */
export class Program {
  private readonly groups: Groups;
  private readonly reader: Reader;
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
    this.reader = new Reader({
      board,
      groups: this.groups,
      clock: this.clock,
      size,
      changed,
      failed,
      say: (text) => this.say(text),
    });
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
      text: this.lost ?? hints,
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
    const action = this.options.actionOf(key);
    if (action === undefined) {
      this.say(`${key} does nothing here. ? shows the keys.`);
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

  private act(action: string): Promise<void> | undefined {
    const { reader } = this;
    switch (action) {
      case 'next':
        return this.space();
      case 'page-back':
        reader.scroll(-reader.pageRows);
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
        this.turnPane();
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
    this.layer = new Question('Leave the board? (y/N)', (answer) => {
      this.layer = undefined;
      if (answer === 'y') this.options.leave();
    });
  }

  private turnPane(): void {
    const order: Pane[] = ['groups', 'index', 'message'];
    const { reader } = this;
    reader.focus = order[(order.indexOf(reader.focus) + 1) % order.length] ?? 'index';
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
    const isKnown = error instanceof BoardError || error instanceof ConnectionError;
    const text = isKnown ? error.message : `This failed: ${String(error)}`;
    this.status = { text: cleanLine(text), style: { colour: 'red' } };
    this.options.redraw('soon');
  }
}

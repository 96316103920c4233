import type { BoardClient } from '../../client/board-client.ts';
import { ConnectionError } from '../../client/failure.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { Expected } from '../../protocol/expected.ts';
import type { Notice } from '../../protocol/schemas.ts';
import { shownKey } from '../keys/key-names.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { Clock } from '../panes/clock.ts';
import type { Size } from '../terminal/display.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import type { DraftStore } from '../widgets/drafts.ts';
import { Actions, type TerminalUse } from './actions.ts';
import { Dialogue } from './dialogue.ts';
import { drawFrame } from './frame.ts';
import { Groups } from './groups.ts';
import { JoinIndex } from './join-index.ts';
import { KeptDrafts } from './kept-drafts.ts';
import { newsOf } from './news.ts';
import { type Press, Presses } from './presses.ts';
import { Reader } from './reader.ts';
import { inScreen } from './screen-words.ts';
import { Status } from './status.ts';

interface ProgramOptions {
  readonly board: BoardClient;
  readonly size: () => Size;
  /** Names the board in the first row. */
  readonly title: string;
  /** The variable TZ of the person at the terminal. */
  readonly zone: string | undefined;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
  readonly keys: KeyTable;
  readonly drafts: DraftStore;
  readonly terminal: TerminalUse;
  /** Draws a frame, at once after a key press. */
  readonly redraw: (pace: 'now' | 'soon') => void;
  /** Ends the screen. @param reason why, if the user did not ask for it */
  readonly leave: (reason?: string) => void;
}

/** The full-screen client: it carries out keys, follows the board, and draws. */
export class Program {
  private readonly groups: Groups;
  private readonly reader: Reader;
  private readonly dialogue: Dialogue;
  private readonly actions: Actions;
  private readonly clock: Clock;
  private readonly presses: Presses;
  private readonly keys: Press[] = [];
  private readonly drafts: KeptDrafts;
  private isBusy = false;
  /** Whether a key is being carried out that has not waited for anything. */
  private isActing = false;
  private readonly status = new Status();
  /** Gives up waiting for what a key does. */
  private giveUp: (() => void) | undefined;

  constructor(private readonly options: ProgramOptions) {
    const { board, size, zone, keys, redraw } = options;
    this.clock = new Clock(zone);
    this.presses = new Presses(options.now);
    const failed = (error: unknown) => this.fail(error);
    const say = (text: string) => this.say(text);
    const changed = () => redraw('soon');
    const { clock } = this;
    const drafts = new KeptDrafts(options.drafts);
    const showsJoinable = () => this.reader.index instanceof JoinIndex;
    const renamed = (names: ReadonlyMap<string, string>) => drafts.renamed(names);
    const groups = new Groups({ board, changed, renamed, failed, showsJoinable });
    const reader = new Reader({ board, groups, keys, clock, size, changed, failed, say });
    const dialogue = new Dialogue({
      keys,
      drafts: options.drafts.lasts,
      redraw: () => redraw('now'),
      opened: (isTyped) => this.layerOpened(isTyped),
    });
    this.drafts = drafts;
    this.groups = groups;
    this.reader = reader;
    this.dialogue = dialogue;
    this.actions = new Actions({
      ...options,
      drafts,
      groups,
      reader,
      dialogue,
      zone: clock.zone,
      columns: () => size().columns - 2,
      say,
      failed,
      leave: () => options.leave(),
    });
  }

  /** Shows the counts of the login at once, and then the first unread message. */
  start(): void {
    const { board, redraw } = this.options;
    board.on('notice', this.take);
    board.on('lost', this.connectionLost);
    board.on('resumed', this.resumed);
    board.on('putOff', this.putOff);
    board.on('ended', this.ended);
    redraw('now');
    this.isBusy = true;
    void this.run(() => this.reader.start())?.then(() => {
      // The first screen does not wait for their number.
      this.groups.joinable.load().catch((error) => this.fail(error));
      return this.work();
    });
  }

  /** Keeps what is being written. The board is not listened to any more. */
  stop(): void {
    const { board } = this.options;
    board.off('notice', this.take);
    board.off('lost', this.connectionLost);
    board.off('resumed', this.resumed);
    board.off('putOff', this.putOff);
    board.off('ended', this.ended);
    this.actions.stop();
    this.groups.stop();
    this.giveUp?.();
  }

  /** Keys are carried out in order. One that waits for the board holds the others back, unless it asks the user. */
  press(event: KeyEvent): void {
    const press = this.presses.of(event);
    if (this.dialogue.isOpen && this.keys.length === 0) {
      this.status.clear(false);
      this.dialogue.press(event);
      this.options.redraw('now');
      return;
    }
    if (this.isBusy && 'key' in event && event.key === 'ctrl-c') {
      this.keys.length = 0;
      this.giveUp?.();
      return;
    }
    this.keys.push(press);
    if (!this.isBusy) void this.work();
  }

  readonly draw = (surface: Surface): void => {
    const { title, board } = this.options;
    const foot = drawFrame(surface, {
      title,
      groups: this.groups,
      reader: this.reader,
      drafts: this.drafts,
      clock: this.clock,
      connected: board.connected,
      hints: this.actions.hints,
      notes: this.status.notes,
    });
    this.dialogue.draw(surface);
    this.reader.messages.drawn(this.dialogue.isOpen ? 0 : foot);
  };

  /** The frame that was drawn last is on the terminal. */
  frameSent(): void {
    this.reader.messages.frameSent(this.options.now());
  }

  /**
   * Keys that wait go to what a key has opened at once. If it took a while, a text still gets them, but a question does not: they
   * were typed before it was there, so they are no answer.
   */
  private layerOpened(isTyped: boolean): void {
    if (this.isActing) return;
    if (!isTyped) this.keys.length = 0;
    this.feedDialogue();
  }

  private feedDialogue(): void {
    while (this.dialogue.isOpen) {
      const next = this.keys.shift();
      if (!next) return;
      this.dialogue.press(next.event);
    }
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    try {
      for (let next = this.keys.shift(); next; next = this.keys.shift()) {
        const { event } = next;
        this.reader.press = next;
        this.status.clear(!this.dialogue.isOpen);
        if (this.dialogue.isOpen) this.dialogue.press(event);
        else if ('key' in event) {
          const done = this.carryOut(event.key);
          // What the key has asked gets the keys after it.
          this.feedDialogue();
          if (done) await done;
        }
        this.options.redraw('now');
      }
    } finally {
      this.isBusy = false;
    }
  }

  private carryOut(key: string): Promise<void> | undefined {
    const { keys } = this.options;
    const { focus } = this.reader;
    const action = keys.action(focus, key);
    if (action === undefined) {
      const help = keys.offer('help', focus, 'shows the keys.');
      this.say(`${shownKey(key)} does nothing here.${help}`);
      return undefined;
    }
    return this.run(() => this.actions.act(action));
  }

  /** Carries out what a key does. Errors of the board are shown, and never end the screen. */
  private run(act: () => Promise<void> | undefined): Promise<void> | undefined {
    this.isActing = true;
    try {
      const done = act();
      return done && this.wait(done.catch((error) => this.fail(error)));
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      this.isActing = false;
    }
  }

  private async wait(done: Promise<void>): Promise<void> {
    const { redraw, board } = this.options;
    redraw('now');
    // Without a connection, it goes on when that is back, unless the user does something else meanwhile.
    const givenUp = new Promise<void>((resolve) => {
      this.giveUp = resolve;
    });
    if (board.connected || this.dialogue.isOpen) await Promise.race([done, givenUp]);
    this.giveUp = undefined;
    redraw('now');
  }

  private readonly take = (notice: Notice): void => {
    const { groups, reader } = this;
    const news = newsOf(notice, groups);
    groups.take(notice);
    reader.take(notice);
    this.actions.take(notice);
    reader.leavePlace().catch((error) => this.fail(error));
    if (news !== undefined) this.status.tell(cleanLine(news));
    this.options.redraw('soon');
  };

  private readonly connectionLost = ({ reason, pause }: { reason: string; pause: number }) => {
    const seconds = Math.max(1, Math.ceil(pause / 1000));
    const text = `The connection is lost: ${cleanLine(reason)} Next attempt in ${seconds} s.`;
    this.status.lose(text);
    this.giveUp?.();
    this.options.redraw('soon');
  };

  private readonly resumed = () => {
    this.status.lose(undefined);
    this.say('Connected again.');
    this.groups.resumed();
    this.reader.resumed().catch((error) => this.fail(error));
  };

  private readonly putOff = ({ error }: { error: Expected & { code: string } }) => {
    // Waiting because of a rate is usual.
    if (error.code !== 'RATE_LIMITED') this.say(`${error.message} Trying again.`);
  };

  private readonly ended = (error: Error) => this.options.leave(cleanLine(error.message));

  /** Shows a sentence in the row of messages. */
  say(text: string): void {
    this.status.say(cleanLine(text));
    this.options.redraw('soon');
  }

  private fail(error: unknown): void {
    const isKnown = error instanceof Expected || error instanceof ConnectionError;
    const text = isKnown ? error.message : `This failed: ${String(error)}`;
    this.status.fail(cleanLine(inScreen(text)));
    this.options.redraw('soon');
  }
}

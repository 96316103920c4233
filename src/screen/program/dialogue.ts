import type { HelpPlace } from '../keys/help.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Complete } from '../widgets/completing.ts';
import { HelpPage } from '../widgets/help-page.ts';
import { LineInput, type LineInputOptions } from '../widgets/line-input.ts';
import type { Layer } from './layer.ts';
import { Pager } from './pager.ts';
import { Question } from './question.ts';

interface LineOptions {
  readonly text?: string;
  readonly limit: number;
  /** Lines that were typed earlier, to which this one is added. */
  readonly history?: string[];
  /** Whether a line is added to the history; every one if it is missing. */
  readonly remembers?: (text: string) => boolean;
  readonly isSecret?: true;
  readonly complete?: Complete;
}

interface DialogueOptions {
  /** How long drafts are kept, for the help. */
  readonly drafts: string;
  readonly keys: KeyTable;
  readonly redraw: () => void;
  /** Called when something begins to get the keys. @param isTyped whether keys that wait may go to it */
  readonly opened: (isTyped: boolean) => void;
}

// Lines that can be brought back.
const mostHistory = 100;

/** Asks the user. One thing at a time is over the panes; another one takes its place, and the first one is given up. */
export class Dialogue {
  private layer: Layer | undefined;
  private giveUp: (() => void) | undefined;
  /** The help, over whatever is open. */
  private helpPage: HelpPage | undefined;

  constructor(private readonly options: DialogueOptions) {}

  get isOpen(): boolean {
    return this.layer !== undefined || this.helpPage !== undefined;
  }

  redraw(): void {
    this.options.redraw();
  }

  press(event: KeyEvent): void {
    const { layer, helpPage } = this;
    if (helpPage) helpPage.press(event);
    else if (layer?.place && this.asksForHelp(layer.place, event)) this.help(layer.place);
    else layer?.press(event);
  }

  /** Shows the keys, those of a place first. What is open goes on after it. */
  help(place: HelpPlace): void {
    const { keys, drafts, opened, redraw } = this.options;
    this.helpPage = new HelpPage(keys, place, drafts, () => {
      this.helpPage = undefined;
      redraw();
    });
    opened(false);
    redraw();
  }

  draw(surface: Surface): void {
    (this.helpPage ?? this.layer)?.draw(surface);
  }

  /** Gives all keys to a layer until `close`. @param isTyped whether a text is typed into it */
  open(layer: Layer, isTyped = false, giveUp?: () => void): void {
    const before = this.giveUp;
    this.layer = layer;
    this.giveUp = giveUp;
    before?.();
    this.options.opened(isTyped);
    this.options.redraw();
  }

  /** Closes a layer. Nothing happens if another one has taken its place. */
  close(layer: Layer): void {
    if (this.layer !== layer) return;
    this.layer = undefined;
    this.giveUp = undefined;
    this.options.redraw();
  }

  /** A question that one key answers. @returns the key in lower case */
  ask(question: string): Promise<string> {
    return new Promise((resolve) => {
      const layer = new Question(question, (key) => {
        this.close(layer);
        resolve(key);
      });
      this.open(layer, false, () => resolve(''));
    });
  }

  async confirm(question: string): Promise<boolean> {
    return (await this.ask(`${question} (y/N)`)) === 'y';
  }

  /** A line that is typed in the last row. @returns undefined if the user gives it up */
  line(
    prompt: LineInputOptions['prompt'],
    { history, remembers, ...options }: LineOptions,
  ): Promise<string | undefined> {
    const { keys, redraw } = this.options;
    return new Promise((resolve) => {
      const settle = (text: string | undefined) => {
        this.close(layer);
        resolve(text);
      };
      const layer = new LineInput({
        prompt,
        ...options,
        ...(history && { history }),
        keys,
        accepted: (text) => {
          if (history && (remembers?.(text) ?? true)) remember(text, history);
          settle(text);
        },
        cancelled: () => settle(undefined),
        redraw,
      });
      this.open(layer, true, () => resolve(undefined));
    });
  }

  private asksForHelp(place: HelpPlace, event: KeyEvent): boolean {
    if (!('key' in event)) return false;
    const { keys } = this.options;
    if (place === 'input' || place === 'box')
      return keys.action(place, event.key) === 'help-writing';
    return keys.action('index', event.key) === 'help';
  }

  /** A text over the panes. */
  page(title: string, text: string): void {
    const layer: Pager = new Pager({
      title,
      text,
      keys: this.options.keys,
      close: () => this.close(layer),
    });
    this.open(layer);
  }
}

function remember(text: string, history: string[]): void {
  if (text.trim() !== '' && history.at(-1) !== text) history.push(text);
  if (history.length > mostHistory) history.shift();
}

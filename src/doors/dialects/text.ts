import { dispatch, toReply } from '../../core/dispatch.ts';
import type { Context } from '../../core/handlers/context.ts';
import type { Speaker, Voice } from '../../core/speaker.ts';
import { StoredUnread } from '../../core/stored-unread.ts';
import { type BoardError, boardError } from '../../protocol/errors.ts';
import { type Line, lineError } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import type { Call } from '../../protocol/schemas.ts';
import type { AskSecret, TextContext } from '../../protocol/text/command.ts';
import { takeName } from '../../protocol/text/login.ts';
import { RecentSecret, repeatedSecret } from '../../protocol/text/recent-secret.ts';
import { info, renderError, renderWelcome } from '../../protocol/text/render.ts';
import { runTextLine, textCommands } from '../../protocol/text/shell.ts';
import { plainStyle } from '../../protocol/text/style.ts';

/** What the greeting ends with, and what is asked again until there is a name. */
export const namePrompt = 'What is your username? ';

const httpRequest = /^[A-Z]+ \S+ HTTP\/\d/;

/** Commands as people type them. One at a time: the reply to one stands before the next. */
export class TextSpeaker implements Speaker, TextContext {
  readonly style = plainStyle;
  readonly commands = textCommands;
  readonly givingUp = 'one with %cancel gives it up';
  readonly draftBytes = limits.content;
  private readonly secret = new RecentSecret();
  private reading: StoredUnread | undefined;
  private readonly lines: Line[] = [];
  private asked: (() => void) | undefined;
  private ended = false;

  get asks(): boolean {
    return this.asked !== undefined;
  }

  constructor(
    private readonly context: Context,
    private readonly voice: Voice,
  ) {}

  get user(): string | undefined {
    return this.context.session.login?.user.name;
  }

  /** Idle members are many: it is made for those who use it. */
  get unread(): StoredUnread {
    this.reading ??= new StoredUnread();
    return this.reading;
  }

  readonly call: Call = (method, params) => {
    this.secret.asked(params);
    return dispatch(this.context, method, params);
  };

  /** Leaves also where the end of the session cannot be stored, and says so. */
  async exit(): Promise<void> {
    try {
      await this.call('session.logout', {});
    } finally {
      this.context.session.leave();
    }
  }

  async connect(): Promise<string> {
    return info('You are connected already. %exit first, to connect elsewhere.');
  }

  receive(line: Line, bytes: number): void {
    this.lines.push(line);
    const { asked } = this;
    this.asked = undefined;
    if (asked) asked();
    else this.voice.requests.add('session', bytes, () => this.next());
  }

  end(): void {
    this.ended = true;
    this.asked?.();
  }

  /**
   * The next line is the answer, whether it has come already or not. A new password is asked for
   * once: what is typed shows here, and scripts send their next command after it.
   */
  readonly ask: AskSecret = async (prompt) => {
    this.voice.say(prompt);
    const line = await this.nextLine();
    if (!line) throw boardError('PASSWORD_REQUIRED');
    if ('fault' in line) throw lineError(line);
    return line.text;
  };

  readonly textLine = async (): Promise<string | BoardError | undefined> => {
    const line = await this.nextLine();
    return line && ('text' in line ? line.text : lineError(line));
  };

  /** A line for the command that is being carried out; undefined if no more come. */
  private async nextLine(): Promise<Line | undefined> {
    if (this.lines.length > 0) {
      this.voice.requests.skip();
    } else if (!this.ended) {
      await new Promise<void>((resolve) => {
        this.asked = resolve;
        this.voice.readOn();
      });
    }
    return this.lines.shift();
  }

  private async next(): Promise<void> {
    const line = this.lines.shift();
    if (!line) return;
    try {
      await this.answer(line);
    } catch (error) {
      this.voice.say(renderError(toReply(error, this.context.session, 'text')));
    }
    if (this.user === undefined && !this.context.session.leaving) this.voice.say(namePrompt);
  }

  private async answer(line: Line): Promise<void> {
    if ('fault' in line) throw lineError(line);
    this.voice.costs.spend();
    const text = line.text.trimStart();
    if (text.trim() === '' && this.user !== undefined) return;
    if (this.secret.repeats(text)) {
      this.voice.say(info(repeatedSecret));
      return;
    }
    this.secret.forget();
    if (this.user === undefined && !text.startsWith('%')) return this.takeName(text.trim());
    let mark = this.voice.costs.mark();
    for await (const piece of runTextLine(text, this)) {
      this.voice.say(piece);
      // What is answered in pieces is answered in turns: a peer that reads each piece at once would
      // keep the others waiting until the last (3.9 s for a list of a million messages).
      mark = await this.voice.costs.breathe(mark);
      if (!(await this.voice.ready())) return;
    }
    this.voice.costs.charge(mark);
  }

  private async takeName(name: string): Promise<void> {
    if (httpRequest.test(name)) {
      await this.exit();
      throw boardError('NOT_A_WEB_SERVER');
    }
    this.voice.say(renderWelcome(await takeName(name, this)));
  }
}

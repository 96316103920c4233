import type { Dialect, Replies, Requests } from '../../core/dialect.ts';
import { dispatch, toReply } from '../../core/dispatch.ts';
import type { Context } from '../../core/handlers/context.ts';
import { type BoardError, boardError } from '../../protocol/errors.ts';
import { type Line, lineError } from '../../protocol/framing.ts';
import { limits } from '../../protocol/limits.ts';
import type { Call } from '../../protocol/schemas.ts';
import type { AskSecret, TextContext } from '../../protocol/text/command.ts';
import { takeName } from '../../protocol/text/login.ts';
import { PastedPrivateKey } from '../../protocol/text/pasted-private-key.ts';
import { isCommand, type Place } from '../../protocol/text/place.ts';
import { Reading } from '../../protocol/text/reading.ts';
import { RecentSecret, repeatedSecret } from '../../protocol/text/recent-secret.ts';
import { info, renderError, renderWelcome } from '../../protocol/text/render.ts';
import { renderNotice } from '../../protocol/text/render-notices.ts';
import { runTextLine, textCommands } from '../../protocol/text/shell.ts';
import { plainStyle } from '../../protocol/text/style.ts';

// The greeting ends with this, and it is asked again until the peer has a name.
const namePrompt = 'What is your username? ';

const httpRequest = /^[A-Z]+ \S+ HTTP\/\d/;
// The first line of an SSH client (RFC 4253, section 4.2), which could be a name: each scanner would make a user.
const sshIdentification = /^SSH-(?:1\.\d+|2\.0)-/;

/** Commands as people type them. */
export const textDialect: Dialect = {
  name: 'text',
  resumes: false,
  leavesOutMuted: true,
  lineLimit: limits.textLine,
  endsAtCr: true,
  pauseEndsLine: true,
  greeting: ({ name, version }) => `Welcome to ${name} ${version}, a message board.\n${namePrompt}`,
  notice: (notice) => renderNotice(notice) ?? '',
  start: (context, replies) => new TextRequests(context, replies),
};

/** Carries out one command at a time: its reply is sent before the next command begins. */
class TextRequests implements Requests, TextContext {
  readonly style = plainStyle;
  readonly commands = textCommands;
  readonly givingUp = '%cancel gives it up';
  readonly draftBytes = limits.content;
  place: Place | undefined;
  private readonly secret = new RecentSecret();
  private readonly privateKey = new PastedPrivateKey();
  private read: Reading | undefined;
  private readonly lines: Line[] = [];
  private asked: (() => void) | undefined;
  private ended = false;

  get asks(): boolean {
    return this.asked !== undefined;
  }

  /** It keeps the user's place between requests, so it cannot be dropped. */
  get isIdle(): boolean {
    return false;
  }

  constructor(
    private readonly context: Context,
    private readonly replies: Replies,
  ) {}

  get user(): string | undefined {
    return this.context.session.login?.user.name;
  }

  /** Created at the first use, to save memory for idle members. */
  get reading(): Reading {
    this.read ??= new Reading();
    return this.read;
  }

  readonly call: Call = (method, params) => {
    this.secret.asked(params);
    return dispatch(this.context, method, params);
  };

  /** Leaves also if the end of the session cannot be stored; the error is then the reply. */
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
    else this.replies.requests.add('session', bytes, () => this.next());
  }

  end(): void {
    this.ended = true;
    this.asked?.();
  }

  /**
   * The next line is the answer, even if it has arrived already. A new password is asked for only
   * once: users see what they type here, and scripts send their next command right after it.
   */
  readonly ask: AskSecret = async (prompt) => {
    this.replies.say(prompt);
    const line = await this.nextLine();
    if (!line) throw boardError('PASSWORD_REQUIRED');
    if ('fault' in line) throw lineError(line);
    const taken = this.privateKey.take(line.text);
    if (taken && taken !== 'dropped') throw taken;
    return line.text;
  };

  readonly textLine = async (): Promise<string | BoardError | undefined> => {
    for (;;) {
      const line = await this.nextLine();
      if (!line || 'fault' in line) return line && lineError(line);
      const taken = this.privateKey.take(line.text);
      if (taken !== 'dropped') return taken ?? line.text;
    }
  };

  /** The next line, for the command that is being carried out; undefined if no more come. */
  private async nextLine(): Promise<Line | undefined> {
    if (this.lines.length > 0) {
      this.replies.requests.skip();
    } else if (!this.ended) {
      await new Promise<void>((resolve) => {
        this.asked = resolve;
        this.replies.readOn();
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
      this.replies.say(renderError(toReply(error, this.context.session, 'text')));
    }
    if (this.user === undefined && !this.context.session.leaving) this.replies.say(namePrompt);
  }

  private async answer(line: Line): Promise<void> {
    if ('fault' in line) throw lineError(line);
    this.replies.costs.spend();
    const text = line.text.trimStart();
    const taken = this.privateKey.take(text);
    if (taken === 'dropped') return;
    if (taken) throw taken;
    if (text.trim() === '' && this.user !== undefined) return;
    if (this.secret.repeats(text)) {
      this.replies.say(info(repeatedSecret));
      return;
    }
    this.secret.forget();
    if (this.user === undefined && !isCommand(text)) return this.takeName(text.trim());
    let mark = this.replies.costs.mark();
    for await (const piece of runTextLine(text, this)) {
      this.replies.say(piece);
      // Other sessions get their turn between two pieces: a peer that reads each piece at once would
      // keep them waiting until the last (3.9 s for a list of a million messages).
      mark = await this.replies.costs.breathe(mark);
      if (!(await this.replies.ready())) return;
    }
    this.replies.costs.charge(mark);
  }

  private async takeName(name: string): Promise<void> {
    if (httpRequest.test(name)) {
      await this.exit();
      throw boardError('NOT_A_WEB_SERVER');
    }
    if (sshIdentification.test(name)) {
      await this.exit();
      throw boardError('NOT_AN_SSH_SERVER');
    }
    this.replies.say(renderWelcome(await takeName(name, this)));
  }
}

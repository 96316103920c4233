import { boardError } from '../protocol/errors.ts';
import { type Line, lineError } from '../protocol/framing.ts';
import { limits } from '../protocol/limits.ts';
import type { Call } from '../protocol/schemas.ts';
import type { TextContext } from '../protocol/text/command.ts';
import { info, renderError, renderWelcome } from '../protocol/text/render.ts';
import { runTextLine } from '../protocol/text/shell.ts';
import { dispatch, toReply } from './dispatch.ts';
import type { Context } from './handlers/context.ts';
import type { Speaker, Voice } from './speaker.ts';

/** What the greeting ends with, and what is asked again until there is a name. */
export const namePrompt = 'What is your username? ';

const httpRequest = /^[A-Z]+ \S+ HTTP\/\d/;

/** Commands as people type them. One at a time: the reply to one stands before the next. */
export class TextSpeaker implements Speaker, TextContext {
  constructor(
    private readonly context: Context,
    private readonly voice: Voice,
  ) {}

  get user(): string | undefined {
    return this.context.session.login?.user.name;
  }

  readonly call: Call = (method, params) => dispatch(this.context, method, params);

  exit(): void {
    this.context.session.leave();
  }

  async connect(): Promise<string> {
    return info('You are connected already. %exit first, to connect elsewhere.');
  }

  receive(line: Line): void {
    this.voice.requests.add('session', async () => {
      try {
        await this.answer(line);
      } catch (error) {
        this.voice.say(renderError(toReply(error, this.context.session, 'text')));
      }
      if (this.user === undefined && !this.context.session.leaving) this.voice.say(namePrompt);
    });
  }

  private async answer(line: Line): Promise<void> {
    if ('fault' in line) throw lineError(line.fault, limits.textLine);
    const text = line.text.trimStart();
    if (this.user === undefined && !text.startsWith('%')) return this.takeName(text.trim());
    if (text.trim() === '') return;
    for await (const piece of runTextLine(text, this)) {
      this.voice.say(piece);
      if (!(await this.voice.ready())) return;
    }
  }

  private async takeName(name: string): Promise<void> {
    if (httpRequest.test(name)) {
      this.exit();
      throw boardError('NOT_A_WEB_SERVER');
    }
    this.voice.say(renderWelcome(await this.call('session.login', { user: name })));
  }
}

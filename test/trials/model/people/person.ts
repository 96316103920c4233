import { once } from 'node:events';
import { hintFor, type hints } from '../../../../src/protocol/hints.ts';
import type { TextPeer } from '../../../helpers/text-peer.ts';
import type { Answer } from '../oracle/answer.ts';
import type { Actor, Request, SignIn, Told } from './actor.ts';
import { commands, shortForm } from './commands.ts';
import { noticeLine } from './notice-lines.ts';
import { type Any, info, plain, unreadCount } from './rendering.ts';

/** A person who types: every line is compared, but for dates and for who is online. */
export class Person implements Actor {
  private constructor(private readonly peer: TextPeer) {}

  static async login({ board, name, password }: SignIn) {
    const peer = await board.connect();
    // A board that closes waits a while for those who do not end their side.
    peer.socket.once('end', () => peer.socket.end());
    await peer.expect('What is your username? ');
    peer.send(name, password);
    await peer.expect(`[INFO] Welcome ${name}\n`);
    const welcome = await peer.expect('%help for every command.\n');
    return { actor: new Person(peer), welcome: welcome.replace(/\[INFO\] Type.*\n$/, '') };
  }

  static welcome(memberships: readonly Any[]): string {
    const unread = memberships.filter((membership) => membership.unread > 0);
    return unread
      .map((each) => info(`${each.group}: ${unreadCount(each.unread, each.mentions)}`))
      .join('');
  }

  async ask(requests: readonly Request[], isHere: boolean): Promise<string[]> {
    const lines = requests.map(({ method, params }) => {
      const line = commands[method]?.line(params) ?? '';
      return isHere ? shortForm(line) : line;
    });
    return [plain(await this.peer.ask(lines.join('\n')))];
  }

  shown({ method, params }: Request, answer: Answer, isHere: boolean): string {
    if ('error' in answer) {
      const [code = '', ...sentence] = answer.error.split(': ');
      const message = sentence.join(': ');
      const hint = hintFor({ code: code as keyof typeof hints, message }, 'typing');
      return `[ERROR] ${message}${hint ? ` ${hint}` : ''}\n`;
    }
    return commands[method]?.shown(answer.result, params, isHere) ?? '';
  }

  async notices(): Promise<string[]> {
    return linesOf(await this.peer.receivedSoFar());
  }

  shownNotice(notice: Told): string | undefined {
    return noticeLine(notice);
  }

  async expelled(): Promise<string[]> {
    const text = await this.peer.toEnd();
    this.peer.socket.destroy();
    return linesOf(text).map((line) => line.replace(/^\[INFO\] (.*) Goodbye\.$/, '$1'));
  }

  async exit(): Promise<void> {
    this.peer.send('%exit');
    await this.peer.toEnd();
    this.peer.socket.destroy();
  }

  async vanish(): Promise<void> {
    this.peer.socket.destroy();
    if (!this.peer.socket.closed) await once(this.peer.socket, 'close');
  }
}

function linesOf(text: string): string[] {
  const lines = plain(text).split('\n');
  return lines.filter((line) => line !== '' && !/\[NOTIFY\] (Online|Offline): /.test(line));
}

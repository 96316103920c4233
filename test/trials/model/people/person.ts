import { once } from 'node:events';
import { hintFor, type hints } from '../../../../src/protocol/hints.ts';
import type { Result } from '../../../../src/protocol/schemas.ts';
import type { TextPeer } from '../../../helpers/text-peer.ts';
import type { Answer } from '../oracle/answer.ts';
import type { Actor, Request, SignIn, Told } from './actor.ts';
import { commandFor, shortForm, usage } from './commands.ts';
import { noticeLine } from './notice-lines.ts';
import { counted, info, plain, unreadCount } from './rendering.ts';

const noticeLines = /^\[(GROUP|DIRECT):[^\]]*\] \[NOTIFY\] .*\n/gm;

/** A person who types: every line is compared, but for dates and for who is online. */
export class Person implements Actor {
  lastCode: string | undefined;
  /** Notices that came with an answer, and were not returned yet. */
  private early = '';

  private constructor(private readonly peer: TextPeer) {}

  static async login({ board, name, password }: SignIn) {
    const peer = await board.connect();
    // A board that closes waits a while for those who do not end their side.
    peer.socket.once('end', () => peer.socket.end());
    await peer.expect('What is your username? ');
    peer.send(name, ...(password === undefined ? [] : [password]));
    await peer.expect(`[INFO] Welcome ${name}\n`);
    const welcome = await peer.expect('%help for every command.\n');
    return { actor: new Person(peer), welcome: welcome.replace(/\[INFO\] Type.*\n$/, '') };
  }

  static welcome(told: object): string {
    const { memberships, invitations = [], reports = [] } = told as Result<'session.login'>;
    const unread = memberships.filter((membership) => membership.unread > 0);
    const lines = unread.map((each) => {
      return info(`${each.group}: ${unreadCount(each.unread, each.mentions)}`);
    });
    const groups = invitations.map(({ group }) => group).join(', ');
    const invited = `You are invited to ${groups}. Type %invitations for more.`;
    const open = counted(reports.map(({ group, open: count }) => ({ group, count })));
    const reported = `Open reports: ${open}. Type %reports <group> to see them.`;
    return [...lines, groups === '' ? '' : info(invited), open === '' ? '' : info(reported)].join(
      '',
    );
  }

  async ask(requests: readonly Request[], isHere: boolean): Promise<string[]> {
    const lines = requests.map(({ method, params }) => {
      const line = commandFor(method)?.line(params) ?? '';
      return isHere ? shortForm(line) : line;
    });
    const text = await this.peer.ask(lines.join('\n'));
    this.lastCode = /\b[0-9a-f]{24}\b/.exec(text)?.[0] ?? this.lastCode;
    // A notice can come before the answer to the last line has been read.
    return [
      plain(text).replace(noticeLines, (line) => {
        this.early += line;
        return '';
      }),
    ];
  }

  shown({ method, params }: Request, answer: Answer, isHere: boolean): string {
    if ('error' in answer) {
      const [code = '', ...sentence] = answer.error.split(': ');
      const message = sentence.join(': ');
      const hint = hintFor({ code: code as keyof typeof hints, message }, 'typing');
      const form = code === 'INVALID_PARAMS' ? usage(commandFor(method)?.line(params) ?? '') : '';
      return `[ERROR] ${message}${hint ? ` ${hint}` : ''}\n${form}`;
    }
    return commandFor(method)?.shown(answer.result, params, isHere) ?? '';
  }

  async notices(): Promise<string[]> {
    const early = this.early;
    this.early = '';
    return linesOf(early + (await this.peer.receivedSoFar()));
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

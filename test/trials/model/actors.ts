import { once } from 'node:events';
import type { TestBoard } from '../../helpers/board.ts';
import type { JsonPeer } from '../../helpers/json-peer.ts';
import type { TextPeer } from '../../helpers/text-peer.ts';

/** A user at a board, whose answers and notices are told in the same words in both encodings. */
export interface Actor {
  join(group: string): Promise<string>;
  leave(group: string): Promise<string>;
  list(group: string): Promise<string>;
  search(query: string): Promise<string>;
  get(group: string, number: number): Promise<string>;
  /** Sends them in one packet; gives an answer for each. */
  post(group: string, subjects: string[]): Promise<string[]>;
  /**
   * What was announced and not taken yet. Coming and going is left out, since it is gathered over time, and so
   * is what the operator has deleted, since the server looks for that now and then.
   */
  notices(): Promise<string[]>;
  exit(): Promise<void>;
  vanish(): Promise<void>;
}

interface HeaderLike {
  number: number;
}

export class ProgramActor implements Actor {
  constructor(private readonly peer: JsonPeer) {}

  static async login(board: TestBoard, name: string): Promise<Actor> {
    return new ProgramActor(await board.program(name));
  }

  join(group: string) {
    return this.ask('group.join', { group }, ({ messages }) => `sees ${numbers(messages)}`);
  }

  leave(group: string) {
    return this.ask('group.leave', { group }, () => 'left');
  }

  list(group: string) {
    return this.ask('message.list', { group }, ({ messages }) => `sees ${numbers(messages)}`);
  }

  search(query: string) {
    const named = (found: { group: string; number: number }) => `${found.group} ${found.number}`;
    return this.ask('message.search', { query }, ({ messages }) => {
      return `finds ${messages.map(named).join(', ')}`;
    });
  }

  get(group: string, number: number) {
    return this.ask('message.get', { group, number }, (found) => `reads ${found.number}`);
  }

  post(group: string, subjects: string[]) {
    return Promise.all(
      subjects.map((subject) =>
        this.ask('message.post', { group, subject, content: 'c' }, (it) => `posted ${it.number}`),
      ),
    );
  }

  async notices(): Promise<string[]> {
    const told = await this.peer.notices();
    return told.flatMap(({ method, params }) => {
      const { group, user, message } = params as {
        group: string;
        user: string;
        message: { number: number; sender: string; subject: string };
      };
      if (method === 'presence.changed' || method === 'messages.purged') return [];
      if (method !== 'message.posted') return [`${group}: ${user} ${method?.split('.')[1]}`];
      return [`${group}: ${message.number} from ${message.sender}, ${message.subject}`];
    });
  }

  async exit(): Promise<void> {
    await this.peer.call('session.logout', {});
    await this.peer.closed();
  }

  async vanish(): Promise<void> {
    this.peer.socket.destroy();
  }

  // biome-ignore lint/suspicious/noExplicitAny: each caller knows the result of its method.
  private async ask(method: string, params: object, words: (result: any) => string) {
    const { result, error } = await this.peer.request(method, params);
    return error ? error.data.code : words(result);
  }
}

const refusals: [RegExp, string][] = [
  [/^\[ERROR\] You are not a member/m, 'NOT_MEMBER'],
  [/^\[ERROR\] You are a member of \w+ already/m, 'ALREADY_MEMBER'],
  [/^\[ERROR\] There is no message/m, 'MESSAGE_NOT_FOUND'],
];
const posted = /^\[GROUP:(.*)\] \[NOTIFY\] New message from (.*) \(ID: (\d+), .*Subject: (.*)\)$/;
const moved = /^\[GROUP:(.*)\] \[NOTIFY\] User (.*) (joined|left) the group\.$/;

const leftOut = /\[NOTIFY\] ((Online|Offline): |.* removed by the operator\.$)/;

export class PersonActor implements Actor {
  private constructor(private readonly peer: TextPeer) {}

  static async login(board: TestBoard, name: string): Promise<Actor> {
    const peer = await board.person(name);
    // A board that closes waits a while for those who do not end their side.
    peer.socket.once('end', () => peer.socket.end());
    return new PersonActor(peer);
  }

  async join(group: string) {
    return this.ask(`%groupjoin ${group}`, listed);
  }

  async leave(group: string) {
    return this.ask(`%groupleave ${group}`, () => 'left');
  }

  async list(group: string) {
    return this.ask(`%grouplist ${group}`, listed);
  }

  async search(query: string) {
    return this.ask(`%search ${query}`, (text) => {
      const found = [...text.matchAll(/^Group: (\w+) \| ID: (\d+) \|/gm)];
      return `finds ${found.map(([, group, number]) => `${group} ${number}`).join(', ')}`;
    });
  }

  async get(group: string, number: number) {
    return this.ask(`%groupmessage ${group} ${number}`, (text) => {
      return `reads ${/^--- Message ID: (\d+)/m.exec(text)?.[1]}`;
    });
  }

  async post(group: string, subjects: string[]) {
    const lines = subjects.map((subject) => `%grouppost ${group} ${subject} c`);
    const shown = (await this.peer.ask(lines.join('\n'))).split('\n');
    return shown
      .filter((line) => /^\[(ERROR|SUCCESS)\]/.test(line))
      .map((line) => {
        return errorText(line) ?? `posted ${/Message (\d+)/.exec(line)?.[1]}`;
      });
  }

  async notices(): Promise<string[]> {
    const lines = (await this.peer.receivedSoFar()).split('\n').filter((line) => line !== '');
    return lines.flatMap((line) => {
      const [, group, user, word] = moved.exec(line) ?? [];
      if (group) return [`${group}: ${user} ${word}`];
      const [, where, sender, number, subject] = posted.exec(line) ?? [];
      if (where) return [`${where}: ${number} from ${sender}, ${subject}`];
      return leftOut.test(line) ? [] : [line];
    });
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

  private async ask(line: string, words: (text: string) => string): Promise<string> {
    const text = await this.peer.ask(line);
    return errorText(text) ?? words(text);
  }
}

function errorText(text: string): string | undefined {
  return refusals.find(([says]) => says.test(text))?.[1];
}

function listed(text: string): string {
  const found = [...text.matchAll(/^ID: (\d+) \|/gm)].map(([, number]) => Number(number));
  return `sees ${found.join(' ')}`;
}

function numbers(messages: HeaderLike[]): string {
  return messages.map(({ number }) => number).join(' ');
}

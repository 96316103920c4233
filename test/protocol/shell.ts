import { BoardError, boardError } from '../../src/protocol/errors.ts';
import { limits } from '../../src/protocol/limits.ts';
import type { Call, Header, Method, Result } from '../../src/protocol/schemas.ts';
import type { Place } from '../../src/protocol/text/place.ts';
import { Reading } from '../../src/protocol/text/reading.ts';
import { runTextLine, textCommands } from '../../src/protocol/text/shell.ts';
import { plainStyle } from '../../src/protocol/text/style.ts';

/** What each method gives when it is called: a result, one for each call in turn, or a refusal. */
export type Answers = { [M in Method]?: Result<M> | Result<M>[] | BoardError };

export interface Run {
  /** What was printed, a line each. */
  lines: string[];
  pieces: string[];
  /** Whether the command did what was asked. */
  done: boolean;
  /** What was asked of the board. */
  calls: [method: Method, params: unknown][];
  exited: boolean;
  connected: [address: string, port: string | undefined][];
  /** What the user was asked. */
  asked: string[];
  /** Texts that were not posted and are kept, and the one being written. */
  kept: string[];
  unposted: string[] | undefined;
}

export interface As {
  /** Undefined before login. */
  user?: string | undefined;
  /** What the user answers when asked, in turn. */
  secrets?: string[];
  /** Where the user is. */
  place?: Place;
  /** The lines of a text that the user writes, in turn; after them, no more come. */
  text?: (string | BoardError)[];
}

/** Runs a line as alice types it, and records what it asks of the board. */
export async function type(
  line: string,
  answers: Answers = {},
  as: As = { user: 'alice' },
): Promise<Run> {
  const run: Run = {
    lines: [],
    pieces: [],
    done: false,
    calls: [],
    exited: false,
    connected: [],
    asked: [],
    kept: [],
    unposted: undefined,
  };
  const secrets = [...(as.secrets ?? [])];
  const text = [...(as.text ?? [])];
  const call: Call = async <M extends Method>(method: M, params: unknown) => {
    run.calls.push([method, params]);
    const answer: unknown = answers[method];
    if (answer instanceof BoardError) throw answer;
    const result: unknown = Array.isArray(answer) ? answer.shift() : answer;
    if (!result) throw new Error(`Nothing was expected to call ${method}`);
    return result as Result<M>;
  };
  const printing = runTextLine(line, {
    call,
    user: as.user,
    style: plainStyle,
    commands: textCommands,
    ask: async (prompt) => {
      run.asked.push(prompt);
      const secret = secrets.shift();
      if (secret === undefined) throw boardError('PASSWORD_REQUIRED');
      return secret;
    },
    textLine: async () => text.shift(),
    givingUp: 'nothing gives it up',
    draftBytes: limits.content,
    writing: (lines) => {
      run.unposted = lines && [...lines];
    },
    keep: (kept) => {
      run.kept.push(kept);
    },
    reading: new Reading(),
    place: as.place,
    exit: async () => {
      run.exited = true;
    },
    connect: async (address, port) => {
      run.connected.push([address, port]);
      return '[INFO] Connected.\n';
    },
  });
  for (;;) {
    const next = await printing.next();
    if (next.done) {
      run.done = next.value;
      break;
    }
    run.pieces.push(next.value);
  }
  run.lines = run.pieces.join('').split('\n').slice(0, -1);
  return run;
}

/** Headers with these numbers, from bob. */
export function headers(...numbers: number[]): Header[] {
  return numbers.map((number) => ({
    number,
    senderId: 2,
    sender: 'bob',
    postedAt: '2026-11-22T19:36:12.345678Z',
    subject: `about ${number}`,
    thread: number,
  }));
}

/** The rules of an open group in which all members write. */
export const openRules = { access: 'open', posting: 'members', replying: 'members' } as const;

/** The rules of such a group, for a member without a role. */
export const asMember = { ...openRules, role: 'member' } as const;

/** A group as `group.list` tells of it. */
export function group(
  name: string,
  rest: Partial<Result<'group.list'>['groups'][number]> = {},
): Result<'group.list'>['groups'][number] {
  return {
    id: 1,
    name,
    description: '',
    members: 0,
    messages: 0,
    joined: false,
    invited: false,
    ...asMember,
    change: 0,
    unread: 0,
    mentions: 0,
    notify: 'all',
    lastRead: 0,
    ranges: [],
    lastNumber: 0,
    ...rest,
  };
}

/** A group as `group.show` tells of it. */
export function shown(rest: Partial<Result<'group.show'>> = {}): Result<'group.show'> {
  return {
    group: 'main',
    groupId: 1,
    description: '',
    about: '',
    members: 2,
    joined: true,
    invited: false,
    moderators: [],
    pins: [],
    ...asMember,
    ...rest,
  };
}

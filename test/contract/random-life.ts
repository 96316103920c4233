import fc from 'fast-check';
import { Board } from '../../src/board/board.ts';
import { groupName, userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import { checkedDescription, checkedReason } from '../../src/board/texts.ts';
import { BoardError } from '../../src/protocol/errors.ts';
import { limits } from '../../src/protocol/limits.ts';
import { login } from '../helpers/storage.ts';
import { provenKey } from '../helpers/vouched-peer.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

/** A board on which anything happens that members and an operator do. */
class Life {
  private readonly members: Board;
  readonly operator: Administration;

  constructor(
    private readonly board: StorageUnderTest,
    private readonly clock: { wall: number },
  ) {
    this.members = new Board(board.repository);
    this.operator = board.administration;
  }

  passTime(milliseconds: number): void {
    this.clock.wall += milliseconds;
  }

  /** One of the names that there are, and none where there are none. */
  async userName(nth: number): Promise<string> {
    const users = await this.operator.users();
    return users[nth % users.length]?.name ?? 'nobody';
  }

  /** One of the groups that there are. */
  async group(nth: number): Promise<number> {
    const groups = await this.operator.groups();
    return groups[nth % groups.length]?.id ?? 0;
  }

  /** What one who has just logged in does, in a group. */
  async as(
    who: { user: number; group: number },
    act: (members: Board, actor: Actor, group: number) => Promise<unknown>,
  ): Promise<void> {
    const actor = await login(this.board, await this.userName(who.user));
    await act(this.members, actor, await this.group(who.group));
    await this.board.accounts.disconnect(actor, null);
  }
}

/** Something that happens. What the board refuses does not. */
type Deed = (life: Life) => unknown;

/** Names of the first users, and what happens then. */
type RandomLife = [users: string[], deeds: Deed[]];

// What terminals, file formats and Unicode each have a rule of their own for.
const odd = [
  ...['\n', '\r\n', '\r', '\t', ' ', '\0', '\u001b[2J', '\u0085', '\u009b', '\u00a0', '\u200e'],
  ...['\u2028', '\u202e', '\ufeff', '\ufffd', '\ud800', '"', '\\', '\\n', 'e\u0301', '👩‍👩‍👧', '𝒮'],
];
const piece = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ maxLength: 8 }),
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

const letters = ['a', 'Z', 'ß', 'ﬁ', 'İ', 'e\u0301', '한', 'ำ', 'ﷺ', '𝒮', '①', '7', '_', '-', '.'];
const name = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 3 })
  .map((characters) => `n${characters.join('')}`);

const hash = fc.option(fc.constantFrom('c2FsdA$a2V5', 'c2FsdHNhbHQ$a2V5a2V5'), { freq: 2 });
const key = fc.option(
  text.filter(({ length }) => length > 0 && length <= limits.postKey),
  { nil: undefined },
);
const limit = fc.option(fc.integer({ min: 1, max: 1000 }));
const user = fc.nat({ max: 3 });
const group = fc.nat({ max: 5 });
const place = { user, group };

function deed<T>(
  weight: number,
  fields: { [F in keyof T]: fc.Arbitrary<T[F]> },
  act: (life: Life, fields: T) => unknown,
): { weight: number; arbitrary: fc.Arbitrary<Deed> } {
  const toDeed = (given: T) =>
    Object.assign((life: Life) => act(life, given), {
      [fc.toStringMethod]: () => `${act} of ${fc.stringify(given)}`,
    });
  return { weight, arbitrary: fc.record(fields).map(toDeed) };
}

const deeds = fc.oneof(
  deed(
    40,
    { ...place, subject: text, content: text, key },
    (life, { subject, content, key, ...who }) =>
      life.as(who, async (board, actor, to) => {
        await tried(() => board.join(actor, to));
        return board.post(actor, to, { subject: `s${subject}`, content, key });
      }),
  ),
  deed(6, place, (life, who) => life.as(who, (board, actor, to) => board.join(actor, to))),
  deed(1, place, (life, who) => life.as(who, (board, actor, from) => board.leave(actor, from))),
  deed(1, { ...place, number: fc.nat({ max: 9 }) }, (life, { number, ...who }) =>
    life.as(who, (board, actor, of) => board.markRead(actor, of, [[1, number]])),
  ),
  deed(
    12,
    { ...place, number: fc.integer({ min: 1, max: 9 }), subject: text, content: text },
    (life, { subject, content, number, ...who }) =>
      life.as(who, (board, actor, of) =>
        board.edit(actor, of, number, { subject: `s${subject}`, content }),
      ),
  ),
  deed(3, { ...place, number: fc.integer({ min: 1, max: 9 }) }, (life, { number, ...who }) =>
    life.as(who, (board, actor, of) => board.delete(actor, of, number)),
  ),
  deed(4, { ...place, number: fc.integer({ min: 1, max: 9 }) }, (life, { number, ...who }) =>
    life.as(who, (board, actor, of) => board.markRead(actor, of, [[number, number]])),
  ),
  deed(
    10,
    { ...place, named: user, edits: fc.boolean() },
    async (life, { named, edits, ...who }) => {
      const mention = `for @${await life.userName(named)}, and @nobody`;
      return life.as(who, async (board, actor, to) => {
        await tried(() => board.join(actor, to));
        const subject = edits ? 'nobody' : mention;
        const { message } = await board.post(actor, to, { subject, content: 'c' });
        if (edits) await board.edit(actor, to, message.number, { content: mention });
      });
    },
  ),
  deed(
    3,
    { ...place, notify: fc.constantFrom('all' as const, 'mentions', 'none') },
    (life, { notify, ...who }) =>
      life.as(who, (board, actor, of) => board.setNotify(actor, of, notify)),
  ),
  deed(
    4,
    { ...place, thread: fc.integer({ min: 1, max: 9 }), muted: fc.boolean() },
    (life, { thread, muted, ...who }) =>
      life.as(who, (board, actor, of) => board.muteThread(actor, of, thread, muted)),
  ),
  deed(
    3,
    { ...place, other: user, muted: fc.boolean() },
    async (life, { other, muted, ...who }) => {
      const name = await life.userName(other);
      return life.as(who, (board, actor) => board.muteUser(actor, name, muted));
    },
  ),
  deed(2, { name, hash }, ({ operator }, { name, hash }) =>
    operator.createUser(userName(name), hash && `$scrypt$ln=17,r=8,p=1$${hash}`),
  ),
  deed(1, { user, hash }, async (life, { user, hash }) =>
    life.operator.setPassword(await life.userName(user), hash && `$scrypt$ln=17,r=8,p=1$${hash}`),
  ),
  deed(3, { user, seed: fc.nat(5), removes: fc.boolean() }, async (life, { user, ...key }) => {
    const owner = await life.userName(user);
    const proven = provenKey(`${key.seed}`);
    if (key.removes) await life.operator.removeUserKey(owner, proven.fingerprint);
    else await life.operator.addUserKey(owner, proven);
  }),
  deed(1, { user, name }, async (life, { user, name }) =>
    life.operator.renameUser(await life.userName(user), userName(name)),
  ),
  deed(1, { user, text }, async (life, { user, text }) =>
    life.operator.banUser(await life.userName(user), checkedReason(text)),
  ),
  deed(
    1,
    { user, fate: fc.constantFrom('keep' as const, 'purge' as const) },
    async (life, { user, fate }) =>
      life.operator.deleteUser(await life.userName(user), fate, toTheEnd),
  ),
  deed(2, { name, text }, ({ operator }, { name, text }) =>
    operator.createGroup(groupName(name), checkedDescription(text)),
  ),
  deed(
    2,
    { group, text, keepMessages: limit, keepDays: limit },
    async (life, { group, text, ...rule }) =>
      life.operator.editGroup(
        { id: await life.group(group) },
        { description: checkedDescription(text), ...rule },
      ),
  ),
  deed(1, { group, name }, async (life, { group, name }) =>
    life.operator.renameGroup({ id: await life.group(group) }, groupName(name)),
  ),
  deed(1, { group }, async (life, { group }) =>
    life.operator.deleteGroup({ id: await life.group(group) }, toTheEnd),
  ),
  deed(2, { group, keep: fc.nat({ max: 3 }) }, async (life, { group, keep }) =>
    life.operator.purge(
      await life.operator.planPurge({ id: await life.group(group) }, { keep }),
      toTheEnd,
    ),
  ),
  deed(
    6,
    {
      group,
      numbers: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 2 }),
    },
    async (life, { group, numbers }) =>
      life.operator.deleteMessages({ id: await life.group(group) }, numbers),
  ),
  deed(2, { by: fc.integer({ min: -5000, max: 1e9 }) }, (life, { by }) => life.passTime(by)),
);

/** What happens to a board from its making on. */
export const lives: fc.Arbitrary<RandomLife> = fc.tuple(
  fc.array(name, { minLength: 2, maxLength: 4 }),
  fc.array(deeds, { minLength: 40, maxLength: 80 }),
);

/** Lets a board live through all of it, a new one or one that was used before. It is closed then. */
export async function live(open: OpenStorage, [users, happens]: RandomLife): Promise<void> {
  const clock = { wall: Date.UTC(2026, 10, 22) };
  const board = open({ now: () => clock.wall, durable: false });
  const life = new Life(board, clock);
  try {
    for (const each of users) await tried(() => life.operator.createUser(userName(each), null));
    for (const each of happens) await tried(async () => each(life));
  } finally {
    await board.close();
  }
}

async function tried(deed: () => Promise<unknown>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
  }
}

import { type DoorOptions, type DoorSession, dropClaims, enterDoor } from '../client/door.ts';
import { BoardError } from '../protocol/errors.ts';
import { GivenUp } from '../protocol/text/command.ts';
import { TaskError } from '../tasks/task-error.ts';
import { type Asker, askedOften, knowsNow, type Look, mostAnswers, names } from './asking.ts';
import type { Identity } from './visitor.ts';

/**
 * Asks the holder of a key that users have added as a line, and that nobody has come by, which of them this is.
 * @returns undefined if it is none of them. Their claims are then gone, if the visitor has said no
 */
export async function enterAsClaimant(
  { user, key }: { user: string | undefined; key: NonNullable<Identity['key']> },
  { claimed, claimants }: Pick<Look, 'claimed' | 'claimants'>,
  door: DoorOptions,
  asker: Asker,
): Promise<DoorSession | undefined> {
  const isUser = (name: string) => name.toLowerCase() === user?.toLowerCase();
  let left = claimants;
  if (claimed && user !== undefined) {
    // Found among all of them, and not only the first ten.
    const asked = await askClaimant([claimants.find(isUser) ?? user], asker);
    if (asked === 'unsaid') return undefined;
    if (asked !== 'none') return enterClaimed(asked, key, door, asker);
    left = claimants.filter((name) => !isUser(name));
  }
  for (let answers = 0; left.length > 0; answers++) {
    if (answers === mostAnswers) throw new TaskError(askedOften);
    const asked = await askClaimant(left, asker);
    if (asked === 'unsaid') return undefined;
    if (asked === 'none') break;
    const session = await enterClaimed(asked, key, door, asker);
    if (session) return session;
  }
  await dropClaims(door, key.fingerprint);
  return undefined;
}

/** @returns undefined if the user has not added the key, or has removed it since. A line then says so to the visitor */
async function enterClaimed(
  { user }: { user: string },
  key: NonNullable<Identity['key']>,
  door: DoorOptions,
  asker: Asker,
): Promise<DoorSession | undefined> {
  try {
    const session = await enterDoor(door, { key, user, claim: true });
    asker.print(`${knowsNow(key)}\n`);
    return session;
  } catch (error) {
    const asksOn = ['SSH_KEY_NOT_FOUND', 'NAME_INVALID'];
    if (!(error instanceof BoardError && asksOn.includes(error.code))) throw error;
    asker.print(`${error.message}\n`);
    return undefined;
  }
}

/**
 * @returns a name, which may be none of those that were shown; `none` if the visitor has said so, and `unsaid` for Enter
 * @throws GivenUp
 */
async function askClaimant(
  claimants: readonly string[],
  asker: Asker,
): Promise<{ user: string } | 'none' | 'unsaid'> {
  const [only = ''] = claimants;
  const isOne = claimants.length === 1;
  const question = isOne
    ? `${only} has added this key. Are you ${only}? y/N `
    : `${names(claimants)} have added this key. Which of them are you? [none] `;
  for (let answers = 0; answers < mostAnswers; answers++) {
    const answer = (await asker.answer(question))?.trim();
    if (answer === undefined) throw new GivenUp('Nothing was created.');
    const named = claimants.find((name) => name.toLowerCase() === answer.toLowerCase());
    if (named !== undefined) return { user: named };
    if (answer === '') return 'unsaid';
    if (/^(n|no|none)$/i.test(answer)) return 'none';
    if (!isOne) return { user: answer };
    if (/^y(es)?$/i.test(answer)) return { user: only };
    asker.print('Answer y or n.\n');
  }
  throw new TaskError(askedOften);
}

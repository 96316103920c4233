import {
  type DoorOptions,
  type DoorSession,
  dropClaims,
  enterDoor,
  lookAtDoor,
} from '../client/door.ts';
import { BoardError, type ErrorCode } from '../protocol/errors.ts';
import type { Params, Result } from '../protocol/schemas.ts';
import { GivenUp } from '../protocol/text/command.ts';
import { TaskError } from '../tasks/task-error.ts';
import type { Identity } from './visitor.ts';

/** Asks a visitor at a terminal, line by line. */
export interface Asker {
  print(text: string): void;
  /** @returns undefined after Ctrl-C or Ctrl-D, and if the visitor has gone */
  answer(prompt: string): Promise<string | undefined>;
  /** What is typed is not shown. @throws GivenUp as `answer` returns undefined */
  secret(prompt: string): Promise<string>;
}

type Login = Params<'door.login'>;
type Look = Result<'door.look'>;

// How often a visitor may answer before they are sent away.
const mostAnswers = 5;
const askedOften = 'That was asked often enough. Connect again to go on.';
// Refusals of a name or a password: another answer may be accepted.
const asksAgain: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NAME_INVALID',
  'NAME_IN_USE',
  'NAME_TOO_SIMILAR',
  'USER_EXISTS',
  'PASSWORD_REQUIRED',
  'PASSWORD_WRONG',
  'PASSWORD_INVALID',
  'REGISTRATION_REQUIRED',
]);

/**
 * What `door.login` is told of a visitor who cannot be asked. Nothing is created for a key that nobody has agreed to.
 * @param tell is told in a sentence if the visitor is not who they may think
 * @throws TaskError if a question would be needed; ConnectionError, BoardError
 */
export async function knownLogin(
  identity: Identity,
  door: DoorOptions,
  tell: (text: string) => void,
): Promise<Login> {
  const look = await lookFor(identity, door);
  const login = withoutQuestion(identity, look, tell);
  if (login) return login;
  const { key } = identity;
  const { claimants } = look;
  if (key && claimants.length > 0) {
    throw new TaskError(
      `${names(claimants, 'and')} ${claimants.length > 1 ? 'have' : 'has'} added your SSH key ${key.fingerprint} here. Connect once with a terminal and without a command to say whether that is you: ssh -t`,
    );
  }
  throw new TaskError(
    key
      ? `This board does not know your SSH key ${key.fingerprint}. Connect once with a terminal and without a command to choose your name: ssh -t`
      : 'This name needs a password, which cannot be asked for here. Connect with a terminal: ssh -t',
  );
}

/**
 * Logs a visitor in, and asks what is not known: a name for a new key, a password, and whether the key is remembered.
 * @throws GivenUp if the visitor gives up; TaskError after too many answers; ConnectionError, BoardError
 */
export async function askedLogin(
  identity: Identity,
  door: DoorOptions,
  asker: Asker,
): Promise<DoorSession> {
  const look = await lookFor(identity, door);
  const { key, user, password } = identity;
  const isNewKey = key !== undefined && look.owner === null;
  if (isNewKey && password === undefined && look.claimants.length > 0) {
    const session = await enterAsClaimant({ user, key }, look, door, asker);
    if (session) return session;
  }
  if (!isNewKey || password !== undefined) {
    const login = withoutQuestion(identity, look, (text) => asker.print(`${text}\n`));
    if (login) {
      const session = await enterDoor(door, login);
      if (isNewKey) await offerToRemember(session, asker);
      return session;
    }
  }
  const given = isNewKey || look.name === 'invalid' ? undefined : user;
  for (let answers = 0; answers < mostAnswers; answers++) {
    try {
      const name = given ?? (await askName(user, look, asker));
      if (name !== '') return await enterAs(name, identity, door, asker);
    } catch (error) {
      if (!(error instanceof BoardError && asksAgain.has(error.code))) throw error;
      asker.print(`${error.message}\n`);
    }
  }
  throw new TaskError(askedOften);
}

function lookFor({ user, key }: Identity, door: DoorOptions): Promise<Look> {
  return lookAtDoor(door, {
    ...(user !== undefined && { user }),
    ...(key && { fingerprint: key.fingerprint }),
  });
}

/** How to log in with what is known. Undefined if the visitor has to be asked. */
function withoutQuestion(
  { key, user, password }: Identity,
  { owner, name, access }: Look,
  tell: (text: string) => void,
): Login | undefined {
  if (key && owner !== null) {
    if (user !== undefined && user.toLowerCase() !== owner.toLowerCase()) {
      tell(`You are ${owner} here, not ${user}: your SSH key belongs to ${owner}.`);
    }
    return { key };
  }
  if (user === undefined) return undefined;
  if (password !== undefined) return { ...(key && { key }), user, password };
  if (name === 'unprotected') return { ...(key && { key }), user };
  return !key && name === 'free' && access === 'open' ? { user } : undefined;
}

async function askName(user: string | undefined, { name }: Look, asker: Asker): Promise<string> {
  const offered = name === 'invalid' ? undefined : user;
  const hint = offered === undefined ? '' : `[${offered}] `;
  const answer = await asker.answer(`New here? Your name: ${hint}`);
  if (answer === undefined) throw new GivenUp('Nothing was created.');
  return answer.trim() || (offered ?? '');
}

/** Logs in under a name that the visitor has given: a new one, or their own. */
async function enterAs(
  user: string,
  { key: offered, password }: Identity,
  door: DoorOptions,
  asker: Asker,
): Promise<DoorSession> {
  const { name, access } = await lookAtDoor(door, { user });
  const key = offered && { key: offered };
  const isNew = name === 'free' && access !== 'closed';
  if (!isNew) {
    const needsPassword = name === 'protected' || name === 'free';
    const given = needsPassword
      ? { password: password ?? (await asker.secret(`Password of ${user}: `)) }
      : {};
    const session = await enterDoor(door, { ...key, user, ...given });
    if (key) await offerToRemember(session, asker);
    return session;
  }
  const chosen = access === 'registered' ? { password: await newPassword(user, asker) } : {};
  const create = (key || access === 'registered') && { create: true };
  const session = await enterDoor(door, { ...key, user, ...chosen, ...create });
  if (offered) asker.print(`${knowsNow(offered)}\n`);
  return session;
}

function knowsNow({ fingerprint }: Pick<NonNullable<Identity['key']>, 'fingerprint'>): string {
  return `I know you by your key ${fingerprint} from now on.`;
}

/**
 * Asks the holder of a key that users have added as a line, and that nobody has come by, which of them this is.
 * @returns undefined if it is none of them. Their claims are then gone, if the visitor has said no
 */
async function enterAsClaimant(
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

/** @returns undefined if the user has not added the key, or not any more. The visitor is told so */
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
    : `${names(claimants, 'and')} have added this key. Which of them are you? [none] `;
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

/** `alice`, `alice and bob`, `alice, bob and carol` */
function names(all: readonly string[], and: string): string {
  const last = all.at(-1) ?? '';
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} ${and} ${last}` : last;
}

async function newPassword(user: string, asker: Asker): Promise<string> {
  for (let answers = 0; answers < mostAnswers; answers++) {
    const password = await asker.secret(`Choose a password for ${user}: `);
    if ((await asker.secret('The same again: ')) === password) return password;
    asker.print('The two are not the same.\n');
  }
  throw new TaskError(askedOften);
}

/** A key that is not remembered is asked about again at the next visit. */
async function offerToRemember({ client }: DoorSession, asker: Asker): Promise<void> {
  const answer = await asker.answer(`Remember this key for ${client.user}? y/N `);
  if (!/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  try {
    await client.call('account.addKey', {});
    asker.print(`This key is remembered for ${client.user}.\n`);
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    asker.print(`${error.message}\n`);
  }
}

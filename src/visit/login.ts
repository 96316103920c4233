import { type DoorOptions, type DoorSession, enterDoor, lookAtDoor } from '../client/door.ts';
import { BoardError, type ErrorCode } from '../protocol/errors.ts';
import type { Params } from '../protocol/schemas.ts';
import { GivenUp } from '../protocol/text/command.ts';
import { TaskError } from '../tasks/task-error.ts';
import { type Asker, askedOften, knowsNow, type Look, mostAnswers, names } from './asking.ts';
import { enterAsClaimant } from './claimants.ts';
import type { Identity } from './visitor.ts';

type Login = Params<'door.login'>;

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
      `${names(claimants)} ${claimants.length > 1 ? 'have' : 'has'} added your SSH key ${key.fingerprint} here. Connect once with a terminal and without a command to say whether that is you: ssh -t`,
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

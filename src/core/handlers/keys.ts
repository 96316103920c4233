import type { NewKey } from '../../board/types.ts';
import { toKey } from '../../board/view.ts';
import { boardError } from '../../protocol/errors.ts';
import { parseKeyLine } from '../../protocol/ssh-key.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';
import { counted } from './session.ts';

export const keyHandlers: Pick<
  Handlers,
  'account.keys' | 'account.addKey' | 'account.removeKey' | 'door.look' | 'door.dropClaims'
> = {
  'account.keys': async ({ session, keys }) => {
    const found = await keys.list(session.actor);
    return { keys: found.map(toKey) };
  },

  'account.addKey': async (context, { line, current }) => {
    const { session, keys, accounts } = context;
    const { actor, login } = session;
    // Nobody is asked for a password because of a line that is no key.
    const key = line === undefined ? offeredKey(session) : parseKeyLine(line);
    // The key that the session came by was proven together with the password, on the same connection.
    if (key.fingerprint === session.offeredKey?.fingerprint) {
      const added = await keys.add(actor, key, login?.token ?? null);
      session.offeredKey = undefined;
      return { key: toKey(added) };
    }
    await counted(context, () => accounts.requireOwner(actor, current, session));
    return { key: toKey(await keys.claim(actor, key)) };
  },

  'account.removeKey': async (context, { fingerprint, current }) => {
    const { session, keys, accounts } = context;
    const { actor } = session;
    await counted(context, () => accounts.requireOwner(actor, current, session));
    return { key: toKey(await keys.remove(actor, fingerprint)) };
  },

  'door.look': async ({ session, keys, accounts }, params) => {
    const { login } = session;
    if (login) throw boardError('ALREADY_LOGGED_IN', login.user.name);
    return { ...(await keys.look(params)), access: accounts.access };
  },

  'door.dropClaims': async ({ session, keys }, { fingerprint }) => {
    const { login } = session;
    // A visitor speaks on this connection after the login, and has not proven to hold every key.
    if (login) throw boardError('ALREADY_LOGGED_IN', login.user.name);
    await keys.dropClaims(fingerprint, session.payer);
    return {};
  },
};

function offeredKey({ offeredKey: key }: Session): NewKey {
  if (key) return key;
  throw boardError('INVALID_PARAMS', 'line: give the line of a public SSH key');
}

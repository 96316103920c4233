import type { StoredKey } from '../../board/types.ts';
import { toKey } from '../../board/view.ts';
import { boardError } from '../../protocol/errors.ts';
import { parseKeyLine } from '../../protocol/ssh-key.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';
import { counted } from './session.ts';

export const keyHandlers: Pick<
  Handlers,
  'account.keys' | 'account.addKey' | 'account.removeKey' | 'door.look'
> = {
  'account.keys': async ({ session, keys }) => {
    const found = await keys.list(session.actor);
    return { keys: found.map(toKey) };
  },

  'account.addKey': async (context, { line, current }) => {
    const { session, keys, accounts } = context;
    const { actor, login } = session;
    const cameBy = line === undefined;
    // Nobody is asked for a password because of a line that is no key.
    const key = cameBy ? offeredKey(session) : parseKeyLine(line);
    // The key that the session came by was proven together with the password, on the same connection.
    if (!cameBy) await counted(context, () => accounts.requireOwner(actor, current, session));
    const added = await keys.add(actor, key, { token: login?.token ?? null, cameBy });
    forgetOffered(session, added);
    return { key: toKey(added) };
  },

  'account.removeKey': async ({ session, keys }, { fingerprint }) => {
    return { key: toKey(await keys.remove(session.actor, fingerprint)) };
  },

  'door.look': async ({ session, keys, accounts }, params) => {
    const { login } = session;
    if (login) throw boardError('ALREADY_LOGGED_IN', login.user.name);
    return { ...(await keys.look(params)), access: accounts.access };
  },
};

function offeredKey({ offeredKey: key }: Session) {
  if (key) return key;
  throw boardError('INVALID_PARAMS', 'line: give the line of a public SSH key');
}

function forgetOffered(session: Session, { fingerprint }: StoredKey): void {
  if (session.offeredKey?.fingerprint === fingerprint) session.offeredKey = undefined;
}

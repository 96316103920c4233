import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { methods } from '../../src/protocol/methods.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { keyLine, provenKey, vouchedPeer } from '../helpers/vouched-peer.ts';

const password = 'correct horse battery';
const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');

/** The rows of the table of account methods in docs/security.md: whether each needs its owner again. */
const table = new Map(
  [...page.matchAll(/^\| `(account\.\w+)`[^|]* \| (the owner again|any session) \|/gm)].map(
    ([, method = '', who = '']) => [method, who],
  ),
);

/** Params of each method that are right but for the password. */
const params: Record<string, object> = {
  'account.setPassword': { password: 'another good one' },
  'account.keys': {},
  'account.addKey': { line: keyLine('planted').line },
  'account.removeKey': { fingerprint: provenKey('own').fingerprint },
};

const asked = Object.keys(methods).filter((method) => method.startsWith('account.'));

test('the table of account methods in docs/security.md has each of them', () => {
  expect([...table.keys()].sort()).toEqual(asked.toSorted());
});

/** Sessions of alice, who has a password and a key. */
async function sessionsOfAlice() {
  const board = await TestBoard.start();
  const key = provenKey('own');
  const logIn = async (more: object) => {
    const peer = await vouchedPeer(board);
    const { token } = await peer.call('door.login', { user: 'alice', password, ...more });
    return { peer, token };
  };
  const { token } = await logIn({ create: true });
  const { token: keyToken } = await logIn({ key, remember: true });
  const { peer: byPassword } = await logIn({});
  const { peer: byKey } = await logIn({ key });
  const resume = async (secret: string) => {
    const peer = await board.connectProgram();
    await peer.call('session.resume', { token: secret });
    return peer;
  };
  return { byPassword, byKey, byToken: await resume(token), byKeyToken: await resume(keyToken) };
}

async function outcome(peer: JsonPeer, method: string, current: object): Promise<string> {
  const request = { ...params[method], ...current };
  return (await peer.request(method, request)).error?.data.code ?? 'done';
}

test.each(asked)(
  '%s needs the password or a login by key exactly if the table says so',
  async (method) => {
    const needsOwner = table.get(method) === 'the owner again';
    const refused = needsOwner ? 'PASSWORD_REQUIRED' : 'done';
    const { byPassword, byKey, byToken, byKeyToken } = await sessionsOfAlice();
    for (const peer of [byToken, byKeyToken, byPassword]) {
      expect(await outcome(peer, method, {})).toBe(refused);
      if (needsOwner)
        expect(await outcome(peer, method, { current: 'wrong' })).toBe('PASSWORD_WRONG');
    }
    expect(await outcome(byKey, method, {})).toBe('done');
  },
);

test.each(asked.filter((method) => table.get(method) === 'the owner again'))(
  '%s is done for a session of any kind that gives the password',
  async (method) => {
    const { byToken } = await sessionsOfAlice();
    expect(await outcome(byToken, method, { current: password })).toBe('done');
  },
);

import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';

export const password = 'correct horse battery';
const insiders = ['alice', 'bob'];
/** Protected names that are not in the secret group: `eve` never was, the others are not any more. */
export const outsiders = ['eve', 'rita', 'barry', 'ivan'];
/** Connections of each outsider. */
const connections = 2;
/** The id of the secret group: of a direct conversation on the board without it. */
export const id = 6;

/** Those whose acts show what they do in the secret group, in it and from outside. */
export interface Others {
  board: TestBoard;
  alice: JsonPeer;
  bob: JsonPeer;
  rita: JsonPeer;
  barry: JsonPeer;
  ivan: JsonPeer;
}

/** What is in the secret group before the outsiders ask. @returns a code that is used up */
async function makeSecret({ alice, bob, rita, barry, ivan }: Others): Promise<string> {
  const group = 'plots';
  await alice.call('group.create', { name: group, access: 'secret', description: 'word' });
  for (const user of ['rita', 'barry', 'ivan']) await alice.call('group.invite', { group, user });
  const { code = '' } = await alice.call('group.invite', { group });
  await bob.call('group.join', { group, code });
  for (const peer of [rita, barry]) await peer.call('group.join', { group });
  await alice.call('group.setRole', { group, user: 'bob', role: 'moderator' });
  await rita.call('message.post', { group, subject: 'word', content: 'word', key: 'key-of-rita' });
  for (const peer of [alice, bob, barry]) {
    await peer.call('message.post', { group, subject: 'word', content: 'word to @rita @barry' });
  }
  await rita.call('message.post', { group, content: 'word to @barry', replyTo: 2 });
  await rita.call('thread.mute', { group, thread: 3 });
  await rita.call('message.markRead', { group, number: 2 });
  await rita.call('message.report', { group, number: 2, reason: 'word' });
  await barry.call('membership.set', { group, notify: 'mentions' });
  await bob.call('message.pin', { group, number: 2 });
  await bob.call('thread.close', { group, thread: 2 });
  const until = '2026-12-24T00:00:00.000000Z';
  await bob.call('group.silence', { group, user: 'rita', until });
  await bob.call('group.remove', { group, user: 'rita', reason: 'word' });
  await bob.call('group.bar', { group, user: 'barry', reason: 'word' });
  await bob.call('invitation.revoke', { group, user: 'ivan' });
  await ivan.call('ping', {});
  await alice.call('group.edit', { group, name: 'plans', about: 'word' });
  return code;
}

/** What goes on between the questions. */
export async function goOn({ alice, bob }: Others, isSecret: boolean): Promise<void> {
  const group = isSecret ? 'plans' : '@bob';
  const content = 'word to @bob, @eve and @rita';
  const { number } = await alice.call('message.post', { group, subject: 'word', content });
  await alice.call('message.edit', { group, number, content: 'word again' });
  if (isSecret) {
    await bob.call('message.pin', { group, number });
    await bob.call('message.report', { group, number, reason: 'word' });
    await alice.call('group.edit', { group, description: `word ${number}` });
    await alice.call('group.invite', { group, user: 'ursula' });
    await alice.call('invitation.revoke', { group, user: 'ursula' });
  }
  await alice.call('message.delete', { group, number });
}

export interface SecretBoard extends Others {
  /** The connections of each outsider. */
  readonly peers: ReadonlyMap<string, readonly JsonPeer[]>;
  /** A code of the secret group that is used up; without one, a code of no group. */
  readonly used: string;
}

/** A board with a secret group of the name `plans`, or a board like it without the group. */
export async function secretBoard(isSecret: boolean): Promise<SecretBoard> {
  const board = await TestBoard.start({ durability: 'relaxed', groupCreation: 'protected' });
  for (const name of [...insiders, ...outsiders, 'ursula']) await board.protect(name, password);
  const enter = (name: string) => board.protectedProgram(name, password);
  const peers = new Map<string, JsonPeer[]>();
  for (const name of outsiders) {
    const own = [];
    for (let count = 0; count < connections; count++) own.push(await enter(name));
    peers.set(name, own);
  }
  const first = (name: string) => peers.get(name)?.[0] as JsonPeer;
  const others: Others = {
    ...{ board, alice: await enter('alice'), bob: await enter('bob') },
    ...{ rita: first('rita'), barry: first('barry'), ivan: first('ivan') },
  };
  let used = 'e'.repeat(24);
  if (isSecret) used = await makeSecret(others);
  else await others.alice.call('direct.open', { user: 'bob' });
  return { ...others, peers, used };
}

/** The first lines that are not the same, with the lines that should have been there. */
export function differences(one: readonly string[], other: readonly string[]): string[][] {
  return one
    .map((line, at) => [line, other[at] ?? 'missing'])
    .filter(([line, found]) => line !== found)
    .slice(0, 10);
}

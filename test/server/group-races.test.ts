import { expect, test } from 'vitest';
import type { Method } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import type { JsonPeer, Received } from '../helpers/json-peer.ts';

const password = 'correct horse battery';
const names = ['olive', 'mona', 'mike', 'nora', 'ned'] as const;
type Name = (typeof names)[number];

interface Stage {
  readonly board: TestBoard;
  readonly group: string;
  readonly id: number;
  readonly peers: Readonly<Record<Name, JsonPeer>>;
  /** The member's second connection. */
  readonly second: JsonPeer;
}

type Request = readonly [who: Name, method: Method, params: object];

/** A group of olive's with the moderator mona and the member mike; nora and ned are not in it. */
async function stages(
  access: 'open' | 'invite' | 'secret',
  play: (stage: Stage, round: number) => Promise<void>,
  rounds = 15,
): Promise<void> {
  const board = await TestBoard.start({ durability: 'relaxed' });
  const enter = async (name: Name) => {
    await board.protect(name, password);
    return board.protectedProgram(name, password);
  };
  const peers = {
    olive: await enter('olive'),
    mona: await enter('mona'),
    mike: await enter('mike'),
    nora: await enter('nora'),
    ned: await enter('ned'),
  };
  const second = await board.protectedProgram('mike', password);
  for (let round = 0; round < rounds; round++) {
    const group = `race${round}`;
    const { groupId: id } = await peers.olive.call('group.create', { name: group, access });
    const { code } = await peers.olive.call('group.invite', { group, uses: 2 });
    for (const name of ['mona', 'mike'] as const)
      await peers[name].call('group.join', { group, code });
    await peers.olive.call('group.setRole', { group, user: 'mona', role: 'moderator' });
    await peers.mike.call('message.post', { group, subject: 's', content: 'c' });
    const stage = { board, group, id, peers, second };
    await play(stage, round);
    await sound(stage);
    if (round === rounds - 1) {
      const check = await runCli(['db', 'check', '--data', board.data]);
      expect(check).toMatchObject({ code: 0, stdout: 'ok\n' });
    }
    for (const name of names) await peers[name].request('group.delete', { group: id });
  }
}

/** Sends all requests at once, each on its connection, beginning with another one in each round: the order decides. */
async function atOnce({ peers }: Stage, round: number, requests: readonly Request[]) {
  const first = round % requests.length;
  const numbered = requests.map((request, at) => ({ request, at }));
  const order = [...numbered.slice(first), ...numbered.slice(0, first)];
  const replies: Received[] = [];
  await Promise.all(
    order.map(async ({ at, request: [who, method, params] }) => {
      replies[at] = await peers[who].request(method, params);
    }),
  );
  return replies.map(({ error }) => error?.data.code ?? 'ok');
}

/** What holds after every race. */
async function sound({ board, id, peers, second }: Stage): Promise<void> {
  for (const peer of [...Object.values(peers), second]) await peer.call('ping', {});
  const client = board.database();
  const rows = <T>(sql: string) => client.prepare<unknown[], T>(sql).all(id);
  const owners = rows("SELECT 1 FROM memberships WHERE group_id = ? AND role = 'owner'");
  expect(owners.length).toBeLessThanOrEqual(1);
  const roles =
    "SELECT 1 FROM memberships WHERE group_id = ? AND (role <> 'member') <> (role_since IS NOT NULL)";
  expect(rows(roles)).toEqual([]);
  const [count] = rows<{ stored: number; counted: number }>(
    "SELECT member_count AS stored, (SELECT count(*) FROM memberships WHERE group_id = groups.id) AS counted FROM groups WHERE id = ? AND kind = 'group'",
  );
  expect(count?.stored).toBe(count?.counted);
  const barredMembers =
    "SELECT 1 FROM memberships NATURAL JOIN restrictions WHERE group_id = ? AND kind = 'barred'";
  expect(rows(barredMembers)).toEqual([]);
  const foreign = client.pragma('foreign_key_check');
  expect(foreign).toEqual([]);
  for (const peer of [...Object.values(peers), second]) expectQuietAfterTheEnd(peer, id);
}

/** A user who is out of a group is told that once on each connection, and then nothing until they join again. */
function expectQuietAfterTheEnd({ received }: JsonPeer, id: number): void {
  let isOut = false;
  for (const { method, params, result } of received) {
    if ((result as { id?: number } | undefined)?.id === id) isOut = false;
    if (params?.groupId !== id) continue;
    if (isOut && method !== 'member.joined' && method !== 'group.invited') {
      throw new Error(`${method} after the end of the membership`);
    }
    isOut = method === 'membership.ended' || method === 'group.removed';
  }
}

const post = (group: string | number) => ({ group, subject: 's', content: 'c' });

test.each(['group.remove', 'group.bar'] as const)(
  'a member who posts, reads and lists at the moment of %s is out afterwards, on all connections',
  async (method) => {
    await stages('secret', async (stage, round) => {
      const { id, peers, second } = stage;
      const [, ...answers] = await atOnce(stage, round, [
        ['mona', method, { group: id, user: 'mike' }],
        ['mike', 'message.post', post(id)],
        ['mike', 'message.list', { group: id, content: true }],
        ['mike', 'message.get', { group: id, number: 1 }],
        ['mike', 'message.search', { query: `in:${id} c` }],
        ['olive', 'message.post', post(id)],
      ]);
      for (const answer of answers) expect(['ok', 'GROUP_NOT_FOUND']).toContain(answer);
      for (const peer of [peers.mike, second]) {
        expect(await peer.errorOf('message.post', post(id))).toMatchObject({
          word: 'GROUP_NOT_FOUND',
        });
        await peer.call('ping', {});
        const ended = peer.received.filter(
          ({ method: name, params }) => name === 'membership.ended' && params?.groupId === id,
        );
        expect(ended).toHaveLength(1);
        const before = peer.received.length;
        await peers.olive.call('message.post', post(id));
        await peer.call('ping', {});
        const late = peer.received.slice(before).filter(({ method: name }) => name !== undefined);
        expect(late).toEqual([]);
      }
    });
  },
);

test('a user who is invited while the group is deleted has no invitation, or a group', async () => {
  await stages('invite', async (stage, round) => {
    const { id, peers } = stage;
    await atOnce(stage, round, [
      ['mona', 'group.invite', { group: id, user: 'nora' }],
      ['olive', 'group.delete', { group: id }],
      ['nora', 'group.join', { group: id }],
      ['mona', 'message.post', post(id)],
    ]);
    const { received = [] } = await peers.nora.call('invitation.list', {});
    expect(received).toEqual([]);
    const { groups } = await peers.nora.call('group.list', {});
    expect(groups.map((group) => group.id)).not.toContain(id);
    expect(await peers.nora.errorOf('group.show', { group: id })).toMatchObject({
      word: 'GROUP_NOT_FOUND',
    });
  });
});

test('a code for one user lets one user in', async () => {
  await stages('secret', async (stage, round) => {
    const { id, peers } = stage;
    const { code } = await peers.olive.call('group.invite', { group: id });
    const answers = await atOnce(stage, round, [
      ['nora', 'group.join', { group: id, code }],
      ['ned', 'group.join', { group: id, code }],
    ]);
    expect([...answers].sort()).toEqual(['GROUP_NOT_FOUND', 'ok']);
    const members = await peers.olive.call('group.members', { group: id });
    expect(members.total).toBe(4);
  });
});

test('a group that is handed over while its owner leaves, or to two members at once, has one owner', async () => {
  await stages('open', async (stage, round) => {
    const { id, peers } = stage;
    await atOnce(stage, round, [
      ['olive', 'group.setRole', { group: id, user: 'mona', role: 'owner' }],
      ['olive', 'group.setRole', { group: id, user: 'mike', role: 'owner' }],
      ['mona', 'group.setRole', { group: id, user: 'olive', role: 'member' }],
      ['mona', 'group.remove', { group: id, user: 'olive' }],
      ['olive', 'group.leave', { group: id }],
      ['mona', 'group.setRole', { group: id, user: 'mike', role: 'owner' }],
    ]);
    const { owner } = await peers.nora.call('group.show', { group: id });
    expect(['mona', 'mike']).toContain(owner);
  });
});

test('a new owner who removes the old one while being barred leaves a group with one owner', async () => {
  await stages('open', async (stage, round) => {
    const { id, peers } = stage;
    const [, removed] = await atOnce(stage, round, [
      ['olive', 'group.setRole', { group: id, user: 'mike', role: 'owner' }],
      // Only an owner stands above a moderator, which olive is afterwards.
      ['mike', 'group.remove', { group: id, user: 'olive' }],
      ['mona', 'group.bar', { group: id, user: 'mike' }],
    ]);
    const { owner, moderators } = await peers.nora.call('group.show', { group: id });
    expect([...moderators, owner].includes('olive')).toBe(removed !== 'ok');
    expect(owner).toBeDefined();
  });
});

test('a role that is given while the password is removed has no effect', async () => {
  await stages(
    'open',
    async ({ board, id, peers }, round) => {
      const name = `ursula${round}`;
      await board.protect(name, password);
      const ursula = await board.protectedProgram(name, password);
      await ursula.call('group.join', { group: id });
      const role = { group: id, user: name, role: 'moderator' };
      const [given] = await Promise.all([
        peers.olive.request('group.setRole', role),
        board.operate((operator) => operator.setPassword(name, null)),
      ]);
      expect(['ok', 'NAME_UNPROTECTED']).toContain(given.error?.data.code ?? 'ok');
      await ursula.closed();
      const again = await board.program(name);
      const closing = { group: id, thread: 1 };
      expect(await again.errorOf('thread.close', closing)).toMatchObject({ word: 'FORBIDDEN' });
      // The server notices a change by the operator within half a second.
    },
    4,
  );
});

test('a user who joins while the group becomes secret is a member, or knows of no group', async () => {
  await stages('open', async (stage, round) => {
    const { id, peers, group } = stage;
    const [, , joined] = await atOnce(stage, round, [
      ['olive', 'group.edit', { group: id, access: 'secret' }],
      ['olive', 'message.post', post(id)],
      ['nora', 'group.join', { group }],
      ['nora', 'group.show', { group }],
    ]);
    expect(['ok', 'GROUP_NOT_FOUND']).toContain(joined);
    const { groups } = await peers.nora.call('group.list', {});
    expect(groups.some((one) => one.id === id)).toBe(joined === 'ok');
    const shown = await peers.nora.request('group.show', { group: id });
    expect(shown.error?.data.code).toBe(joined === 'ok' ? undefined : 'GROUP_NOT_FOUND');
  });
});

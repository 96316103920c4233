import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type BoardClient, connect } from '../../src/client/index.ts';
import { TestBoard } from '../helpers/board.ts';
import { RoughPath } from '../helpers/rough-path.ts';

// The acceptance run is 200 rounds; more by hand: ROUNDS=5000 SEED=7 npx vitest run <this file>.
const rounds = Number(process.env.ROUNDS ?? 200);
const seed = Number(process.env.SEED ?? 1);

/** A client that posts and listens, and keeps account of both. */
class Member {
  /** What it was told and what it was acknowledged, as `group number`, in order. */
  readonly told: string[] = [];
  readonly acknowledged = new Set<string>();
  private posts = 0;

  constructor(
    readonly name: string,
    readonly client: BoardClient,
  ) {
    client.on('notice', ({ method, params }) => {
      if (method === 'message.posted') this.told.push(`${params.group} ${params.message.number}`);
    });
  }

  /** Posts one after the other in each group, until told to stop. */
  async postUntil(stop: AbortSignal, groups: readonly string[]): Promise<void> {
    const worker = async (group: string) => {
      while (!stop.aborted) {
        const { number } = await this.client.post(group, `${this.name} ${++this.posts}`, 'x');
        this.acknowledged.add(`${group} ${number}`);
        await delay(1);
      }
    };
    await Promise.all(groups.map(worker));
  }

  get count(): number {
    return this.posts;
  }
}

test(
  `over ${rounds} cuts every message is posted once and announced once, in order`,
  async () => {
    const board = await TestBoard.start();
    const proxy = await RoughPath.start(() => board.port, { seed, within: 8000 });
    await board.protect('carol', 'correct horse');
    const groups = ['main', 'news'];
    const member = async (name: string, user: string, password?: string) => {
      const timing = { firstPause: 1, longestPause: 10 };
      const client = await connect({ host: '127.0.0.1', port: proxy.port, user, password, timing });
      onTestFinished(() => client.close());
      client.on('ended', (error) => {
        throw error;
      });
      return new Member(name, client);
    };
    const members = [
      await member('alice', 'alice'),
      await member('bob', 'bob'),
      await member('carol at home', 'carol', 'correct horse'),
      await member('carol away', 'carol', 'correct horse'),
    ];
    for (const { client } of members.slice(0, 3)) {
      for (const group of groups) await client.call('group.join', { group });
    }
    // Groups that carol joins in one session are announced to her other session.
    const [, , , away] = members;
    while (away && away.client.memberships.length < groups.length)
      await once(away.client, 'notice');

    const stop = new AbortController();
    const posting = members.map((one) => one.postUntil(stop.signal, groups));
    await proxy.cutUntil(rounds);
    stop.abort();
    await Promise.all(posting);

    const operator = await board.program('operator');
    const posted: string[] = [];
    const subjects: string[] = [];
    for (const group of groups) {
      await operator.call('group.join', { group });
      const rows = board
        .database()
        .prepare<[string], { number: number; subject: string }>(
          'SELECT number, subject FROM messages JOIN groups g ON g.id = group_id WHERE name = ? ORDER BY number',
        )
        .all(group);
      posted.push(...rows.map(({ number }) => `${group} ${number}`));
      subjects.push(...rows.map(({ subject }) => subject));
    }
    const wanted = members.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, at) => `${name} ${at + 1}`),
    );
    expect(subjects.sort()).toEqual(wanted.sort());

    for (const { told, acknowledged } of members) {
      const due = posted.filter((one) => !acknowledged.has(one));
      while (told.length < due.length) await delay(5);
      const byGroup = groups.flatMap((group) => told.filter((one) => one.startsWith(`${group} `)));
      expect(byGroup).toEqual(due);
    }
    if (process.env.ROUNDS) console.log({ seed, rounds: proxy.rounds, posts: posted.length });
  },
  rounds * 150,
);

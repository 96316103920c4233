import { expect, test } from 'vitest';
import { databaseFile, openShared } from '../../src/storage/open.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

const rounds = 25;
const posters = 8;

/** Posts until the connection goes; returns what was acknowledged, as number and subject. */
async function postUntilKilled(peer: JsonPeer, prefix: string, each: () => void) {
  const acknowledged = new Map<number, string>();
  const post = async (subject: string) => {
    const { number } = await peer.call('message.post', { group: 'main', subject, content: 'c' });
    acknowledged.set(number, subject);
    each();
  };
  for (let turn = 0; ; turn++) {
    // A few at a time, so that commits hold several writes of one connection too.
    const posts = [0, 1, 2].map((part) => post(`${prefix}-${turn}-${part}`));
    const outcomes = await Promise.allSettled(posts);
    if (outcomes.some(({ status }) => status === 'rejected')) return acknowledged;
  }
}

async function connectPosters(port: number): Promise<JsonPeer[]> {
  return Promise.all(
    Array.from({ length: posters }, async (_, poster) => {
      const peer = await JsonPeer.connect(port);
      await peer.call('session.login', { user: `poster${poster}` });
      return peer;
    }),
  );
}

/** Read from the file itself, since no command tells join times. */
function joinTimes(data: string): unknown[] {
  const client = openShared(databaseFile(data));
  const rows = client.prepare('SELECT group_id, user_id, joined_at FROM memberships').all();
  client.close();
  return rows;
}

async function everything(peer: JsonPeer): Promise<Map<number, string>> {
  const all = new Map<number, string>();
  for (let more = true, after = 0; more; ) {
    const page = await peer.call('message.list', { group: 'main', after, limit: 1000 });
    for (const { number, subject } of page.messages) {
      expect(number).toBeGreaterThan(after);
      after = number;
      all.set(number, subject);
    }
    more = page.more;
  }
  return all;
}

test(`kill -9 under load, ${rounds} times: every acknowledged message is there once`, async () => {
  const data = tempFolder();
  const acknowledged = new Map<number, string>();
  let server = await TestServer.start({ data });
  const first = await connectPosters(server.port);
  for (const peer of first) await peer.call('group.join', { group: 'main' });
  server.signal('SIGKILL');
  await server.exited();
  const joined = joinTimes(data);
  expect(joined.length).toBe(posters);

  for (let round = 0; round < rounds; round++) {
    server = await TestServer.start({ data });
    const peers = await connectPosters(server.port);
    // After a number of posts that differs from round to round, at no special moment of a commit.
    let left = 10 + ((round * 37) % 90);
    const maybeKill = () => {
      if (--left === 0) server.signal('SIGKILL');
    };
    const posted = peers.map((peer, poster) =>
      postUntilKilled(peer, `${round}-${poster}`, maybeKill),
    );
    for (const each of await Promise.all(posted)) {
      for (const [number, subject] of each) {
        expect(acknowledged.has(number)).toBe(false);
        acknowledged.set(number, subject);
      }
    }
    await server.exited();
  }

  server = await TestServer.start({ data });
  // Nobody joined again: the memberships have to have lasted, with the join times from before.
  expect(joinTimes(data)).toEqual(joined);
  const [reader] = await connectPosters(server.port);
  if (!reader) throw new Error('no reader');
  const all = await everything(reader);
  for (const [number, subject] of acknowledged) expect(all.get(number)).toBe(subject);
  const subjects = [...all.values()];
  expect(new Set(subjects).size).toBe(subjects.length);
}, 120_000);

import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';

const killer = join(import.meta.dirname, '../helpers/end-commit-thread.mjs');
const post = (subject: string) => ({ group: 'main', subject, content: 'x' });

function startKillable() {
  const before = `export NODE_OPTIONS=--import=${killer}`;
  return TestServer.start({ before, args: ['--rate', 'off'] });
}

async function subjectsIn(peer: JsonPeer): Promise<string[]> {
  const { messages } = await peer.call('message.list', { group: 'main' });
  return messages.map(({ subject }) => subject);
}

/** Posts until that is accepted. */
async function postAgain(peer: JsonPeer, subject: string): Promise<number> {
  for (;;) {
    const { result, error } = await peer.request('message.post', post(subject));
    if (!error) return (result as { number: number }).number;
    expect(error.data.code).toBe('STORAGE_FAILED');
  }
}

test('when the thread that commits dies, posts are refused, reading goes on, and a new thread commits', async () => {
  const server = await startKillable();
  const alice = await JsonPeer.member(server.port, 'alice');
  const bob = await JsonPeer.member(server.port, 'bob');
  await alice.call('message.post', post('one'));
  const other = openShared(databaseFile(server.data));
  onTestFinished(() => void other.close());
  for (let deaths = 1; deaths <= 2; deaths++) {
    other.exec('BEGIN IMMEDIATE');
    const waiting = alice.request('message.post', post('lost'));
    // The batch has left with the end of the turn in which the post was read.
    await bob.call('ping', {});
    await bob.call('ping', {});
    server.signal('SIGUSR2');
    expect((await waiting).error?.data.code).toBe('STORAGE_FAILED');
    expect(await subjectsIn(alice)).not.toContain('lost');
    other.exec('ROLLBACK');
    expect(await postAgain(alice, `after ${deaths}`)).toBe(deaths + 1);
  }
  expect(await subjectsIn(bob)).toEqual(['one', 'after 1', 'after 2']);
  expect(server.lines('The thread that commits has ended')).toMatchObject([{ level: 50 }]);
  expect(server.log).not.toContain('"stack"');
  expect(await server.stop()).toBe(0);
  expect((await runCli(['db', 'check', '--data', server.data])).stdout).toBe('ok\n');
});

test('a thread that dies while nobody writes is logged, and replaced', async () => {
  const server = await startKillable();
  const alice = await JsonPeer.member(server.port, 'alice');
  server.signal('SIGUSR2');
  await server.logged('The thread that commits has ended');
  expect(await postAgain(alice, 'one')).toBe(1);
});

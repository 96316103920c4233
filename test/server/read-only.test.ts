import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../helpers/cli.ts';
import { Ext4 } from '../helpers/ext4.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { range } from './support.ts';

const post = { group: 'main', subject: 'hello', content: 'x' };

async function numbersIn(peer: JsonPeer): Promise<number[]> {
  const { messages } = await peer.call('message.list', { group: 'main' });
  return messages.map(({ number }) => number);
}

test('a file system that the kernel makes read-only refuses posts, and messages can still be read', async ({
  skip,
}) => {
  const disk = Ext4.make();
  if (!disk) return skip('it takes root and loop devices');
  const data = join(disk.folder, 'data');
  const server = await TestServer.start({ data });
  const alice = await JsonPeer.member(server.port, 'alice');
  const numbers = range(1, 20);
  for (const number of numbers) {
    expect(await alice.call('message.post', post)).toMatchObject({ number });
  }

  disk.break();
  for (const _ of range(1, 5)) {
    const { error } = await alice.request('message.post', post);
    expect(error?.data.code).toBe('STORAGE_FAILED');
    expect(await numbersIn(alice)).toEqual(numbers);
  }
  const bob = await JsonPeer.connect(server.port);
  const login = await bob.request('session.login', { user: 'bob' });
  expect(login.error?.data.code).toBe('STORAGE_FAILED');
  // What is there can still be carried to another disk.
  const backup = join(tempFolder(), 'backup.db');
  const { code, stdout } = await runCli(['db', 'backup', backup, '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toContain(': 20 messages');
  expect(await server.stop()).toBe(0);

  disk.repair();
  const { port } = await TestServer.start({ data });
  const again = await JsonPeer.login(port, 'alice');
  expect(await numbersIn(again)).toEqual(numbers);
  expect(await again.call('message.post', post)).toMatchObject({ number: 21 });
});

import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, runHere, startCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { boardFolder, fillMain, value } from './seed.ts';

async function served(data?: string) {
  const args = ['--rate', 'off'];
  const server = await TestServer.start(data === undefined ? { args } : { data, args });
  onTestFinished(async () => void (await server.stop()));
  const admin = (...args: string[]) => runHere([...args, '--data', server.data]);
  return { server, admin };
}

describe('beside a running server', () => {
  test('members are notified of changes to their group and its messages', async () => {
    const { server, admin } = await served();
    const alice = await JsonPeer.member(server.port, 'alice', 'news');
    for (const subject of ['one', 'two', 'three']) {
      await alice.call('message.post', { group: 'news', subject, content: 'x' });
    }

    await admin('message', 'delete', 'news', '2', '--yes');
    expect(await alice.notice()).toMatchObject({
      method: 'message.deleted',
      params: { group: 'news', number: 2, by: null },
    });
    await admin('group', 'purge', 'news', '--keep', '1', '--yes');
    expect(await alice.notice()).toMatchObject({
      method: 'messages.purged',
      params: { group: 'news', count: 1, first: 1, last: 1 },
    });
    await admin('group', 'edit', 'news', '--description', 'Changed');
    expect(await alice.notice()).toMatchObject({
      method: 'group.changed',
      params: { group: 'news', was: 'news', description: 'Changed' },
    });
    expect(await alice.notice()).toMatchObject({ method: 'group.logged' });
    await admin('group', 'rename', 'news', 'olds');
    expect(await alice.notice()).toMatchObject({
      method: 'group.changed',
      params: { group: 'olds', was: 'news' },
    });
    expect(await alice.notice()).toMatchObject({ method: 'group.logged' });
    await alice.call('message.post', { group: 'olds', subject: 'four', content: 'x' });
    await admin('group', 'delete', 'olds', '--yes');
    expect(await alice.notice()).toMatchObject({
      method: 'group.removed',
      params: { group: 'olds' },
    });
    await expect(alice.call('group.join', { group: 'olds' })).rejects.toThrow('GROUP_NOT_FOUND');
  });

  test('a new group can be joined at once', async () => {
    const { server, admin } = await served();
    const alice = await JsonPeer.login(server.port, 'alice');
    await admin('group', 'create', 'deploys');
    expect(await alice.call('group.join', { group: 'deploys' })).toMatchObject({
      group: 'deploys',
    });
  });

  test('every reading command works, and sees what members did', async () => {
    const { server, admin } = await served();
    const alice = await JsonPeer.member(server.port, 'alice', 'main');
    await alice.call('message.post', { group: 'main', subject: 'hello', content: 'x' });
    expect((await admin('message', 'list', 'main')).stdout).toMatch(/ alice .* hello\n/);
    expect((await admin('message', 'show', 'main', '1')).code).toBe(0);
    expect((await admin('user', 'show', 'alice')).code).toBe(0);
    expect((await admin('group', 'show', 'main')).stdout).toMatch(/\nalice /);
    expect((await admin('db', 'check')).stdout).toBe('ok\n');
  });

  test('members can post during a long purge', async () => {
    const data = await boardFolder();
    fillMain(data, 30_000);
    const { server } = await served(data);
    const alice = await JsonPeer.member(server.port, 'alice', 'main');
    const post = async (subject: string) => {
      const from = performance.now();
      await alice.call('message.post', { group: 'main', subject, content: 'x' });
      return performance.now() - from;
    };

    const args = ['group', 'purge', 'main', '--all', '--yes', '--data', data];
    const purge = startCli(args);
    let running = true;
    void purge.result.then(() => {
      running = false;
    });
    const waits: number[] = [];
    while (running) waits.push(await post(`post ${waits.length}`));

    const { code, stdout } = await purge.result;
    const [, deleted] = /^Deleted (\d+) messages of main, numbers 1 to \1\.\n$/.exec(stdout) ?? [];
    expect([code, Number(deleted)]).toEqual([0, expect.toSatisfy((count) => count >= 30_000)]);
    expect(waits.length).toBeGreaterThan(10);
    // A post that met a step waits for it, and never until the purge has ended.
    expect(Math.max(...waits)).toBeLessThan(1000);
    expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
    expect(value(data, 'SELECT count(*) FROM messages')).toBeLessThanOrEqual(waits.length);
  });

  test('two operators can work at the same time', async () => {
    const data = await boardFolder();
    fillMain(data, 5000);
    const purge = ['group', 'purge', 'main', '--keep', '1000', '--yes', '--data', data];
    const results = await Promise.all([runCli(purge), runCli(purge)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
    expect(value(data, 'SELECT message_count FROM groups WHERE id = 1')).toBe(1000);
  });
});

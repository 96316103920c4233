import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { databaseFile, openShared } from '../../src/storage/sqlite/file/open.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { report, setting } from './settings.ts';

const seconds = setting('seconds', 0);

function post(peer: JsonPeer, subject: string) {
  return peer.request('message.post', { group: 'main', subject, content: 'x' });
}

async function subjectsIn(peer: JsonPeer): Promise<string[]> {
  const { messages } = await peer.call('message.list', { group: 'main', limit: 1000 });
  return messages.map(({ subject }) => subject);
}

// The suite cannot wait for it: `npm run lock` does, and test/storage/commit-queue.test.ts for less.
test.skipIf(seconds === 0)(
  `while another process locks the database for ${seconds} s, only posts are refused`,
  async () => {
    const server = await TestServer.start();
    const alice = await JsonPeer.member(server.port, 'alice');
    const reader = await JsonPeer.member(server.port, 'bob');
    await post(alice, 'before');

    const other = openShared(databaseFile(server.data));
    other.exec('BEGIN IMMEDIATE');
    const free = performance.now() + seconds * 1000;
    const waits: number[] = [];
    const acknowledged = ['before'];
    const poster = (async () => {
      while (performance.now() < free) {
        const began = performance.now();
        const { error } = await post(alice, `${waits.length}`);
        if (error) expect(error.data.code).toBe('STORAGE_FAILED');
        else acknowledged.push(`${waits.length}`);
        waits.push(performance.now() - began);
      }
    })();
    const reads: number[] = [];
    while (performance.now() < free) {
      const began = performance.now();
      expect(await subjectsIn(reader)).toEqual(['before']);
      reads.push(performance.now() - began);
      await pause(20);
    }
    other.exec('ROLLBACK');
    other.close();
    await poster;
    expect((await post(alice, 'after')).error).toBeUndefined();

    expect(await subjectsIn(reader)).toEqual([...acknowledged, 'after']);
    expect(waits.length).toBeGreaterThan(seconds / 6);
    report(`${waits.length} posts waited ${waits.map((wait) => (wait / 1000).toFixed(1))} s`);
    report(`${reads.length} reads took up to ${Math.max(...reads).toFixed(1)} ms`);
  },
  seconds * 1000 + 60_000,
);

import { beforeEach, vi } from 'vitest';
import { CommitQueue } from '../../src/storage/sqlite/serving/commit-queue.ts';
import { openSqlite } from './sqlite.ts';
import { storageContract } from './suite.ts';

// Every act that the queue is given has to be plain data, which could be sent to another thread.
beforeEach(() => {
  const { run } = CommitQueue.prototype;
  const spy = vi.spyOn(CommitQueue.prototype, 'run');
  spy.mockImplementation(function (this: CommitQueue<unknown>, call, options) {
    return run.call(this, structuredClone(call), options);
  });
  return () => spy.mockRestore();
});

storageContract((options) => openSqlite(options));

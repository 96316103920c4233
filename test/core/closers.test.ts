import { expect, test } from 'vitest';
import { Closers } from '../../src/core/closers.ts';

test('the stages of a server are closed in reverse order, each once', async () => {
  const closed: string[] = [];
  const closers = new Closers(60_000);
  closers.add((reason) => void closed.push(`storage: ${reason}`));
  closers.add(
    async () => {
      await Promise.resolve();
      closed.push('slow door');
    },
    () => void closed.push('door'),
  );
  await closers.close('done');
  await closers.close('again');
  expect(closed).toEqual(['door', 'slow door', 'storage: done']);
});

test('a part that fails to close does not keep the others open, and its error is thrown', async () => {
  const closed: string[] = [];
  const closers = new Closers(60_000);
  closers.add(() => void closed.push('storage'));
  closers.add(
    () => Promise.reject(new Error('no')),
    () => void closed.push('door'),
  );
  await expect(closers.close('done')).rejects.toThrow('no');
  expect(closed).toEqual(['door', 'storage']);
});

test('a part that never closes does not keep the stages before it open', async () => {
  const closed: string[] = [];
  const closers = new Closers(1);
  closers.add(() => void closed.push('storage'));
  closers.add(() => new Promise<void>(() => {}));
  await closers.close('done');
  expect(closed).toEqual(['storage']);
});

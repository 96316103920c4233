import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { BoardEvent } from '../../src/board/events.ts';
import { BoardError, boardError } from '../../src/protocol/errors.ts';
import { BatchWriter } from '../../src/storage/sqlite/serving/batch-writer.ts';
import {
  CommitQueue,
  type CommitQueueOptions,
  type WriteOptions,
} from '../../src/storage/sqlite/serving/commit-queue.ts';
import {
  Committer,
  type Emit,
  type Performer,
} from '../../src/storage/sqlite/serving/committer.ts';
import { connect, errorCodeOf, newFile } from '../helpers/storage.ts';

type Operation = (emit: Emit) => unknown;

/** A queue over a table of words, whose calls are functions. */
function openQueue(options: Partial<CommitQueueOptions<Operation>> = {}) {
  const file = newFile();
  const client = connect(file, { create: true });
  client.exec('CREATE TABLE words (word TEXT PRIMARY KEY)');
  const performer: Performer<Operation> = { perform: (operation, emit) => operation(emit) };
  const writer = new BatchWriter(new Committer(client, performer));
  const queue = new CommitQueue(writer, {
    publish: () => {},
    commitTime: Number.POSITIVE_INFINITY,
    ...options,
  });
  onTestFinished(() => queue.close());
  const run = <T>(operation: (emit: Emit) => T, options?: WriteOptions) =>
    queue.run(operation, options) as Promise<T>;
  const write = (word: string) => run(() => insert(word));
  const insert = (word: string) => {
    client.prepare('INSERT INTO words VALUES (?)').run(word);
    return word;
  };
  return { file, client, queue, run, write, insert };
}

function words(client: ReturnType<typeof connect>): string[] {
  const rows = client.prepare<[], { word: string }>('SELECT word FROM words ORDER BY rowid').all();
  return rows.map(({ word }) => word);
}

/**
 * The commits in the write-ahead log: frames that give the size of the database after them
 * (https://sqlite.org/fileformat2.html#wal_file_format).
 */
function commits(file: string): number {
  const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0);
  if (log.length < 32) return 0;
  const frame = 24 + log.readUInt32BE(8);
  let found = 0;
  for (let at = 32; at + frame <= log.length; at += frame) {
    if (log.readUInt32BE(at + 4) > 0) found++;
  }
  return found;
}

function joined(name: string): BoardEvent {
  const group = { id: 1, name: 'main' };
  const user = { id: 1, name };
  return { type: 'member.joined', origin: null, group, user, lastNumber: 0, at: 0 };
}

test('a turn that brings many writes commits every 1,024 of them before it ends', async () => {
  const { file, write } = openQueue();
  const before = commits(file);
  let turnEnded = false;
  setImmediate(() => {
    turnEnded = true;
  });

  for (let packet = 0; packet < 3; packet++) {
    const packetOf = Array.from({ length: 1024 }, (_, at) => write(`${packet} ${at}`));
    await Promise.all(packetOf);
    expect(turnEnded).toBe(false);
  }
  expect(commits(file) - before).toBe(3);
});

test('a receiver is called after the events of all calls of its commit', async () => {
  const published: string[] = [];
  const publish = (event: BoardEvent) => {
    if (event.type === 'member.joined') published.push(event.user.name);
  };
  const { queue } = openQueue({ publish });
  const add = (name: string) =>
    new Promise((resolve, reject) => {
      queue.add((emit) => emit(joined(name)), {
        resolve: () => resolve([...published]),
        reject,
      });
    });
  expect(await Promise.all([add('alice'), add('bob')])).toEqual([
    ['alice', 'bob'],
    ['alice', 'bob'],
  ]);
});

test('a receiver that fails keeps no other call of its commit from its outcome', async () => {
  const errors: unknown[] = [];
  const { queue, write } = openQueue({ failed: (error) => errors.push(error) });
  const bug = new Error('a bug');
  const resolve = () => {
    throw bug;
  };
  queue.add(() => 1, { resolve, reject: resolve });
  await expect(write('after')).resolves.toBe('after');
  expect(errors).toEqual([bug]);
});

test('a receiver is never called before the call that adds it has returned', async () => {
  const { queue } = openQueue();
  await queue.close();
  let hasReturned = false;
  const refused = new Promise((resolve) => {
    queue.add(() => 1, { resolve, reject: (error) => resolve([hasReturned, error]) });
  });
  hasReturned = true;
  expect(await refused).toEqual([true, expect.objectContaining({ code: 'SHUTTING_DOWN' })]);
});

test('a receiver is told of each write of a call that comes after the end', async () => {
  const { queue } = openQueue({ sizeOf: () => 3 });
  await queue.close();
  const codes: unknown[] = [];
  await new Promise<void>((resolve) => {
    const reject = (error: unknown) => {
      codes.push((error as BoardError).code);
      if (codes.length === 3) resolve();
    };
    queue.add(() => 1, { resolve: () => {}, reject });
  });
  expect(codes).toEqual(['SHUTTING_DOWN', 'SHUTTING_DOWN', 'SHUTTING_DOWN']);
});

test('writes with many bytes are committed over several turns, in order', async () => {
  const { file, client, run, insert } = openQueue();
  const before = commits(file);
  const long = (at: number) => `${at} ${'x'.repeat(32 * 1024)}`;
  const numbers = Array.from({ length: 30 }, (_, at) => at);
  const writes = numbers.map((at) => run(() => insert(long(at)), { bytes: 32 * 1024 }));
  let most = 0;
  let done = 0;
  for (const write of writes) void write.then(() => done++);
  for (let known = 0; known < numbers.length; known = done) {
    await nextTurn();
    most = Math.max(most, done - known);
  }
  expect(most).toBe(8);
  expect(words(client)).toEqual(numbers.map(long));
  expect(commits(file) - before).toBe(4);
});

test('one write with more bytes than a commit holds is a commit of its own', async () => {
  const { file, run, write, insert } = openQueue();
  const before = commits(file);
  const large = (word: string) => run(() => insert(word), { bytes: 1024 * 1024 });
  await Promise.all([large('a'), large('b'), write('c'), write('d')]);
  expect(commits(file) - before).toBe(2);
});

test('writes that take long are committed a few in each turn, in order', async () => {
  const { file, client, run, insert } = openQueue({ commitTime: 4 });
  const before = commits(file);
  const slowly = (word: string) => {
    const until = performance.now() + 3;
    while (performance.now() < until);
    return insert(word);
  };
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  let mostInTurn = 0;
  let done = 0;
  for (const name of names) void run(() => slowly(name)).then(() => done++);
  for (let known = 0; known < names.length; known = done) {
    await nextTurn();
    mostInTurn = Math.max(mostInTurn, done - known);
  }
  expect(mostInTurn).toBeLessThanOrEqual(2);
  expect(words(client)).toEqual(names);
  expect(commits(file) - before).toBeGreaterThanOrEqual(3);
});

test('the connection that writes is charged for the time of the write and of its events, also if it is refused or fails', async () => {
  const wait = (milliseconds: number) => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  };
  const { run } = openQueue({ publish: () => wait(5) });
  const charged = { alice: 0, bob: 0, carol: 0 };
  const payer = (name: keyof typeof charged) => ({
    charge: (milliseconds: number) => {
      charged[name] += milliseconds;
    },
  });
  const write = run(
    (emit) => {
      wait(5);
      emit(joined('alice'));
    },
    { payer: payer('alice') },
  );
  const refused = run(
    () => {
      wait(20);
      throw boardError('BANNED', 'spam');
    },
    { payer: payer('bob') },
  );
  const failed = run(
    () => {
      wait(20);
      throw new Error('a bug');
    },
    { payer: payer('carol') },
  );
  await Promise.allSettled([write, refused, failed]);
  expect(charged.carol).toBeGreaterThanOrEqual(20);
  expect(charged.alice).toBeGreaterThanOrEqual(10);
  expect(charged.bob).toBeGreaterThanOrEqual(20);
});

test('closing commits all that waits, however much', async () => {
  const { client, queue, insert, run } = openQueue();
  const names = ['a', 'b', 'c'];
  const writes = names.map((name) => run(() => insert(name), { bytes: 1024 * 1024 }));
  await queue.close();
  await Promise.all(writes);
  expect(words(client)).toEqual(names);
});

test('the writes of one turn share one commit', async () => {
  const { file, client, write } = openQueue();
  const before = commits(file);

  expect(await Promise.all([write('one'), write('two'), write('three')])).toEqual([
    'one',
    'two',
    'three',
  ]);
  expect(commits(file) - before).toBe(1);
  await write('four');
  expect(commits(file) - before).toBe(2);
  expect(words(client)).toEqual(['one', 'two', 'three', 'four']);
});

test('a write that throws fails alone, and the others are committed once', async () => {
  const { client, run, write, insert } = openQueue();
  const broken = run(() => {
    insert('half');
    throw new Error('a bug');
  });

  const outcomes = await Promise.allSettled([write('one'), broken, write('two')]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await expect(broken).rejects.toThrow('a bug');
  expect(words(client)).toEqual(['one', 'two']);
});

test('a lock taken between writes that run one by one leaves them in order', async () => {
  let lock = () => {};
  const { file, client, run, write, insert } = openQueue({ publish: () => lock() });
  const other = connect(file);
  lock = () => other.exec('BEGIN IMMEDIATE');
  const told = run((emit) => {
    insert('told');
    emit(joined('alice'));
  });
  const broken = write('told').catch(() => {});
  const rest = [write('one'), write('two')];
  await told;
  other.exec('ROLLBACK');

  await Promise.all([broken, ...rest]);

  expect(words(client)).toEqual(['told', 'one', 'two']);
});

test('a write that SQLite refuses fails alone', async () => {
  const { client, write } = openQueue();

  const outcomes = await Promise.allSettled([write('one'), write('one'), write('two')]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(words(client)).toEqual(['one', 'two']);
});

test('a refused write leaves the rest of its batch in one commit', async () => {
  const { file, client, run, write } = openQueue();
  const before = commits(file);
  const refused = run((emit) => {
    emit(joined('nobody'));
    throw boardError('NOT_MEMBER', 'main');
  });

  const outcomes = await Promise.allSettled([write('one'), refused, write('two')]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await errorCodeOf(refused)).toBe('NOT_MEMBER');
  expect(words(client)).toEqual(['one', 'two']);
  expect(commits(file) - before).toBe(1);
});

test('events are published after their commit, in order, before their promises settle', async () => {
  const log: string[] = [];
  const publish = (event: BoardEvent) => {
    const name = event.type === 'member.joined' ? event.user.name : event.type;
    log.push(`event ${name}, others see ${words(other).join(' ')}`);
  };
  const { file, run, insert } = openQueue({ publish });
  const other = connect(file);
  const write = async (word: string) => {
    await run((emit) => {
      insert(word);
      emit(joined(`${word}-1`));
      emit(joined(`${word}-2`));
      log.push(`${word} runs`);
    });
    log.push(`${word} is settled`);
  };

  await Promise.all([write('a'), write('b')]);

  expect(log).toEqual([
    'a runs',
    'b runs',
    'event a-1, others see a b',
    'event a-2, others see a b',
    'event b-1, others see a b',
    'event b-2, others see a b',
    'a is settled',
    'b is settled',
  ]);
});

test('the events of a failed or refused write are never published', async () => {
  const told: BoardEvent[] = [];
  const { run } = openQueue({ publish: (event) => told.push(event) });
  const failing = (error: Error) =>
    run((emit) => {
      emit(joined('nobody'));
      throw error;
    });
  const fine = run((emit) => emit(joined('alice')));

  await Promise.allSettled([
    failing(boardError('NOT_MEMBER', 'main')),
    failing(new Error('a bug')),
    fine,
  ]);

  expect(told).toEqual([joined('alice')]);
});

test('no other process writes between the reads and the changes of a write', async () => {
  const { file, client, run, insert } = openQueue();
  const other = connect(file);
  await run(() => {
    expect(words(client)).toEqual([]);
    expect(() => other.exec("INSERT INTO words VALUES ('theirs')")).toThrow('locked');
    insert('ours');
  });
  expect(words(client)).toEqual(['ours']);
});

test("another process's lock delays writes but not reads, and loses no write", async () => {
  const { file, client, write } = openQueue();
  const other = connect(file);
  await write('before');
  other.exec('BEGIN IMMEDIATE');
  const settled: string[] = [];
  const first = write('first').then((word) => settled.push(word));
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  const second = write('second').then((word) => settled.push(word));
  await nextTurn();

  expect(settled).toEqual([]);
  expect(words(client)).toEqual(['before']);
  other.exec("INSERT INTO words VALUES ('theirs'); COMMIT");
  await Promise.all([first, second]);
  expect(settled).toEqual(['first', 'second']);
  expect(words(client)).toEqual(['before', 'theirs', 'first', 'second']);
});

test('a lock that is held too long fails the writes and changes nothing', async () => {
  const { file, client, write } = openQueue({ lockTimeout: 30 });
  const other = connect(file);
  other.exec('BEGIN IMMEDIATE');

  const outcomes = [write('one'), write('two')].map(errorCodeOf);

  expect(await Promise.all(outcomes)).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
  expect(words(client)).toEqual([]);
  other.exec('ROLLBACK');
  expect(await write('three')).toBe('three');
  expect(words(client)).toEqual(['three']);
});

test('the lock timeout starts again after each lock', async () => {
  const { file, write } = openQueue({ lockTimeout: 200 });
  const other = connect(file);
  other.exec('BEGIN IMMEDIATE');
  expect(await errorCodeOf(write('one'))).toBe('STORAGE_FAILED');
  const second = write('two');
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  other.exec('ROLLBACK');
  expect(await second).toBe('two');
});

test('a full disk fails the write and leaves reads and later writes working', async () => {
  const { client, write } = openQueue();
  await write('small');
  const pages = client.pragma('page_count', { simple: true });
  client.pragma(`max_page_count = ${pages}`);
  const huge = 'x'.repeat(100_000);

  const failure: unknown = await write(huge).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(BoardError);
  expect(failure).toMatchObject({ code: 'STORAGE_FAILED', cause: { code: 'SQLITE_FULL' } });
  expect(words(client)).toEqual(['small']);
  client.pragma('max_page_count = 1000000');
  expect(await write(huge)).toBe(huge);
});

test('on a full disk, the writes that still fit are committed', async () => {
  const { client, write } = openQueue();
  client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);

  const outcomes = await Promise.allSettled([
    write('one'),
    write('x'.repeat(100_000)),
    write('two'),
  ]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(words(client)).toEqual(['one', 'two']);
});

test('closing commits the waiting writes and refuses later ones', async () => {
  const { client, queue, write } = openQueue();
  const waiting = [write('one'), write('two')];

  await queue.close();

  expect(words(client)).toEqual(['one', 'two']);
  expect(await Promise.all(waiting)).toEqual(['one', 'two']);
  expect(await errorCodeOf(write('three'))).toBe('SHUTTING_DOWN');
  expect(words(client)).toEqual(['one', 'two']);
});

test('closing while another process keeps its lock makes the waiting writes fail', async () => {
  const { file, queue, write } = openQueue();
  const other = connect(file);
  other.exec('BEGIN IMMEDIATE');
  const waiting = write('one');
  await nextTurn();

  const refused = errorCodeOf(waiting);
  await queue.close();

  expect(await refused).toBe('STORAGE_FAILED');
});

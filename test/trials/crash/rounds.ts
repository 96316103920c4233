import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { openConnection } from '../../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../../src/storage/sqlite/file/health.ts';
import { databaseFile, openShared } from '../../../src/storage/sqlite/file/open.ts';
import { program, TestServer } from '../../helpers/server.ts';
import { tempFolder } from '../../helpers/temp.ts';
import type { Random } from '../random.ts';
import { storedColumns, storedRows } from '../stored.ts';
import { Ledger } from './ledger.ts';
import { groups, User, users } from './load.ts';

// Milliseconds, about what a server takes to start.
const startingTime = 400;
const noServer = { stdio: 'ignore' } as const;

/** One board that is killed again and again, and what has to be in it. */
export class CrashTrial {
  private readonly data = tempFolder();
  private readonly copies = tempFolder();
  private readonly ledger = new Ledger();
  acknowledged = 0;
  kills = 0;

  constructor(private readonly random: Random) {}

  async round(number: number): Promise<void> {
    const kind = this.random.whole(0, 11);
    if (kind === 0) await this.migration();
    else if (kind === 1) await this.killStarting(this.data);
    else await this.load(number);
    this.check();
  }

  /** Users at work, an operator at times beside them, and then nothing any more. */
  private async load(number: number): Promise<void> {
    const { random, ledger } = this;
    const server = await TestServer.start({ data: this.data, args: ['--rate', 'off'] });
    let left = random.whole(1, 120);
    const done = () => {
      this.acknowledged++;
      left--;
      if (left === 0) setTimeout(() => server.signal('SIGKILL'), random.whole(0, 4));
    };
    const context = { ledger, random, done };
    const present = await Promise.all(users.map((name) => User.login(name, server.port, context)));
    const operator = random.once(4) ? this.operate(number) : undefined;
    await Promise.all(present.map((user) => user.run(String(number))));
    await server.exited();
    await operator;
    this.kills++;
  }

  private async operate(number: number): Promise<void> {
    await (this.random.once(2) ? this.purge() : this.backUp(number));
  }

  /** Purges a group from a process of its own, which is killed half of the times. */
  private async purge(): Promise<void> {
    const group = this.random.pick(groups);
    const keep = this.random.whole(1, 60);
    const done = this.ledger.purging(group, keep);
    const code = await this.run(['group', 'purge', group, '--keep', String(keep), '--yes']);
    if (code === 0) done();
  }

  /** A copy is there whole, or not at all; it holds what was acknowledged before it was begun. */
  private async backUp(number: number): Promise<void> {
    const file = join(this.copies, `backup-${number}.db`);
    const known = [...this.ledger.sent.values()].filter((sent) => sent.number !== undefined);
    const code = await this.run(['db', 'backup', file]);
    if (code === 0) expect(existsSync(file)).toBe(true);
    if (!existsSync(file)) return;
    const client = openConnection(file, { readonly: true, journal: 'unchanged' });
    for (const check of healthChecks) expect(problemsOf(check, client), check.name).toEqual([]);
    const subjects = new Set(client.prepare('SELECT subject FROM messages').pluck().all());
    const missing = known.filter(({ post }) => !subjects.has(post.subject));
    client.close();
    rmSync(file);
    for (const { post, deletion } of missing) {
      expect(deletion !== undefined || this.ledger.maybePurged(post.group), post.subject).toBe(
        true,
      );
    }
  }

  private async run(args: string[]): Promise<number | null> {
    const child = spawn(process.execPath, [program, ...args, '--data', this.data], noServer);
    return this.random.once(2) ? this.killWithin(child, 600) : exit(child);
  }

  /** A board of the first schema is killed while it is brought up to date; then it is. */
  private async migration(): Promise<void> {
    const data = tempFolder();
    const client = openConnection(databaseFile(data), { create: true });
    client.exec(readFileSync(join(import.meta.dirname, '../../fixtures/schema-0000.sql'), 'utf8'));
    const columns = storedColumns(client);
    const before = storedRows(client);
    client.close();
    await this.killStarting(data);
    await this.killStarting(data);
    const server = await TestServer.start({ data });
    server.signal('SIGKILL');
    await server.exited();
    const after = openShared(databaseFile(data));
    expect(storedRows(after, columns)).toEqual(before);
    for (const check of healthChecks) expect(problemsOf(check, after), check.name).toEqual([]);
    after.close();
    rmSync(data, { recursive: true });
  }

  private async killStarting(data: string): Promise<void> {
    const args = [program, 'serve', '--port', '0', '--data', data];
    await this.killWithin(spawn(process.execPath, args, noServer), startingTime);
    this.kills++;
  }

  private async killWithin(child: ChildProcess, milliseconds: number): Promise<number | null> {
    const code = exit(child);
    await Promise.race([code, pause(this.random.whole(0, milliseconds))]);
    child.kill('SIGKILL');
    return code;
  }

  /** In a copy, so that it is the next server that opens the files as they were left. */
  private check(): void {
    const file = databaseFile(this.data);
    if (!existsSync(file)) return;
    const copy = join(this.copies, 'board');
    mkdirSync(copy);
    for (const suffix of ['', '-wal']) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, databaseFile(copy) + suffix);
    }
    const client = openConnection(databaseFile(copy));
    const made = client.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'outside_changes'").get();
    // Killed before the schema was made, it is the next server's to make.
    if (made || this.acknowledged > 0) {
      this.ledger.check(client);
      this.ledger.settle(client);
    }
    client.close();
    rmSync(copy, { recursive: true });
  }
}

async function exit(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code as number | null;
}

import { expect } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/repository.ts';
import type { BoardEvent, Login } from '../../src/board/types.ts';
import type { BoardError, ErrorCode } from '../../src/protocol/errors.ts';
import type { Client } from '../../src/storage/connection.ts';
import { openShared } from '../../src/storage/open.ts';
import { SqliteRepository } from '../../src/storage/repository.ts';
import { groupNamed } from '../helpers/storage.ts';
import { type Deed, groupNames, type Step, userNames } from './history.ts';
import { Model } from './model.ts';

interface Session extends Actor {
  /** The model's `since`. */
  readonly turn: number;
}

/** What a deed came to: a refusal, or what the board answered. */
type Outcome = { refused: ErrorCode } | { answer: unknown };

/** Plays a history on a board in a file and on the model, and compares what they show. */
export class Replay {
  private readonly model = new Model(groupNames);
  private readonly sessions = new Map<string, Session>();
  private readonly events: BoardEvent[] = [];
  private wall = Date.UTC(2026, 10, 22);
  private client: Client;
  private repository: SqliteRepository;

  constructor(private readonly file: string) {
    [this.client, this.repository] = this.open();
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.loginAll();
    for (const step of steps) await this.perform(step);
    await this.compareAll();
    this.restart();
    await this.loginAll();
    await this.compareAll();
  }

  close(): void {
    this.repository.close();
  }

  private open(): [Client, SqliteRepository] {
    const client = openShared(this.file);
    // What a loss of power takes is not at stake here, and a sync per turn would cost minutes.
    client.pragma('synchronous = OFF');
    const publish = (event: BoardEvent) => {
      this.events.push(event);
    };
    return [client, new SqliteRepository(client, { publish, now: () => this.wall })];
  }

  private restart(): void {
    this.close();
    [this.client, this.repository] = this.open();
  }
}

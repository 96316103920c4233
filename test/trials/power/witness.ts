import { expect } from 'vitest';
import { healthChecks, problemsOf } from '../../../src/storage/sqlite/file/health.ts';
import { databaseFile, openHeld } from '../../../src/storage/sqlite/file/open.ts';
import { type Answered, type Change, isChange, Ledger, mayRefuse } from '../crash/ledger.ts';
import type { Judge } from './blackout.ts';
import type { Step } from './trace.ts';

interface Line {
  id?: number;
  method?: string;
  params?: { user?: string };
  result?: { user?: string };
  error?: { data: { code: string } };
}

interface Talk {
  user: string;
  readonly rest: { received: string; sent: string };
  readonly asked: Map<number, { change: Change; answered: Answered }>;
}

/** Knows what the board was asked and what it had acknowledged at each step of a trace. */
export class Witness implements Judge {
  private readonly ledger = new Ledger();
  /** How many changes were acknowledged. */
  acknowledged = 0;
  /** Whether the board has served anyone: before that, it may not have been made. */
  private served = false;
  private readonly talks = new Map<string, Talk>();
  private purgeDone: () => void = () => {};

  take(step: Step): void {
    if (step.kind === 'printed') for (const line of step.text.split('\n')) this.operate(line);
    if (step.kind !== 'received' && step.kind !== 'sent') return;
    const talk = this.talkOn(step.socket);
    // All of it is ASCII, so that no character is cut.
    const lines = (talk.rest[step.kind] + step.data.toString()).split('\n');
    talk.rest[step.kind] = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.startsWith('{'))) {
      if (step.kind === 'received') this.ask(talk, JSON.parse(line) as Line);
      else this.answer(talk, JSON.parse(line) as Line);
    }
  }

  /** As a server that starts opens it. */
  check(folder: string): void {
    const { client, lock } = openHeld(databaseFile(folder));
    try {
      if (this.served) this.ledger.check(client);
      else for (const check of healthChecks) expect(problemsOf(check, client)).toEqual([]);
    } finally {
      client.close();
      lock.release();
    }
  }

  private operate(line: string): void {
    const [, group, keep] = /^purging (\w+) (\d+)$/.exec(line) ?? [];
    if (group) this.purgeDone = this.ledger.purging(group, Number(keep));
    if (line === 'purged 0') this.purgeDone();
  }

  private ask(talk: Talk, { id = 0, method = '', params = {} }: Line): void {
    if (method === 'session.login') talk.user = params.user ?? '';
    if (!isChange(method)) return;
    const change = { method, params } as unknown as Change;
    talk.asked.set(id, { change, answered: this.ledger.asked(talk.user, change) });
  }

  private answer(talk: Talk, { id = 0, result, error }: Line): void {
    this.served = true;
    const asked = talk.asked.get(id);
    if (!asked) return;
    talk.asked.delete(id);
    if (error && !mayRefuse(asked.change, error.data.code)) return;
    asked.answered(result);
    this.acknowledged++;
  }

  private talkOn(socket: string): Talk {
    const known = this.talks.get(socket);
    if (known) return known;
    const talk: Talk = { user: '', rest: { received: '', sent: '' }, asked: new Map() };
    this.talks.set(socket, talk);
    return talk;
  }
}

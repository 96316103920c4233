import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../random.ts';
import type { Step } from './trace.ts';

/** Bytes that a disk writes whole or not at all. */
const sector = 512;

type Change = Exclude<Extract<Step, { path: string }>, { kind: 'sync' }>;
/** What the folder has to be synced for; all others belong to the contents of a file. */
type Naming = Exclude<Change, { kind: 'write' | 'truncate' }>;

/** A change that the system has taken and may not have brought to the disk. */
interface Pending {
  readonly at: number;
  readonly change: Change;
  /** The file whose contents change; a file that is made anew under an old name is another one. */
  readonly file: number;
}

/**
 * What a loss of power does to a change that no sync has covered: lost, kept, or a write of which
 * some sectors got there.
 */
export type Fate = 'lost' | 'kept' | 'torn';

/** Files by name and by contents. */
class Image {
  private readonly own = new Set<number>();

  constructor(
    readonly names = new Map<string, number>(),
    readonly contents = new Map<number, Buffer>(),
  ) {}

  /** Another one, which shares contents until either changes them. */
  fork(): Image {
    this.own.clear();
    return new Image(new Map(this.names), new Map(this.contents));
  }

  apply({ change, file }: Pending): void {
    if (isName(change)) this.name(change, file);
    else if (change.kind === 'truncate') this.sized(file, change.size);
    else {
      const size = this.contents.get(file)?.length ?? 0;
      const { offset, data } = change;
      data.copy(this.sized(file, Math.max(size, offset + data.length)), offset);
    }
  }

  /** A rename is there as a whole or not at all, as POSIX asks for it. */
  private name(change: Naming, file: number): void {
    if (change.kind === 'create') this.names.set(change.path, file);
    if (change.kind === 'unlink' || change.kind === 'rename') this.names.delete(change.path);
    if ('to' in change) this.names.set(change.to, file);
  }

  /** The contents of a file to write to, cut or filled with zeros. */
  private sized(file: number, size: number): Buffer {
    const before = this.contents.get(file) ?? Buffer.alloc(0);
    if (this.own.has(file) && before.length === size) return before;
    const after = Buffer.alloc(size);
    before.copy(after);
    this.contents.set(file, after);
    this.own.add(file);
    return after;
  }
}

/** The files of one folder as a disk has them: names and contents, each from the last sync on in doubt. */
export class Disk {
  private readonly settled = new Image();
  /** Files by name as programs see them. */
  private readonly current = new Map<string, number>();
  private pending: Pending[] = [];
  private files = 0;

  constructor(private readonly random: Random) {}

  /** Takes a file that was there, on disk, before the first step. */
  hold(path: string, contents: Buffer): void {
    this.current.set(path, ++this.files);
    this.settled.names.set(path, this.files);
    this.settled.contents.set(this.files, contents);
  }

  /** How many changes a loss of power could take. */
  get doubtful(): number {
    return this.pending.length;
  }

  /** @param at the number of the step */
  take(step: Step, at: number): void {
    if (step.kind === 'sync') this.sync(step.path, step.from);
    else if ('path' in step) this.change(step, at);
  }

  private change(step: Change, at: number): void {
    if (step.kind === 'create') {
      if (this.current.has(step.path)) return;
      this.current.set(step.path, ++this.files);
    }
    const file = this.current.get(step.path);
    if (file === undefined) throw new Error(`${step.path} was not made`);
    if (step.kind === 'unlink' || step.kind === 'rename') this.current.delete(step.path);
    if ('to' in step) this.current.set(step.to, file);
    this.pending.push({ at, change: step, file });
  }

  private sync(path: string, from: number): void {
    const covers = ({ at, change, file }: Pending) =>
      at < from &&
      (isName(change) ? dirname(change.path) === path : this.current.get(path) === file);
    for (const each of this.pending.filter(covers)) this.settled.apply(each);
    this.pending = this.pending.filter((each) => !covers(each));
  }

  /** Writes into `folder` what a loss of power now would leave. */
  leave(folder: string, fate: () => Fate): void {
    const left = this.settled.fork();
    for (const each of this.pending) {
      const one = fate();
      if (one === 'lost') continue;
      const torn = one === 'torn' && each.change.kind === 'write';
      for (const part of torn ? this.sectors(each) : [each]) left.apply(part);
    }
    mkdirSync(folder);
    for (const [path, file] of left.names) {
      writeFileSync(join(folder, basename(path)), left.contents.get(file) ?? '');
    }
  }

  /** Those sectors of a write that got there. */
  private sectors(each: Pending): Pending[] {
    const { change } = each;
    if (change.kind !== 'write') return [each];
    const parts: Pending[] = [];
    for (let from = 0; from < change.data.length; ) {
      const to = Math.min(change.data.length, from + sector - ((change.offset + from) % sector));
      const data = change.data.subarray(from, to);
      const part = { ...change, offset: change.offset + from, data };
      if (this.random.once(2)) parts.push({ ...each, change: part });
      from = to;
    }
    return parts;
  }
}

function isName(change: Change): change is Naming {
  return change.kind !== 'write' && change.kind !== 'truncate';
}

import type { BoardEvent } from '../../../board/events.ts';
import type { NewMessages, PostedRun } from '../../../board/ports/posting.ts';
import type { Group, GroupRef, Proof } from '../../../board/types.ts';
import { type Call, isPost, writesOf } from '../acts/acts.ts';
import type { Batch, Written } from './batch-writer.ts';
import type { Commit, Outcome } from './committer.ts';
import {
  type CrossingBoardError,
  type CrossingError,
  decodeError,
  encodeError,
} from './crossing-errors.ts';

/**
 * The calls of a batch. Posts are packed: a few numbers for each call and two for each message, and all texts in one string. To copy
 * them to another thread as small objects costs several times as much. Other calls are copied as they are.
 */
export interface SentBatch extends Omit<Batch<Call>, 'calls'> {
  /**
   * For a call of `post`: the id of the user and the length of the name, the session (-1 for none), the indexes of its proof and of
   * the group, the number of messages, and the lengths of subject and content of each message. For another call: 0.
   */
  readonly numbers: Float64Array;
  /** The names of the users, the subjects and the contents, in the order of `numbers`. */
  readonly text: string;
  /** The proofs of the sessions of the posters, and the groups: each once. */
  readonly proofs: readonly Proof[];
  readonly groups: readonly GroupRef[];
  /** The extras of the calls that have some, by the indexes of the calls. */
  readonly extras: ReadonlyMap<number, NewMessages['extras']>;
  /** The other calls. */
  readonly others: readonly Call[];
}

/** The result of a batch: a few numbers for each run of messages, and other results unchanged. */
export interface SentResult {
  /** For each outcome: its writes, the first number of the run (0 if it is in `others`), the index of its group, milliseconds. */
  readonly numbers: Float64Array;
  readonly groups: readonly Group[];
  readonly others: readonly (readonly [index: number, outcome: SentOutcome])[];
  readonly commits: readonly Commit[];
  readonly newest: number;
}

type SentOutcome =
  | { readonly value: unknown; readonly events: readonly BoardEvent[] }
  | { readonly refusal: CrossingBoardError }
  | { readonly failure: CrossingError };

const perPost = 6;
const perMessage = 2;
const perOutcome = 4;

function numbersOf(call: Call): number {
  return isPost(call) ? perPost + perMessage * writesOf(call) : 1;
}

export function encodeBatch({ calls, ...rest }: Batch<Call>): SentBatch {
  const numbers = new Float64Array(calls.reduce((sum, call) => sum + numbersOf(call), 0));
  const proofs = new SharedValues<Proof>();
  const groups = new SharedValues<GroupRef>();
  const extras = new Map<number, NewMessages['extras']>();
  const others: Call[] = [];
  let text = '';
  let at = 0;
  for (const [index, call] of calls.entries()) {
    if (!isPost(call)) {
      others.push(call);
      at++;
      continue;
    }
    const { actor, group, messages } = call.args;
    const { subjects, contents } = messages;
    numbers[at++] = actor.user.id;
    numbers[at++] = actor.user.name.length;
    numbers[at++] = actor.origin ?? -1;
    numbers[at++] = proofs.indexOf(actor.proof, actor.proof);
    numbers[at++] = groups.indexOf('id' in group ? group.id : group.name, group);
    numbers[at++] = subjects.length;
    text += actor.user.name;
    for (let each = 0; each < subjects.length; each++) {
      const subject = subjects[each] as string;
      const content = contents[each] as string;
      numbers[at++] = subject.length;
      numbers[at++] = content.length;
      text += subject + content;
    }
    if (messages.extras.size > 0) extras.set(index, messages.extras);
  }
  return { ...rest, numbers, text, proofs: proofs.all, groups: groups.all, extras, others };
}

/** Values that posts have in common, each with an index. */
class SharedValues<T> {
  readonly all: T[] = [];
  private readonly indexes = new Map<unknown, number>();

  /** @param name which no other value has */
  indexOf(name: unknown, value: T): number {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    const index = this.all.push(value) - 1;
    this.indexes.set(name, index);
    return index;
  }
}

const noExtras: NewMessages['extras'] = new Map();

export function decodeBatch({
  numbers,
  text,
  proofs,
  groups,
  extras,
  others,
  ...rest
}: SentBatch): Batch<Call> {
  const calls: Call[] = [];
  let start = 0;
  const next = (length: number) => {
    start += length;
    return text.slice(start - length, start);
  };
  let other = 0;
  for (let at = 0; at < numbers.length; ) {
    const id = numbers[at] as number;
    if (id === 0) {
      calls.push(others[other++] as Call);
      at++;
      continue;
    }
    const user = { id, name: next(numbers[at + 1] as number) };
    const origin = numbers[at + 2] as number;
    const proof = proofs[numbers[at + 3] as number] as Proof;
    const group = groups[numbers[at + 4] as number] as GroupRef;
    const count = numbers[at + 5] as number;
    const subjects: string[] = [];
    const contents: string[] = [];
    at += perPost;
    for (const end = at + perMessage * count; at < end; at += perMessage) {
      subjects.push(next(numbers[at] as number));
      contents.push(next(numbers[at + 1] as number));
    }
    const args: Call<'post'>['args'] = {
      actor: { user, origin: origin < 0 ? null : origin, proof },
      group,
      messages: { subjects, contents, extras: extras.get(calls.length) ?? noExtras },
    };
    calls.push({ act: 'post', args });
  }
  return { ...rest, calls };
}

export function encodeResult({ outcomes, commits, newest }: Written): SentResult {
  const numbers = new Float64Array(outcomes.length * perOutcome);
  const groups: Group[] = [];
  const indexes = new Map<Group, number>();
  const others: [number, SentOutcome][] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const at = index * perOutcome;
    numbers[at] = outcome.writes;
    numbers[at + 3] = outcome.took;
    const run = runOf(outcome);
    if (!run) {
      others.push([index, encodeOutcome(outcome)]);
      continue;
    }
    const { group, number } = run;
    const known = indexes.get(group) ?? groups.push(group) - 1;
    indexes.set(group, known);
    numbers[at + 1] = number;
    numbers[at + 2] = known;
  }
  return { numbers, groups, others, commits, newest };
}

/** The run of an outcome that is nothing else. The first message of a direct conversation has a second event. */
function runOf(outcome: Outcome): PostedRun | undefined {
  if (!('value' in outcome) || outcome.events.length !== 1) return undefined;
  return outcome.events[0]?.type === 'messages.posted' ? (outcome.value as PostedRun) : undefined;
}

export function decodeResult(
  { calls, first }: Batch<Call>,
  { numbers, groups, others, commits, newest }: SentResult,
): Written {
  const outcomes: Outcome[] = [];
  const special = new Map(others);
  let postedAt = first;
  let index = 0;
  let done = 0;
  for (let at = 0; at < numbers.length; at += perOutcome) {
    const writes = numbers[at] as number;
    const took = numbers[at + 3] as number;
    const other = special.get(outcomes.length);
    const call = calls[index] as Call;
    if (other) outcomes.push({ ...decodeOutcome(other), writes, took });
    else {
      const group = groups[numbers[at + 2] as number] as Group;
      const run = { group, number: numbers[at + 1] as number, postedAt, count: writes };
      outcomes.push(runOutcome(call as Call<'post'>, run, done, took));
    }
    postedAt += writes;
    done += writes;
    if (done < writesOf(call)) continue;
    index++;
    done = 0;
  }
  return { outcomes, commits, newest };
}

/** The outcome of a run. Its event is made here, from texts that stayed in this thread. @param from index of its first message */
function runOutcome({ args }: Call<'post'>, run: PostedRun, from: number, took: number): Outcome {
  const { user: sender, origin } = args.actor;
  const { group, number, postedAt, count } = run;
  const { subjects: all } = args.messages;
  const subjects = count === all.length ? all : all.slice(from, from + count);
  const type = 'messages.posted' as const;
  const event: BoardEvent = { type, origin, group, sender, number, postedAt, subjects };
  return { value: run, events: [event], writes: count, took };
}

function encodeOutcome(outcome: Outcome): SentOutcome {
  if ('refusal' in outcome) return { refusal: encodeError(outcome.refusal) };
  if ('failure' in outcome) return { failure: encodeError(outcome.failure) };
  const { value, events } = outcome;
  return { value, events };
}

function decodeOutcome(sent: SentOutcome) {
  if ('refusal' in sent) return { refusal: decodeError(sent.refusal) };
  if ('failure' in sent) return { failure: decodeError(sent.failure) };
  return sent;
}

import {
  type BoardEvent,
  type Group,
  type GroupRef,
  type Header,
  plainFields,
} from '../../../board/types.ts';
import type { Call } from '../acts/acts.ts';
import type { Post } from '../acts/post.ts';
import type { Batch, Written } from './batch-writer.ts';
import type { Commit, Outcome } from './committer.ts';
import {
  type CrossingBoardError,
  type CrossingError,
  decodeError,
  encodeError,
} from './crossing-errors.ts';

/**
 * The calls of a batch as one flat array. Posts are six entries each, the first of them a number, because copying
 * small objects to another thread costs ten times as much; any other call is one entry.
 */
export interface SentBatch extends Omit<Batch<Call>, 'calls'> {
  readonly calls: readonly unknown[];
}

/** The result of a batch: a few numbers for each post, and other results unchanged. */
export interface SentResult {
  /** For each call: the number of the post (0 if it is in `others`), the index of its group, milliseconds. */
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
const perOutcome = 3;

export function encodeBatch({ calls, ...rest }: Batch<Call>): SentBatch {
  const sent: unknown[] = [];
  for (const call of calls) {
    if (!isPost(call)) {
      sent.push(call);
      continue;
    }
    const { actor, group, message } = call.args;
    const { id } = actor.user;
    const ref = 'id' in group ? group.id : group;
    sent.push(id, actor.passwordHash, ref, message.subject, message.content, message.key);
  }
  return { ...rest, calls: sent };
}

export function decodeBatch({ calls: sent, ...rest }: SentBatch): Batch<Call> {
  const calls: Call[] = [];
  for (let at = 0; at < sent.length; ) {
    if (typeof sent[at] === 'number') {
      calls.push({ act: 'post', args: decodePost(sent, at) });
      at += perPost;
    } else calls.push(sent[at++] as Call);
  }
  return { ...rest, calls };
}

/** The name and the origin of the sender stay in the main thread: see `postOutcome`. */
function decodePost(sent: readonly unknown[], at: number): Post {
  const ref = sent[at + 2] as GroupRef | number;
  return {
    actor: {
      user: { id: sent[at] as number, name: '' },
      origin: null,
      since: 0,
      passwordHash: sent[at + 1] as string | null,
    },
    group: typeof ref === 'number' ? { id: ref } : ref,
    message: {
      subject: sent[at + 3] as string,
      content: sent[at + 4] as string,
      key: sent[at + 5] as string | undefined,
    },
  };
}

export function encodeResult(
  calls: readonly Call[],
  { outcomes, commits, newest }: Written,
): SentResult {
  const numbers = new Float64Array(outcomes.length * perOutcome);
  const groups: Group[] = [];
  const indexes = new Map<Group, number>();
  const others: [number, SentOutcome][] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const at = index * perOutcome;
    numbers[at + 2] = outcome.took;
    const call = calls[index];
    // A post without an event repeats an earlier key, and its result is the earlier message.
    if ('value' in outcome && call && isPost(call) && outcome.events.length > 0) {
      const { group, message } = outcome.value as Posted;
      const known = indexes.get(group) ?? groups.push(group) - 1;
      indexes.set(group, known);
      numbers[at] = message.number;
      numbers[at + 1] = known;
    } else others.push([index, encodeOutcome(outcome)]);
  }
  return { numbers, groups, others, commits, newest };
}

export function decodeResult(
  { calls, first }: Batch<Call>,
  { numbers, groups, others, commits, newest }: SentResult,
): Written {
  const outcomes: Outcome[] = [];
  const special = new Map(others);
  for (let index = 0; index * perOutcome < numbers.length; index++) {
    const at = index * perOutcome;
    const took = numbers[at + 2] ?? 0;
    const call = calls[index];
    const other = special.get(index);
    if (other) outcomes.push({ ...decodeOutcome(other, call), took });
    else if (call && isPost(call)) {
      const number = numbers[at] ?? 0;
      const group = groups[numbers[at + 1] ?? 0] as Group;
      outcomes.push(postOutcome(call.args, { group, number, at: first + index, took }));
    }
  }
  return { outcomes, commits, newest };
}

interface Posted {
  readonly group: Group;
  readonly message: Header;
}

/** The outcome of a successful post. Header and event are built here, from data that stayed in this thread. */
function postOutcome(
  { actor, message: { subject } }: Post,
  { group, number, at, took }: { group: Group; number: number; at: number; took: number },
): Outcome {
  const { id: senderId, name: sender } = actor.user;
  const message: Header = {
    ...plainFields,
    ...{ number, senderId, sender, postedAt: at, subject, thread: number },
  };
  const event: BoardEvent = { type: 'message.posted', origin: actor.origin, group, message };
  return { value: { group, message }, events: [event], took };
}

function encodeOutcome(outcome: Outcome): SentOutcome {
  if ('refusal' in outcome) return { refusal: encodeError(outcome.refusal) };
  if ('failure' in outcome) return { failure: encodeError(outcome.failure) };
  const { value, events } = outcome;
  return { value, events };
}

function decodeOutcome(sent: SentOutcome, call: Call | undefined) {
  if ('refusal' in sent) return { refusal: decodeError(sent.refusal) };
  if ('failure' in sent) return { failure: decodeError(sent.failure) };
  if (!call || !isPost(call)) return sent;
  const { group, message } = sent.value as Posted;
  return { ...sent, value: { group, message: { ...message, sender: call.args.actor.user.name } } };
}

function isPost(call: Call): call is Call<'post'> {
  return call.act === 'post';
}

import {
  type BoardEvent,
  type Group,
  type GroupRef,
  type Header,
  type Proof,
  plainHeader,
} from '../../../board/types.ts';
import type { Call } from '../acts/acts.ts';
import { isDirectRef } from '../acts/direct.ts';
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
 * The calls of a batch. Posts that are no replies and mention nobody are packed: five numbers each, and all texts in one string. To copy
 * them to another thread as small objects costs several times as much. Other calls are copied as they are.
 */
export interface SentBatch extends Omit<Batch<Call>, 'calls'> {
  /**
   * Five numbers for each call. For a post: the id of the user, the indexes of the proof of the session and of the group,
   * and the lengths of subject and content. For another call: zeros.
   */
  readonly numbers: Float64Array;
  /** The subjects and contents of the posts. */
  readonly text: string;
  /** What the sessions of the posters rest on, and the groups: each once. */
  readonly proofs: readonly Proof[];
  readonly groups: readonly GroupRef[];
  /** The keys of the posts that have one, by the indexes of the calls. */
  readonly keys: ReadonlyMap<number, string>;
  /** The other calls. */
  readonly others: readonly Call[];
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

const perCall = 5;
const perOutcome = 3;

export function encodeBatch({ calls, ...rest }: Batch<Call>): SentBatch {
  const numbers = new Float64Array(calls.length * perCall);
  const proofs = new SharedValues<Proof>();
  const groups = new SharedValues<GroupRef>();
  const keys = new Map<number, string>();
  const others: Call[] = [];
  let text = '';
  for (let index = 0; index < calls.length; index++) {
    const call = calls[index] as Call;
    if (!isPlainPost(call)) {
      others.push(call);
      continue;
    }
    const { actor, group, message } = call.args;
    const { subject, content, key } = message;
    const at = index * perCall;
    numbers[at] = actor.user.id;
    numbers[at + 1] = proofs.indexOf(actor.proof, actor.proof);
    numbers[at + 2] = groups.indexOf('id' in group ? group.id : group.name, group);
    numbers[at + 3] = subject.length;
    numbers[at + 4] = content.length;
    text += subject + content;
    if (key !== undefined) keys.set(index, key);
  }
  return { ...rest, numbers, text, proofs: proofs.all, groups: groups.all, keys, others };
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

export function decodeBatch({
  numbers,
  text,
  proofs,
  groups,
  keys,
  others,
  ...rest
}: SentBatch): Batch<Call> {
  const calls: Call[] = [];
  let start = 0;
  let other = 0;
  for (let at = 0; at < numbers.length; at += perCall) {
    const id = numbers[at] as number;
    if (id === 0) {
      calls.push(others[other++] as Call);
      continue;
    }
    const middle = start + (numbers[at + 3] as number);
    const end = middle + (numbers[at + 4] as number);
    const proof = proofs[numbers[at + 1] as number] as Proof;
    // The name and the origin of the sender stay in the main thread: see `postOutcome`.
    const args: Post = {
      actor: { user: { id, name: '' }, origin: null, proof },
      group: groups[numbers[at + 2] as number] as GroupRef,
      message: {
        subject: text.slice(start, middle),
        content: text.slice(middle, end),
        key: keys.get(calls.length),
      },
    };
    calls.push({ act: 'post', args });
    start = end;
  }
  return { ...rest, calls };
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
    // A post without an event repeats an earlier key, and its result is the earlier message. One with two is the first message
    // of a direct conversation.
    if ('value' in outcome && call && isPlainPost(call) && outcome.events.length === 1) {
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
    else if (call && isPlainPost(call)) {
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
  { actor, message: { subject } }: PlainPost['args'],
  { group, number, at, took }: { group: Group; number: number; at: number; took: number },
): Outcome {
  const message = plainHeader(actor.user, { number, postedAt: at, subject });
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
  if (!call || !isPlainPost(call)) return sent;
  const { group, message: written } = sent.value as Posted;
  const { user, origin } = call.args.actor;
  const message = { ...written, sender: user.name };
  const events = sent.events.map((event): BoardEvent => {
    if (event.type === 'message.posted') return { ...event, origin, message };
    return event.type === 'direct.opened' ? { ...event, origin, other: user } : event;
  });
  return { ...sent, value: { group, message }, events };
}

/**
 * A post that is no reply, mentions nobody and makes no direct conversation: its result follows from its arguments, its
 * number and its time.
 */
type PlainPost = Call<'post'> & {
  readonly args: { readonly message: { readonly subject: string } };
};

function isPlainPost(call: Call): call is PlainPost {
  if (call.act !== 'post') return false;
  const { group, message } = (call as Call<'post'>).args;
  const isPlain = message.replyTo === undefined && message.mentions === undefined;
  return isPlain && !isDirectRef(group);
}

import { parseDuration } from '../../duration.ts';
import { boardError } from '../../errors.ts';
import type { Call } from '../../schemas.ts';
import { caseless } from '../../unicode.ts';
import type { Arguments } from '../arguments.ts';
import type { TextContext } from '../command.ts';
import { userArgument } from '../direct-commands.ts';
import { mainGroup } from '../group-command.ts';

type Here = Pick<TextContext, 'place' | 'call'>;

/** The group of a command that names nothing else before it: where the user is, or `main`, if it is left out. */
export function groupOrHere(args: Arguments, { place }: Here): string {
  if (!args.empty) return args.quoted('group');
  return place ? String(place.group) : mainGroup;
}

/**
 * The group of a command on a user. In a place the group can be left out: `%mod bob`, `%silence bob 2h`,
 * `%remove bob spam`.
 * @param after what comes after the user, by which a user is told from a group
 * @throws BoardError `INVALID_PARAMS`
 */
export async function groupOfAct(
  args: Arguments,
  here: Here,
  after: 'nothing' | 'time' | 'reason',
): Promise<string> {
  const { place } = here;
  if (place && (await leavesGroupOut(args, here, after))) return String(place.group);
  if (args.ahead[0]?.startsWith('@')) throw boardError('INVALID_PARAMS', 'the group is missing');
  return args.quoted('group');
}

async function leavesGroupOut(
  { ahead: [first = '', second] }: Arguments,
  { call }: Here,
  after: 'nothing' | 'time' | 'reason',
): Promise<boolean> {
  if (first.startsWith('@') || second === undefined) return true;
  if (after === 'nothing') return false;
  if (after === 'time') return parseDuration(second) !== undefined;
  return !(await isOwnGroup(first, call));
}

/** Whether a word names a group of which the user is a member. */
async function isOwnGroup(word: string, call: Call): Promise<boolean> {
  const { groups } = await call('group.list', {});
  const key = caseless(word);
  return groups.some(
    ({ id, name, joined }) =>
      joined && [caseless(name), String(id), `${caseless(name)}#${id}`].includes(key),
  );
}

/** The group and the user of a command on a user. */
export async function groupAndUser(
  args: Arguments,
  here: Here,
  after: 'nothing' | 'time' | 'reason',
): Promise<{ group: string; user: string }> {
  const group = await groupOfAct(args, here, after);
  return { group, user: userArgument(args) };
}

/** The rest of a line as the reason of an act, if there is any. */
export function reasonArgument(args: Arguments): { reason?: string } {
  return args.empty ? {} : { reason: args.remainder('reason').trim() };
}

/**
 * A time from now, such as `2h` or `3d`, in microseconds since the epoch.
 * @throws BoardError `INVALID_PARAMS`
 */
export function timeFromNow(written: string): number {
  const length = parseDuration(written);
  if (length === undefined || length <= 0) {
    throw boardError('INVALID_PARAMS', 'the time is a number with its unit, such as 30m, 2h or 3d');
  }
  return Math.round((Date.now() + length) * 1000);
}

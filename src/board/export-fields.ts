import { z } from 'zod';
import { isDirectName } from '../protocol/direct.ts';
import { BoardError } from '../protocol/errors.ts';
import { parseTime } from '../protocol/time.ts';
import { groupName, userName } from './names.ts';

// The fields that lines of an export have in common.

/** The `deletedBy` or `createdBy` of a user who does not exist any more. No user has such a name. */
export const deletedUser = '[deleted]';

/** Text that a board would store unchanged. `check` returns the cleaned text, which must be the same. */
export function kept(check: (text: string) => string) {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text, check);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });
}

function problemOf(text: string, check: (text: string) => string): string | undefined {
  try {
    return check(text) === text ? undefined : 'It is not as a board would keep it';
  } catch (error) {
    if (error instanceof BoardError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

// JavaScript represents microseconds exactly up to the year 2255. This leaves the clock of an imported board a century.
const latest = parseTime('2150-01-01T00:00:00.000000Z');

export const time = z.string().transform((text, context) => {
  const micros = parseTime(text);
  if (Number.isNaN(micros)) {
    context.addIssue('It takes a time in UTC with microseconds, 2026-01-01T12:00:00.000000Z');
  }
  if (micros > latest) context.addIssue('It lies behind the year 2150');
  return micros;
});
export const count = z.int().nonnegative();
export const number = z.int().positive();
export const user = kept((text) => userName(text).name);
export const groupOwnName = kept((text) => groupName(text).name);
// A direct conversation is `@` and its number, because its two users have different names for it.
export const conversation = z
  .string()
  .regex(/^@\d{1,15}$/, 'It takes @ and the number of a conversation');
/**
 * How lines refer to a group: by its name, to a secret group by its name and number (`plans#12`), and to a direct
 * conversation by `@` and its number.
 */
export const group = z.string().superRefine((text, context) => {
  const name = text.replace(/#\d{1,15}$/, '');
  const { error } = isDirectName(text)
    ? conversation.safeParse(text)
    : groupOwnName.safeParse(name);
  if (error) context.addIssue({ code: 'custom', message: error.issues[0]?.message ?? '' });
});

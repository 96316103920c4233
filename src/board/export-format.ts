import { z } from 'zod';
import { Expected } from '../protocol/expected.ts';
import { count } from './export-fields.ts';
import {
  blockLine,
  directLine,
  groupLine,
  membershipLine,
  muteLine,
  userLine,
} from './export-members.ts';
import { deletedLine, messageLine, revisionLine } from './export-messages.ts';
import {
  closedLine,
  invitationLine,
  loggedLine,
  pinLine,
  reportLine,
  restrictionLine,
} from './export-moderation.ts';

// The lines of an export, as docs/export-format.md describes them.

export const exportFormat = 'corkboard-export';

export const exportVersion = 2;

/** Maximum length of a line of an export, in bytes. In JSON, one byte of content can take six. */
export const longestExportLine = 1024 * 1024;

const boardLine = z.strictObject({
  type: z.literal('board'),
  format: z.literal(exportFormat),
  version: z
    .int()
    .positive()
    .max(exportVersion, 'It was written by a newer corkboard; upgrade this one to read it'),
  /** Whether the export has all groups of the board. */
  whole: z.boolean(),
  /** Whether the export has the hashes of the passwords. */
  passwords: z.boolean(),
  users: count,
  groups: count,
  memberships: count,
  messages: count,
  /** From version 2 on: how many direct conversations, blocks, mutes and deleted messages there are; left out if there are none. */
  directs: count.optional(),
  blocks: count.optional(),
  mutes: count.optional(),
  deleted: count.optional(),
  /** How many texts there are from before edits. */
  revisions: count.optional(),
  /** What moderators have set, from version 2 on; left out if there is none. */
  restrictions: count.optional(),
  invitations: count.optional(),
  logged: count.optional(),
  closed: count.optional(),
  pins: count.optional(),
  reports: count.optional(),
  /** The highest number that a group ever had. */
  lastGroup: count,
});

const endLine = z.strictObject({
  type: z.literal('end'),
  /** How many lines come before this one. */
  lines: count,
  /** The SHA-256 of the bytes of those lines, with their line ends. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The kinds of lines with their position: lines with a lower position come first. */
export const linePlaces = {
  board: 0,
  user: 1,
  group: 2,
  direct: 2,
  block: 3,
  mute: 3,
  membership: 3,
  restriction: 3,
  invitation: 3,
  message: 4,
  deleted: 4,
  revision: 4,
  // After the messages that they are about.
  logged: 5,
  closed: 5,
  pin: 5,
  report: 5,
  end: 6,
} as const;

const exportLine = z.discriminatedUnion('type', [
  boardLine,
  userLine,
  groupLine,
  directLine,
  blockLine,
  muteLine,
  membershipLine,
  restrictionLine,
  invitationLine,
  messageLine,
  deletedLine,
  revisionLine,
  loggedLine,
  closedLine,
  pinLine,
  reportLine,
  endLine,
]);

/** A line to write: times are RFC 3339. */
export type ExportLine = z.input<typeof exportLine>;

/** A line that was read and checked: times are microseconds since the epoch. */
export type ImportLine = z.output<typeof exportLine>;

export type LineOf<T extends ImportLine['type']> = Extract<ImportLine, { type: T }>;

/** An error in an export or in one of its lines. */
export class ExportError extends Expected {
  override readonly name = 'ExportError';
}

/** Reads and checks a line by itself. @throws ExportError */
export function parseExportLine(text: string): ImportLine {
  const { data, error } = exportLine.safeParse(parseJson(text));
  if (data) return data;
  const [issue] = error.issues;
  const field = issue?.path.join('.');
  throw new ExportError(`${field ? `${field}: ` : ''}${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExportError(`It is not JSON: ${(error as Error).message}`);
  }
}

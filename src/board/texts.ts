import { cleanLine, cleanText } from '../protocol/clean.ts';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { Params } from '../protocol/schemas.ts';
import { mentionsIn } from './mentions.ts';
import type { NewMessage } from './ports/posting.ts';

/** What a request to post says of the message. */
export type MessageParams = Omit<Params<'message.post'>, 'group'>;

// How many UTF-16 code units a text may have for each allowed character before it is cleaned. Cleaning can shorten a text.
const unitsBeforeCleaning = 8;
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u;
// Printable ASCII without a space at either end: nothing in it is to be cleaned.
const plainSubject = /^[!-~](?:[ -~]*[!-~])?$/;

/** The texts of a message, checked and cleaned. @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
export function checkedMessage({
  subject: title,
  replyTo,
  key,
  content: text,
}: MessageParams): NewMessage {
  const isNamed = title !== undefined || replyTo === undefined;
  const subject = isNamed ? checkedSubject(title ?? '') : undefined;
  const content = checkedContent(text);
  const mentions = mentionsIn(subject ?? '', content);
  return replyTo === undefined
    ? { subject: subject ?? '', content, key, mentions }
    : { subject, content, key, mentions, replyTo };
}

/** Text for a group's description. @throws BoardError `TOO_LONG` */
export function checkedDescription(text: string): string {
  return checkedLine('description', text, limits.description);
}

/** Text for the reason of a ban, a deletion, a report or an act in a group. @throws BoardError `TOO_LONG` */
export function checkedReason(text: string): string {
  return checkedLine('reason', text, limits.reason);
}

/** Text for a subject. @throws BoardError `SUBJECT_INVALID`, `TOO_LONG` */
export function checkedSubject(text: string): string {
  if (text.length <= limits.subject && plainSubject.test(text)) return text;
  requireAtMost('subject', text, unitsBeforeCleaning * limits.subject, limits.subject);
  if (/[\r\n\u0085\u2028\u2029]/.test(text)) throw boardError('SUBJECT_INVALID', 'it is one line');
  const subject = checkedLine('subject', text, limits.subject);
  if (!visible.test(subject)) throw boardError('SUBJECT_INVALID', 'it is empty');
  return subject;
}

/** A cleaned line. The length is checked first, so that a very long text costs nothing. */
function checkedLine(what: string, text: string, limit: number): string {
  requireAtMost(what, text, unitsBeforeCleaning * limit, limit);
  const line = cleanLine(text).trim();
  if ([...line].length > limit) throw boardError('TOO_LONG', what, limit, 'characters');
  return line;
}

function requireAtMost(what: string, text: string, units: number, limit: number): void {
  if (text.length > units) throw boardError('TOO_LONG', what, limit, 'characters');
}

/** Text for the content of a message. @throws BoardError `TOO_LONG` */
export function checkedContent(text: string): string {
  return checkedLines('content', text, limits.content, cleanText);
}

/** Text about a group. @throws BoardError `TOO_LONG` */
export function checkedAbout(text: string): string {
  const clean = (about: string) => cleanText(about).trim();
  return checkedLines('text about the group', text, limits.about, clean);
}

/**
 * Cleans a text that may have several lines.
 * @param what the text, for the error
 * @param limit in bytes of UTF-8
 * @throws BoardError `TOO_LONG`
 */
function checkedLines(
  what: string,
  text: string,
  limit: number,
  clean: (text: string) => string,
): string {
  // Cleaning turns a CRLF into one byte, and shortens no other text that people write.
  if (text.length > 2 * limit) throw boardError('TOO_LONG', what, limit, 'bytes');
  const cleaned = clean(text);
  // A code unit takes three bytes at most.
  const mayBeTooLong = 3 * cleaned.length > limit;
  if (mayBeTooLong && Buffer.byteLength(cleaned) > limit) {
    throw boardError('TOO_LONG', what, limit, 'bytes');
  }
  return cleaned;
}

import { cleanLine, cleanText } from '../clean.ts';
import { isMentioned } from '../mentions.ts';
import type { FullMessage, Header, Result } from '../schemas.ts';
import { frameStart, listEnd, plusAtLimit, rule } from './render.ts';
import type { Style } from './style.ts';

export function listStart(group: string, style: Style): string {
  return frameStart(`Group: ${group} History`, style);
}

/** @param first the first visible number of the group, if there are replies to messages that may be older */
export function renderHeaders(messages: readonly Header[], style: Style, first = 0): string {
  return messages.map((header) => `${style.line(headerLine(header, style, first))}\n`).join('');
}

/** The line of a list for a message that has just arrived. @param reader as in `renderNotice` */
export function renderArrivedHeader(header: Header, style: Style, reader: string): string {
  return `${style.line(`${headerLine(header, style)}${mentionMark(header, style, reader)}`)}\n`;
}

/** ` (mentions you)` if a message mentions the user who reads it. */
export function mentionMark(message: Header, style: Style, reader: string | undefined): string {
  if (reader === undefined || message.sender === reader || !isMentioned(message, reader)) return '';
  return ` ${style.strong('(mentions you)')}`;
}

function headerLine(header: Header, style: Style, first = 0): string {
  const { number, sender, postedAt, subject, replyTo, editedAt } = header;
  return style.entry({
    number: style.strong(String(number)),
    sender: style.user(sender),
    date: style.date(postedAt),
    subject: style.strong(cleanLine(subject)),
    notes: [
      ...(replyTo === undefined ? [] : [replyNote(replyTo, first)]),
      ...(editedAt === undefined ? [] : ['Edited']),
    ],
  });
}

function replyNote(replyTo: number, first: number): string {
  return replyTo < first ? `↩ ${replyTo} (you cannot see it)` : `Reply to: ${replyTo}`;
}

/** Threads, one a line. */
export function renderThreads(threads: Result<'thread.list'>['threads'], style: Style): string {
  const lines = threads.map(({ thread, subject, startedBy, replies, unread, ...last }) => {
    const entry = style.thread({
      number: style.strong(String(thread)),
      startedBy: startedBy === undefined ? undefined : style.user(startedBy),
      lastNumber: last.lastNumber,
      lastDate: style.date(last.lastPostedAt),
      replies: `${replies}${plusAtLimit(replies)}`,
      unread: unread > 0 ? `${unread}${plusAtLimit(unread)}` : undefined,
      subject: style.strong(cleanLine(subject)),
    });
    return `${style.line(entry)}\n`;
  });
  return lines.join('');
}

export function searchStart(query: string, style: Style): string {
  return `${style.line(style.frame(`--- Search: ${cleanLine(query)} ---`))}\n`;
}

export function searchEnd(style: Style): string {
  return listEnd(style);
}

/** Headers of several groups, each with its group. @param firsts the first visible numbers of the groups */
export function renderFound(
  messages: readonly (Header & { group: string; groupId: number })[],
  firsts: ReadonlyMap<number, number>,
  style: Style,
): string {
  const lines = messages.map((found) =>
    style.line(
      `Group: ${style.group(found.group)} | ${headerLine(found, style, firsts.get(found.groupId))}`,
    ),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** @param what what the list shows of the group */
export function renderList(
  group: string,
  messages: Header[],
  style: Style,
  what = 'History',
): string {
  const lines = renderHeaders(messages, style) || '(no messages)\n';
  return `${frameStart(`Group: ${group} ${what}`, style)}${lines}${listEnd(style)}`;
}

/** @param first as in `renderHeaders` */
export function renderMessage(message: FullMessage, style: Style, first = 0): string {
  const { number, group, sender, postedAt, subject, content, replyTo, editedAt } = message;
  return [
    style.line(style.frame(`--- Message ID: ${number} (Group: ${group}) ---`)),
    style.line(`Sender: ${style.user(sender)}`),
    `Date: ${style.date(postedAt)}`,
    style.line(`Subject: ${style.strong(cleanLine(subject))}`),
    ...(replyTo === undefined ? [] : [replyNote(replyTo, first)]),
    ...(editedAt === undefined ? [] : [`Edited: ${style.date(editedAt)}`]),
    rule(style),
    style.content(cleanText(content)),
    rule(style),
    '',
  ].join('\n');
}

/** Texts of a message, each with its date. */
export function renderHistory(
  { group, number, revisions }: Result<'message.history'>,
  style: Style,
): string {
  const entry = ({ revision, writtenAt, subject, content }: (typeof revisions)[number]) => [
    style.line(
      style.frame(`--- Message ID: ${number} (Group: ${group}), ${written(revision)} ---`),
    ),
    `Date: ${style.date(writtenAt)}`,
    style.line(`Subject: ${style.strong(cleanLine(subject))}`),
    rule(style),
    style.content(cleanText(content)),
    rule(style),
  ];
  return revisions.map((revision) => `${entry(revision).join('\n')}\n`).join('');
}

function written(revision: number): string {
  return revision === 0 ? 'as posted' : `edit ${revision}`;
}

import type { Header, Method, Params, Result } from '../../../../src/protocol/schemas.ts';
import { rule, undated } from '../../../server/support.ts';

/** How a person asks for something, and what the person is shown. */
export interface Command<P = object, R = object> {
  line(params: P): string;
  shown(result: R, params: P, isHere: boolean): string;
}

/** Commands for methods. `Added` are params of the model, for what a person is shown and a program is not told. */
export type Commands<Added = object> = {
  readonly [M in Method]?: Command<
    Params<M> & (M extends keyof Added ? Added[M] : unknown),
    Modelled<M>
  >;
};

/** A result as the model has it: of members it knows the names alone. */
type Modelled<M extends Method> =
  Result<M> extends { members: readonly object[] }
    ? Omit<Result<M>, 'members'> & { readonly members: readonly string[] }
    : Result<M>;

/** A message in a list. */
export type Entry = Pick<Header, 'number' | 'sender' | 'subject' | 'replyTo' | 'editedAt'>;

export type Whole = Entry & { readonly group: string; readonly content: string };

/** A text without dates, and without who is online. */
export function plain(text: string): string {
  return withoutTimes(text)
    .replaceAll(' (online)', '')
    .replaceAll(', online)', ')')
    .replace(/\b[0-9a-f]{24}\b/g, 'CODE')
    .replace(/ before \d{10,}/g, ' before LINE')
    .replace(/^(\[INFO\] Members of .*: )(.*)$/m, (_, start: string, names: string) => {
      return `${start}${names.split(', ').sort().join(', ')}`;
    });
}

/** A sentence without times. */
export function withoutTimes(text: string): string {
  return undated(text).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE');
}

export const info = (text: string) => `[INFO] ${text}\n`;
export const success = (text: string) => `[SUCCESS] ${text}\n`;

/**
 * A message in a list.
 * @param first the first visible number: a reply to an earlier message is marked
 */
export function entry({ number, sender, subject, replyTo, editedAt }: Entry, first = 0): string {
  return [
    ...[`ID: ${number}`, `Sender: ${sender}`, 'Date: DATE', `Subject: ${subject}`],
    ...(replyTo ? [reply(replyTo, first)] : []),
    ...(editedAt ? ['Edited'] : []),
  ].join(' | ');
}

function reply(to: number, first: number): string {
  return to < first ? `↩ ${to} (you cannot see it)` : `Reply to: ${to}`;
}

export function framed(title: string, lines: readonly string[]): string {
  return [`--- ${title} ---`, ...lines, rule, ''].join('\n');
}

/** A list of messages. */
export function listed(group: string, messages: readonly Entry[], first = 0): string {
  const lines = messages.map((message) => entry(message, first));
  return framed(`Group: ${group} History`, orNone(lines));
}

export function orNone(lines: string[]): string[] {
  return lines.length > 0 ? lines : ['(no messages)'];
}

/** A message with its content. */
export function whole(
  { group, number, sender, subject, content, replyTo, editedAt }: Whole,
  first = 0,
): string {
  return [
    `--- Message ID: ${number} (Group: ${group}) ---`,
    ...[`Sender: ${sender}`, 'Date: DATE', `Subject: ${subject}`],
    ...(replyTo ? [reply(replyTo, first)] : []),
    ...(editedAt ? ['Edited: DATE'] : []),
    ...[rule, content, rule, ''],
  ].join('\n');
}

/** A message that arrives in the place of `chat`. */
export function arrivedMessage({ content, ...message }: Entry & { content: string }): string {
  const heading = `${entry(message)}\n`;
  return content === message.subject ? heading : `${heading}  ${content}\n`;
}

/** @param roles of those who have one, by their names */
export function members(
  { group, members, total }: Pick<Modelled<'group.members'>, 'group' | 'members' | 'total'>,
  roles: Readonly<Record<string, string>> = {},
): string {
  const names = members.map((name) => (roles[name] ? `${name} (${roles[name]})` : name));
  return info(`Members of ${group} (${total}): ${names.join(', ')}`);
}

/** Who owns a group after its owner has left or stepped down. */
export function succession({
  group,
  owner,
}: {
  group: string;
  owner?: string | null | undefined;
}): string {
  if (owner === undefined) return '';
  if (owner !== null) return info(`${owner} owns ${group} now.`);
  return info(`Nobody owns ${group} now: only the operator can give it an owner.`);
}

export function unreadCount(unread: number, mentions: number): string {
  if (mentions === 0) return `${unread} unread`;
  return `${unread} unread, ${mentions} ${mentions === 1 ? 'mentions' : 'mention'} you`;
}

/** `main (180), news (3)` */
export function counted(groups: { group: string; count: number }[]): string {
  return groups.map(({ group, count }) => `${group} (${count})`).join(', ');
}

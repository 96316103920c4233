import type { Method } from '../../src/protocol/schemas.ts';
import type { Act, withoutGroup } from './rights-table.ts';

type Params = Readonly<Record<string, unknown>>;
/** Ways to do an act that are equal, or why there is none. */
export type Ways<W> = readonly W[] | { readonly none: string };
type InGroup = Exclude<Method, (typeof withoutGroup)[number]>;

/** Why some methods have no text command. */
const forPrograms = { none: 'a person at a text connection has no use for it' };

/** The text commands for each method: a method that is added needs an entry. */
const inText: Readonly<Record<InGroup, (params: Params, act: Act) => Ways<string>>> = {
  'group.list': () => ['%groups'],
  'group.show': ({ group }) => [`%about ${group}`, `%pins ${group}`],
  'group.join': ({ group, code = '' }) => [`%groupjoin ${group} ${code}`, `%join ${group} ${code}`],
  'group.leave': ({ group }) => [`%groupleave ${group}`],
  'group.members': ({ group }) => [`%groupusers ${group}`, `%groupusers ${group} all`],
  'group.create': ({ name, access }) => [`%create ${name} ${access}`],
  'group.edit': ({ group, ...changes }) =>
    Object.entries(changes).map(([field, value]) => `%set ${group} ${field} ${value}`),
  'group.delete': ({ group }) => [`%deletegroup ${group}`],
  'group.invite': ({ group, user = '--code' }) => [`%invite ${group} ${user}`],
  'invitation.list': ({ group = '' }) => [`%invitations ${group}`],
  'invitation.revoke': ({ group, user = '--code' }) => [`%revoke ${group} ${user}`],
  'group.remove': ({ group, user }) => [
    `%remove ${group} ${user}`,
    `%remove ${group} @${user} spam`,
  ],
  'group.bar': ({ group, user }) => [`%bar ${group} ${user}`, `%bar ${group} @${user} spam`],
  'group.unbar': ({ group, user }) => [`%unbar ${group} ${user}`],
  'group.silence': ({ group, user }, { options }) =>
    options.includes('past')
      ? { none: 'the command has the length of the silence, not its end' }
      : [`%silence ${group} ${user} 1h`, `%silence ${group} ${user} 2h spam`],
  'group.unsilence': ({ group, user }) => [`%unsilence ${group} ${user}`],
  'group.setRole': ({ group, user, role }) => [
    `${{ owner: '%owner', moderator: '%mod', member: '%unmod' }[String(role)]} ${group} ${user}`,
  ],
  'group.log': ({ group }) => [`%log ${group}`],
  'thread.close': ({ group, thread }) => bothForms('close', `${group} ${thread}`),
  'thread.reopen': ({ group, thread }) => bothForms('reopen', `${group} ${thread}`),
  'message.pin': ({ group, number }) => bothForms('pin', `${group} ${number}`),
  'message.unpin': ({ group, number }) => bothForms('unpin', `${group} ${number}`),
  'message.report': ({ group, number }) => bothForms('report', `${group} ${number} spam`),
  'report.list': ({ group }) => [`%reports ${group}`],
  'report.close': ({ group, number }) => bothForms('closereport', `${group} ${number}`),
  'message.post': ({ group, replyTo, content }) => [
    replyTo === undefined
      ? `%grouppost ${group} subject ${content}`
      : `%groupreply ${group} ${replyTo} ${content}`,
  ],
  'message.edit': ({ group, number, content }) => [`%groupedit ${group} ${number} ${content}`],
  'message.delete': ({ group, number }) => [`%groupdelete ${group} ${number}`],
  'message.get': ({ group, number }) => [`%groupmessage ${group} ${number}`],
  'message.list': ({ group }) => [`%grouplist ${group}`, `%grouplist ${group} all`],
  'message.history': ({ group, number }) => [`%grouphistory ${group} ${number}`],
  'message.next': () => ({ none: '%next goes through all groups' }),
  'message.search': ({ query }) => [`%search ${query}`],
  'message.markRead': () => ({ none: '%groupmessage marks what it shows' }),
  'group.markRead': ({ group }) => [`%catchup ${group}`],
  'group.restoreMarks': () => ({ none: '%undo takes back what the session has done itself' }),
  'group.changes': () => forPrograms,
  'thread.list': ({ group }) => [`%groupthreads ${group}`],
  'thread.get': ({ group, thread }) => [`%groupthread ${group} ${thread}`],
  'thread.mute': ({ group, thread }) => [`%mute thread ${group} ${thread}`],
  'thread.unmute': ({ group, thread }) => [`%unmute thread ${group} ${thread}`],
  'membership.set': ({ group, notify }) => [`%mute ${group} ${notify}`],
};

/** `%groupclose news 17` and `%close news 17` */
function bothForms(word: string, args: string): string[] {
  return [`%group${word} ${args}`, `%${word} ${args}`];
}

/** Why the operator has no command for some methods. */
const asUser = { none: 'the operator is no member and no user' };

/** The commands of the operator for each method. */
const byOperator: Readonly<
  Record<InGroup, (params: Params, act: Act) => Ways<readonly unknown[]>>
> = {
  'group.list': () => [['group', 'list']],
  'group.show': ({ group }) => [['group', 'show', group]],
  'group.join': () => asUser,
  'group.leave': () => asUser,
  'group.members': ({ group }) => [['group', 'show', group]],
  'group.create': ({ name, access }) => [['group', 'create', name, '--access', access]],
  'group.edit': ({ group, name, ...changes }) =>
    name === undefined
      ? Object.entries(changes).map(([field, value]) => [
          'group',
          'edit',
          group,
          `--${field}`,
          value,
        ])
      : [['group', 'rename', group, name]],
  'group.delete': ({ group }) => [['group', 'delete', group, '--yes']],
  'group.invite': ({ group, user = '--code' }) => [['group', 'invite', group, user]],
  'invitation.list': ({ group }) => (group === undefined ? asUser : [['group', 'show', group]]),
  'invitation.revoke': ({ group, user = '--codes' }) => [['group', 'revoke', group, user]],
  'group.remove': onUser,
  'group.bar': onUser,
  'group.unbar': onUser,
  'group.silence': ({ group, user }, act) =>
    user === '' || act.options.includes('past')
      ? asUser
      : [['group', 'silence', group, user, '--for', '1h']],
  'group.unsilence': onUser,
  'group.setRole': ({ group, user, role }) =>
    user === '' ? asUser : [['group', 'role', group, user, role]],
  'group.log': ({ group }) => [['group', 'log', group]],
  'thread.close': ({ group, thread }) => [['thread', 'close', group, thread]],
  'thread.reopen': ({ group, thread }) => [['thread', 'reopen', group, thread]],
  'message.pin': ({ group, number }) => [['message', 'pin', group, number]],
  'message.unpin': ({ group, number }) => [['message', 'unpin', group, number]],
  'message.report': () => asUser,
  'report.list': ({ group }) => [
    ['report', 'list', group],
    ['report', 'list'],
  ],
  'report.close': ({ group, number }) => [['report', 'close', group, number]],
  'message.post': () => asUser,
  'message.edit': () => asUser,
  'message.delete': ({ group, number }, act) =>
    act.options.includes('own') ? asUser : [['message', 'delete', group, number, '--yes']],
  'message.get': ({ group, number }) => [['message', 'show', group, number]],
  'message.list': ({ group }) => [['message', 'list', group]],
  'message.history': ({ group, number }) => [['message', 'show', group, number, '--history']],
  'message.next': () => asUser,
  'message.search': ({ query }) => [['message', 'search', query]],
  'message.markRead': () => asUser,
  'group.markRead': () => asUser,
  'group.restoreMarks': () => asUser,
  'group.changes': () => asUser,
  'thread.list': () => ({ none: 'message list shows all threads' }),
  'thread.get': () => ({ none: 'message list shows all threads' }),
  'thread.mute': () => asUser,
  'thread.unmute': () => asUser,
  'membership.set': () => asUser,
};

function onUser({ group, user }: Params, { method }: Act): Ways<readonly unknown[]> {
  return user === '' ? asUser : [['group', method.slice('group.'.length), group, user]];
}

/**
 * The text commands for an act.
 * @param method one that is missing in the table has no ways at all
 */
export function linesOf(act: Act, params: Params): Ways<string> | undefined {
  return inText[act.method as InGroup]?.(params, act);
}

/** The arguments of the program with which the operator does an act. */
export function argumentsOf(act: Act, params: Params): Ways<readonly string[]> | undefined {
  const ways = byOperator[act.method as InGroup]?.(params, act);
  return ways && ('none' in ways ? ways : ways.map((way) => way.map(String)));
}

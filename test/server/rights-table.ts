import type { Method } from '../../src/protocol/schemas.ts';

/**
 * Who does an act:
 * - `passer`: an unprotected name that is not in the group
 * - `outsider`: a protected name that is not in the group
 * - `invited`, `barred`: protected names that are not in the group, and are invited to it or barred from it
 * - `unprotected`: a member without a password
 * - `lapsed`: a member who was a moderator when the name still had a password
 * - `former`: a member who was the owner until the operator removed the password of the name
 * - `departed`: an owner who left, and whom a moderator followed
 * - `silenced`: a member; `hushed`: a moderator who is silenced
 * - `operator`: by the commands of the program
 */
export const columns = [
  'passer',
  'outsider',
  'invited',
  'barred',
  'member',
  'unprotected',
  'lapsed',
  'former',
  'departed',
  'silenced',
  'hushed',
  'moderator',
  'owner',
  'operator',
] as const;
export type Column = (typeof columns)[number];

const headings = columns.map((column) => column.slice(0, 4)).join(' ');

/**
 * What a request answers, by who sends it. Cells that depend on the access of the group:
 * - `out`: `NOT_MEMBER`, but `GROUP_NOT_FOUND` in a secret group for users who are not invited
 * - `see`: fine, but `GROUP_NOT_FOUND` in a secret group
 * - `join`: fine, `INVITATION_NEEDED`, or `GROUP_NOT_FOUND`; with a wrong code `code`: `INVITATION_INVALID` in place of the second
 * - `bar`: `BARRED`, but `GROUP_NOT_FOUND` in a secret group
 * - `name`: `GROUP_EXISTS`, but fine if the group of that name is secret
 * - `all`: fine, and it mentions all members
 * - `-`: there is no command for it
 * Other cells: `ok`; `same` for a request that succeeds and changes nothing; `F` for `FORBIDDEN`; or the end of the name of an error.
 */
const rows = `
                                         ${headings}
group.list                               ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
group.show                               see  see  ok   see  ok   ok   ok   ok   see  ok   ok   ok   ok   ok
group.join                               join join ok   bar  ALRE ALRE ALRE ALRE join ALRE ALRE ALRE ALRE -
group.join code                          ok   ok   ok   bar  ALRE ALRE ALRE ALRE ok   ALRE ALRE ALRE ALRE -
group.join wrong                         code code ok   bar  ALRE ALRE ALRE ALRE code ALRE ALRE ALRE ALRE -
group.leave                              out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
group.members                            out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   ok
group.create new                         UNPR ok   ok   ok   ok   UNPR UNPR UNPR ok   ok   ok   ok   ok   ok
group.create new secret                  UNPR ok   ok   ok   ok   UNPR UNPR UNPR ok   ok   ok   ok   ok   ok
group.create namesake                    UNPR name name name EXIS UNPR UNPR UNPR name EXIS EXIS EXIS EXIS name
group.edit description                   out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.edit about                         out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.edit name                          out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.edit taken                         out  out  out  out  F    F    F    F    out  F    F    F    name name
group.edit own-taken                     out  out  out  out  F    F    F    F    out  F    F    F    EXIS name
group.edit access                        out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.edit posting                       out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.edit replying                      out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.delete                             out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.invite @outsider                   out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.invite @invited                    out  out  out  out  F    F    F    F    out  F    same same same same
group.invite @other                      out  out  out  out  F    F    F    F    out  F    ALRE ALRE ALRE ALRE
group.invite @barred                     out  out  out  out  F    F    F    F    out  F    BARR BARR BARR BARR
group.invite @nobody                     out  out  out  out  F    F    F    F    out  F    USER USER USER USER
group.invite code                        out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
invitation.list                          ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   -
invitation.list group                    out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
invitation.revoke                        out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
invitation.revoke @invited               out  out  ok   out  F    F    F    F    out  F    ok   ok   ok   ok
invitation.revoke @other                 out  out  out  out  F    F    F    F    out  F    same same same same
group.remove @self                       out  out  out  out  F    F    F    F    out  F    PARA PARA PARA -
group.remove @other                      out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.remove @second                     out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.remove @owner                      out  out  out  out  F    F    F    F    out  F    F    F    PARA ok
group.remove @lapsed                     out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.remove @outsider                   out  out  out  out  F    F    F    F    out  F    NOT_ NOT_ NOT_ NOT_
group.remove @nobody                     out  out  out  out  F    F    F    F    out  F    USER USER USER USER
group.bar @self                          out  out  out  out  F    F    F    F    out  F    PARA PARA PARA -
group.bar @other                         out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.bar @second                        out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.bar @owner                         out  out  out  out  F    F    F    F    out  F    F    F    PARA ok
group.bar @lapsed                        out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.bar @outsider                      out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.bar @invited                       out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.unbar @barred                      out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.unbar @outsider                    out  out  out  out  F    F    F    F    out  F    same same same same
group.silence @self                      out  out  out  out  F    F    F    F    out  F    PARA PARA PARA -
group.silence @other                     out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.silence @second                    out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.silence @owner                     out  out  out  out  F    F    F    F    out  F    F    F    PARA ok
group.silence @outsider                  out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.silence past @other                out  out  out  out  F    F    F    F    out  F    PARA PARA PARA -
group.unsilence @silenced                out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
group.unsilence @hushed                  out  out  out  out  F    F    F    F    out  F    PARA F    ok   ok
group.unsilence @other                   out  out  out  out  F    F    F    F    out  F    same same same same
group.setRole @other moderator           out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.setRole @other owner               out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.setRole @other member              out  out  out  out  F    F    F    F    out  F    F    F    same same
group.setRole @second member             out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.setRole @second owner              out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.setRole @owner member              out  out  out  out  F    F    F    F    out  F    F    F    ok   ok
group.setRole @unprotected moderator     out  out  out  out  F    F    F    F    out  F    F    F    UNPR UNPR
group.setRole @lapsed owner              out  out  out  out  F    F    F    F    out  F    F    F    UNPR UNPR
group.setRole @outsider moderator        out  out  out  out  F    F    F    F    out  F    F    F    NOT_ NOT_
group.setRole @nobody moderator          out  out  out  out  F    F    F    F    out  F    F    F    USER USER
group.setRole @self moderator            out  out  out  out  F    F    F    F    out  F    same same ok   -
group.setRole @self member               out  out  out  out  same same ok   same out  same ok   ok   ok   -
group.setRole @self owner                out  out  out  out  F    F    F    F    out  F    F    F    same -
group.log                                out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   ok
thread.close                             out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
thread.close closed                      out  out  out  out  F    F    F    F    out  F    same same same same
thread.close missing                     out  out  out  out  F    F    F    F    out  F    MESS MESS MESS MESS
thread.reopen                            out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
thread.reopen open                       out  out  out  out  F    F    F    F    out  F    same same same same
message.pin                              out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
message.pin pinned                       out  out  out  out  F    F    F    F    out  F    same same same same
message.pin missing                      out  out  out  out  F    F    F    F    out  F    MESS MESS MESS MESS
message.unpin                            out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
message.report                           out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
message.report missing                   out  out  out  out  MESS MESS MESS MESS out  MESS MESS MESS MESS -
report.list                              out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
report.close                             out  out  out  out  F    F    F    F    out  F    ok   ok   ok   ok
report.close unreported                  out  out  out  out  F    F    F    F    out  F    same same same same
message.post                             out  out  out  out  ok   ok   ok   ok   out  SILE SILE ok   ok   -
message.post to-all                      out  out  out  out  ok   ok   ok   ok   out  SILE SILE all  all  -
message.post by-moderators               out  out  out  out  F    F    F    F    out  SILE SILE ok   ok   -
message.post replies-by-moderators       out  out  out  out  ok   ok   ok   ok   out  SILE SILE ok   ok   -
message.post reply                       out  out  out  out  ok   ok   ok   ok   out  SILE SILE ok   ok   -
message.post reply by-moderators         out  out  out  out  ok   ok   ok   ok   out  SILE SILE ok   ok   -
message.post reply replies-by-moderators out  out  out  out  F    F    F    F    out  SILE SILE ok   ok   -
message.post reply closed                out  out  out  out  CLOS CLOS CLOS CLOS out  SILE SILE ok   ok   -
message.post reply missing               out  out  out  out  MESS MESS MESS MESS out  SILE SILE MESS MESS -
message.edit own                         out  out  out  out  ok   ok   ok   ok   out  SILE SILE ok   ok   -
message.edit own to-all                  out  out  out  out  ok   ok   ok   ok   out  SILE SILE all  all  -
message.edit other                       out  out  out  out  AUTH AUTH AUTH AUTH out  AUTH AUTH AUTH AUTH -
message.delete own                       out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
message.delete other                     out  out  out  out  AUTH AUTH AUTH AUTH out  AUTH ok   ok   ok   ok
message.delete of-owner                  out  out  out  out  AUTH AUTH AUTH AUTH out  AUTH ok   ok   ok   ok
message.delete missing                   out  out  out  out  MESS MESS MESS MESS out  MESS MESS MESS MESS MESS
message.get                              out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   ok
message.list                             out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   ok
message.history                          out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   ok
message.next                             out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
message.search in                        GROU GROU GROU GROU ok   ok   ok   ok   GROU ok   ok   ok   ok   ok
message.markRead                         out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
group.markRead                           out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
group.restoreMarks                       out  out  out  out  same same same same out  same same same same -
group.changes                            out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
thread.list                              out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
thread.get                               out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
thread.mute                              out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
thread.unmute                            out  out  out  out  same same same same out  same same same same -
membership.set                           out  out  out  out  ok   ok   ok   ok   out  ok   ok   ok   ok   -
`;

/** An act: its method, which params it has (see `paramsOf` in `rights-world.ts`), and what it answers. */
export interface Act {
  readonly name: string;
  readonly method: Method;
  readonly options: readonly string[];
  /** What is for moderators only in the group. */
  readonly rules: readonly ('posting' | 'replying')[];
  readonly cells: Readonly<Record<Column, string>>;
}

const rules: Readonly<Record<string, Act['rules'][number]>> = {
  'by-moderators': 'posting',
  'replies-by-moderators': 'replying',
};

export const acts: readonly Act[] = rows
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => {
    const words = row.trim().split(/ +/);
    const cells = words.splice(-columns.length);
    const [method = '', ...options] = words;
    return {
      name: words.join(' '),
      method: method as Method,
      options,
      rules: options.flatMap((option) => rules[option] ?? []),
      cells: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])) as Record<
        Column,
        string
      >,
    };
  });

/** Acts that change nothing on which another cell of the table depends. */
export const harmless: ReadonlySet<string> = new Set([
  'group.create new',
  'group.create new secret',
  'group.create namesake',
  'group.edit description',
  'group.edit about',
  'group.invite code',
  'message.post',
  'message.post to-all',
  'message.post reply',
  'message.post reply closed',
  'message.edit own',
  'message.edit own to-all',
  'message.report',
]);

/** Methods that concern no group. What they say of groups is compared in `secret-groups.test.ts`. */
export const withoutGroup = [
  'server.info',
  'session.login',
  'session.resume',
  'session.logout',
  'account.setPassword',
  'account.keys',
  'account.addKey',
  'account.removeKey',
  'session.show',
  'door.look',
  'door.dropClaims',
  'draft.list',
  'draft.set',
  'screen.keys',
  'screen.setKeys',
  'door.login',
  'direct.open',
  'direct.list',
  'user.block',
  'user.unblock',
  'user.blocked',
  'user.mute',
  'user.unmute',
  'mute.list',
  'mention.list',
  'rpc.discover',
  'ping',
] as const satisfies readonly Method[];

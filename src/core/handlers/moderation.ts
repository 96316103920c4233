import { openRules } from '../../board/types.ts';
import { toGroup, toHeader, toLogLine, toOwner, toUser } from '../../board/view.ts';
import { deletedUser } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import { effectiveRole } from '../../protocol/rights.ts';
import { formatTime, parseTime } from '../../protocol/time.ts';
import type { Context, Handlers } from './context.ts';

export const moderationHandlers: Pick<
  Handlers,
  | 'group.create'
  | 'group.edit'
  | 'group.delete'
  | 'group.show'
  | 'group.invite'
  | 'invitation.list'
  | 'invitation.revoke'
  | 'group.remove'
  | 'group.bar'
  | 'group.unbar'
  | 'group.silence'
  | 'group.unsilence'
  | 'group.setRole'
  | 'group.log'
  | 'thread.close'
  | 'thread.reopen'
  | 'message.pin'
  | 'message.unpin'
  | 'message.report'
  | 'report.list'
  | 'report.close'
> = {
  'group.create': async ({ groups, session, hub }, params) => {
    const { actor } = session;
    const { group, joinedAt } = await groups.create(actor, params);
    const { access = openRules.access } = params;
    const role = effectiveRole('owner', actor.proof.isProtected);
    return { ...toGroup(hub.named(group)), ...openRules, access, role, change: joinedAt };
  },

  'group.edit': async ({ groups, session, hub }, params) => {
    const { group } = await groups.edit(session.actor, params);
    return toGroup(hub.named(group));
  },

  'group.delete': async ({ groups, session }, params) => {
    const { group } = await groups.delete(session.actor, params.group);
    return toGroup(group);
  },

  'group.show': async ({ groups, session, hub }, params) => {
    const { group, isMember, owner, pins, silencedUntil, ...shown } = await groups.show(
      session.actor,
      params.group,
    );
    return {
      ...toGroup(hub.named(group)),
      ...shown,
      moderators: [...shown.moderators],
      joined: isMember,
      ...(owner !== null && { owner }),
      pins: pins.map(toHeader),
      ...(silencedUntil !== null && { silencedUntil: formatTime(silencedUntil) }),
    };
  },

  'group.invite': async ({ groups, session, hub }, { group: ref, user, uses, until }) => {
    const { actor } = session;
    if (user !== undefined) {
      const invited = await groups.invite(actor, ref, user);
      return { ...toGroup(hub.named(invited.group)), user: invited.user.name };
    }
    const ends = until === undefined ? null : parseTime(until);
    const { group, code } = await groups.makeCode(actor, ref, { uses, until: ends });
    return { ...toGroup(hub.named(group)), code };
  },

  'invitation.list': async ({ groups, session }, { group: ref }) => {
    if (ref === undefined) {
      const received = await groups.received(session.actor);
      return {
        received: received.map(({ description, access, by, ...group }) => ({
          ...toGroup(group),
          description,
          access,
          by,
        })),
      };
    }
    const { invitations } = await groups.invitations(session.actor, ref);
    return {
      invitations: invitations.map(({ id, user, by, uses, until, createdAt }) => ({
        id,
        ...(user !== null && { user }),
        by,
        ...(uses !== null && { uses }),
        ...(until !== null && { until: formatTime(until) }),
        createdAt: formatTime(createdAt),
      })),
    };
  },

  'invitation.revoke': async ({ groups, session, hub }, { group: ref, user }) => {
    const { group, revoked } = await groups.revoke(session.actor, ref, user);
    return { ...toGroup(hub.named(group)), revoked };
  },

  'group.remove': async (context, { group, user, reason }) =>
    done(context, await context.groups.removeMember(context.session.actor, group, user, reason)),

  'group.bar': async (context, { group, user, reason }) =>
    done(context, await context.groups.bar(context.session.actor, group, user, reason)),

  'group.unbar': async (context, { group, user, reason }) =>
    done(context, await context.groups.unbar(context.session.actor, group, user, reason)),

  'group.silence': async (context, { group, user, until, reason }) => {
    const ends = parseTime(until);
    const { groups, session } = context;
    return done(context, await groups.silence(session.actor, group, user, ends, reason));
  },

  'group.unsilence': async (context, { group, user, reason }) =>
    done(context, await context.groups.unsilence(context.session.actor, group, user, reason)),

  'group.setRole': async (context, { group, user, role }) => {
    const given = await context.groups.setRole(context.session.actor, group, user, role);
    return { ...done(context, given), role: given.role, ...toOwner(given.owner) };
  },

  'group.log': async ({ groups, session, hub }, { group: ref, before, limit }) => {
    const page = { before, limit: limit ?? limits.logDefault };
    const { group, lines, more } = await groups.log(session.actor, ref, page);
    return { ...toGroup(hub.named(group)), lines: lines.map(toLogLine), more };
  },

  'thread.close': (context, params) => closeThread(context, params, true),
  'thread.reopen': (context, params) => closeThread(context, params, false),

  'message.pin': (context, params) => pin(context, params, true),
  'message.unpin': (context, params) => pin(context, params, false),

  'message.report': async ({ groups, session, hub }, { group: ref, number, reason }) => {
    const { group } = await groups.report(session.actor, ref, number, reason);
    return { ...toGroup(hub.named(group)), number };
  },

  'report.list': async ({ groups, session, hub }, { group: ref }) => {
    const { group, reports } = await groups.reports(session.actor, ref);
    return {
      ...toGroup(hub.named(group)),
      reports: reports.map(({ id, number, user, reason, createdAt }) => ({
        ...{ id, number, user: user ?? deletedUser, reason },
        createdAt: formatTime(createdAt),
      })),
    };
  },

  'report.close': async ({ groups, session, hub }, { group: ref, number }) => {
    const { group, closed } = await groups.closeReports(session.actor, ref, number);
    return { ...toGroup(hub.named(group)), number, closed };
  },
};

type Ref = string | number;

function done({ hub }: Context, { group, user }: Awaited<ReturnType<Context['groups']['bar']>>) {
  return { ...toGroup(hub.named(group)), ...toUser(user) };
}

async function closeThread(
  { groups, session, hub }: Context,
  params: { readonly group: Ref; readonly thread: number },
  closed: boolean,
) {
  const { actor } = session;
  const { group, thread } = await groups.closeThread(actor, params.group, params.thread, closed);
  return { ...toGroup(hub.named(group)), thread };
}

async function pin(
  { groups, session, hub }: Context,
  { group: ref, number }: { readonly group: Ref; readonly number: number },
  pinned: boolean,
) {
  const { group } = await groups.pin(session.actor, ref, number, pinned);
  return { ...toGroup(hub.named(group)), number };
}

import { randomBytes } from 'node:crypto';
import type { OperatorAct } from '../acts.ts';
import type { Change } from '../oracle/groups.ts';
import type { Stage } from './stage.ts';

type Act<Do extends OperatorAct['do']> = Extract<OperatorAct, { do: Do }>;

type OnGroups =
  | 'operatorOnUser'
  | 'operatorRole'
  | 'operatorSet'
  | 'operatorInvite'
  | 'operatorRevoke'
  | 'operatorCode'
  | 'operatorOnMessage';

/** What the operator does in groups, above all roles. */
export const operatorGroupActs: {
  [Do in OnGroups]: (stage: Stage, act: Act<Do>) => Promise<void>;
} = {
  async operatorOnUser(stage, { group, act, user, reason }) {
    const { key, name } = target(stage, group, user);
    const until = (Date.now() + 7_200_000) * 1000;
    const on = { user: name, reason };
    const methods = { remove: 'removeMember' } as const;
    const refused = stage.oracle.moderation.done(key, act, user, reason, null);
    await compare(stage, refused, ({ moderation }) => {
      if (act === 'silence') return moderation.silence(stage.ref(key), { ...on, until });
      return moderation[act === 'remove' ? methods.remove : act](stage.ref(key), on);
    });
  },

  async operatorRole(stage, { group, user, role }) {
    const { key, name } = target(stage, group, user);
    const { access, roles, groups } = stage.oracle;
    const isFirst = access.charter(key).staff.size === 0;
    const given = roles.give(key, user, role, null);
    // The first role in the news lets only moderators post there.
    if (key === 'news' && isFirst && access.role(user, key) !== 'member') {
      groups.change(key, { posting: 'moderators' }, null);
    }
    await compare(stage, given, ({ moderation }) => {
      return moderation.setRole(stage.ref(key), name, role);
    });
  },

  async operatorSet(stage, { group, change: { field, value } }) {
    const { key } = target(stage, group);
    const change: Change = { [field]: value };
    const refused = stage.oracle.groups.refusesOperatorsChange(key, change);
    if (!refused) stage.oracle.groups.change(key, change, null);
    await compare(stage, refused ?? {}, (operator) => operator.editGroup(stage.ref(key), change));
  },

  async operatorInvite(stage, { group, user }) {
    const { key, name } = target(stage, group, user);
    const invited = stage.oracle.invitations.invited(key, user, null);
    await compare(stage, invited, ({ moderation }) => moderation.invite(stage.ref(key), name));
  },

  async operatorRevoke(stage, { group, user }) {
    const { key, name } = target(stage, group, user);
    const revoked = stage.oracle.invitations.revoked(key, user, null);
    await compare(stage, revoked, ({ moderation }) => moderation.revoke(stage.ref(key), name));
  },

  async operatorCode(stage, { group, uses }) {
    const { key } = target(stage, group);
    const code = randomBytes(12).toString('hex');
    stage.codes.unshift(code);
    stage.oracle.invitations.made(key, code, uses, null, false);
    await compare(stage, {}, ({ moderation }) => {
      return moderation.makeCode(stage.ref(key), { code, uses, until: null });
    });
  },

  async operatorOnMessage(stage, { group, act, newest }) {
    const { key } = target(stage, group);
    const { access, curation } = stage.oracle;
    const message = access.model.group(key).messages().at(-newest);
    if (!message) return;
    const { number, thread } = message;
    const ref = stage.ref(key);
    switch (act) {
      case 'closeThread':
      case 'reopenThread': {
        const closed = act === 'closeThread';
        const result = curation.closed(key, thread, closed, null);
        await compare(stage, result, ({ moderation }) =>
          moderation.closeThread(ref, number, closed),
        );
        return;
      }
      case 'pin':
      case 'unpin': {
        const pinned = act === 'pin';
        const result = curation.pinned(key, number, pinned, null, access.charter(key).pins.length);
        await compare(stage, result, ({ moderation }) => moderation.pin(ref, number, pinned));
        return;
      }
      case 'closeReports': {
        const closed = curation.closeOf(key, number);
        await compare(stage, { closed }, ({ moderation }) => moderation.closeReports(ref, number));
      }
    }
  },
};

function target(stage: Stage, nth: number, user = ''): { key: string; name: string } {
  return { key: stage.keyOf(nth), name: stage.oracle.access.names.of(user) };
}

/** Does something as the operator, who is refused what the model says. */
async function compare(
  stage: Stage,
  expected: object,
  work: Parameters<Stage['operate']>[0],
): Promise<void> {
  stage.tellEvents();
  await stage.compareRefusal('error' in expected ? String(expected.error) : undefined, work);
}

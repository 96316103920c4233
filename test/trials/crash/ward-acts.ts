import { accesses, policies } from '../../../src/protocol/rights.ts';
import { formatTime } from '../../../src/protocol/time.ts';
import type { Random } from '../random.ts';
import type { Ward, WardChange, Wards } from './wards.ts';

/** Who does an act, and what it may depend on. */
export interface ActContext {
  readonly random: Random;
  readonly name: string;
  /** All users; those of them whose names are protected, and who can have roles. */
  readonly users: readonly string[];
  readonly friends: readonly string[];
  /** That no other act has had. */
  readonly prefix: string;
}

// Groups that have an owner, and so somebody who looks after them.
const mostOwned = 3;

/** Something that a user can do in a group of a user, if there is anything; a few of these are refused. */
export function wardAct(wards: Wards, context: ActContext): WardChange | undefined {
  const { random, name, friends, prefix } = context;
  const all = Object.entries(wards.state.wards);
  const owned = all.filter(([, { members }]) => Object.values(members).includes('owner'));
  const mayMake = friends.includes(name) && owned.length < mostOwned;
  if (mayMake && (owned.length === 0 || random.once(4))) {
    const params = { name: `ward-${prefix}`, access: random.pick(accesses) };
    return { method: 'group.create', params };
  }
  if (random.once(15)) return muteOfUser(context);
  const from = (random.once(10) ? all : owned).filter(
    ([group, ward]) => random.once(20) || mayEnter(ward, name, wards.codes.get(group)),
  );
  if (from.length === 0) return undefined;
  const [group, ward] = random.pick(from);
  const role = ward.members[name];
  if (role === undefined) return joining(ward, group, name, wards.codes.get(group));
  const numbers = ward.senders.flatMap((sender, at) => (sender === null ? [] : [at + 1]));
  if (numbers.length < 3 || random.once(10)) return post(group, prefix);
  const about = { ...context, group, number: random.pick(numbers) };
  if (random.once(40)) return { method: 'group.leave', params: { group } };
  if (role === 'owner' && random.once(3)) return ownersAct(ward, about);
  if (role !== 'member' && !random.once(5)) return moderatorsAct(ward, about);
  return membersAct(about);
}

function muteOfUser({ random, users, name }: ActContext): WardChange {
  const method = random.pick(['user.mute', 'user.unmute']);
  return { method, params: { user: random.pick(users.filter((user) => user !== name)) } };
}

/** Whether a user is a member of a group, or can be. */
function mayEnter(ward: Ward, name: string, code: string | undefined): boolean {
  if (name in ward.members) return true;
  const isInvited = ward.access === 'open' || ward.invited.includes(name);
  return !(name in ward.barred) && (isInvited || (code !== undefined && ward.code !== null));
}

function joining(ward: Ward, group: string, name: string, code: string | undefined): WardChange {
  const needsCode = ward.access !== 'open' && !ward.invited.includes(name);
  return { method: 'group.join', params: { group, ...(needsCode && code && { code }) } };
}

interface About extends ActContext {
  readonly group: string;
  readonly number: number;
}

function post(group: string, prefix: string): WardChange {
  return { method: 'message.post', params: { group, subject: prefix, content: prefix } };
}

function membersAct({ random, group, number, prefix }: About): WardChange {
  const act = random.pick<WardChange>([
    post(group, prefix),
    { method: 'message.report', params: { group, number, reason: prefix } },
    {
      method: 'membership.set',
      params: { group, notify: random.pick(['all', 'mentions', 'none']) },
    },
    { method: 'thread.mute', params: { group, thread: number } },
    { method: 'thread.unmute', params: { group, thread: number } },
  ]);
  return act;
}

function moderatorsAct(
  ward: Ward,
  { random, group, number, prefix, users, name }: About,
): WardChange {
  const user = random.pick(users.filter((other) => other !== name));
  const on = { group, user, reason: prefix };
  const until = formatTime((Date.now() + 3_600_000) * 1000);
  const isMember = user in ward.members;
  const code = ward.code ? 'invitation.revoke' : 'group.invite';
  return random.pick<WardChange>([
    isMember
      ? { method: 'group.remove', params: on }
      : { method: 'group.invite', params: { group, user } },
    { method: code, params: { group, ...(!ward.code && { uses: random.whole(1, 3) }) } },
    { method: 'invitation.revoke', params: { group, user } },
    {
      method: user in ward.barred ? 'group.unbar' : 'group.bar',
      params: { ...on, ...noReason(ward, user) },
    },
    user in ward.silenced
      ? { method: 'group.unsilence', params: { group, user } }
      : { method: 'group.silence', params: { ...on, until } },
    { method: 'thread.close', params: { group, thread: number } },
    { method: 'thread.reopen', params: { group, thread: ward.closed[0] ?? number } },
    { method: 'message.pin', params: { group, number } },
    { method: 'message.unpin', params: { group, number: ward.pinned[0] ?? number } },
    { method: 'report.close', params: { group, number } },
    { method: 'message.delete', params: { group, number, reason: prefix } },
  ]);
}

/** The end of a bar is logged with a reason too, which the trial does not give. */
function noReason({ barred }: Ward, user: string): object {
  return user in barred ? { reason: '' } : {};
}

function ownersAct(ward: Ward, { random, group, prefix, friends, name }: About): WardChange {
  const user = friends.find((friend) => friend !== name) ?? name;
  if (random.once(15)) return { method: 'group.delete', params: { group } };
  if (!(user in ward.members) && !ward.invited.includes(user)) {
    const method = user in ward.barred ? 'group.unbar' : 'group.invite';
    return { method, params: { group, user } };
  }
  const role = ward.members[user] === 'moderator' ? 'owner' : 'moderator';
  return random.pick<WardChange>([
    { method: 'group.edit', params: { group, description: prefix } },
    { method: 'group.edit', params: { group, access: random.pick(accesses) } },
    { method: 'group.edit', params: { group, posting: random.pick(policies) } },
    { method: 'group.setRole', params: { group, user, role } },
    { method: 'group.setRole', params: { group, user, role: 'member' } },
    { method: 'group.setRole', params: { group, user: name, role: 'member' } },
  ]);
}

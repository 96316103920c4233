import type { Change } from '../oracle/groups.ts';
import { isUnknown } from '../oracle/names.ts';
import type { Playing, Turn } from './turn.ts';

/** Groups and memberships. */
export const groupActs: Playing<
  | 'join'
  | 'joinByCode'
  | 'leave'
  | 'users'
  | 'groups'
  | 'directs'
  | 'create'
  | 'setGroup'
  | 'deleteGroup'
  | 'about'
  | 'pins'
  | 'log'
> = {
  join: (turn) => join(turn, undefined),

  joinByCode: async (turn, { code: nth }) => {
    const { codes } = turn.stage;
    const code = codes[nth % codes.length];
    if (code !== undefined) await join(turn, code);
  },

  async leave(turn) {
    const { stage, oracle, seat, user, key } = turn;
    const isMember = oracle.access.isIn(user, key);
    // The user's other sessions have to know, also if the user has muted the group.
    const own = stage.seatsIn(key, seat).filter((each) => each.user === user);
    const told = isMember ? [...new Set([...own, ...stage.seatsOfMembers(key, seat)])] : [];
    const params = { user: oracle.access.names.of(user) };
    stage.tell(told, key, 'member.left', params);
    const answer = oracle.groups.leave(user, key);
    await turn.ask('group.leave', {}, answer);
    stage.tellEvents(seat);
  },

  users: (turn) => {
    const { oracle, user, key } = turn;
    const shown = oracle.access.isIn(user, key) ? rolesIn(turn) : {};
    return turn.ask('group.members', { shown }, oracle.groups.members(user, key));
  },

  async groups({ oracle, seat, user }) {
    if (!seat.isPerson) await seat.ask('group.list', {}, oracle.groups.list(user));
  },

  directs: ({ oracle, seat, user }) => seat.ask('direct.list', {}, oracle.groups.directs(user)),

  async create({ stage, oracle, seat, user }, { name: made, access }) {
    const name = oracle.access.names.of(made);
    const refused = oracle.groups.refusesToMake(user, name, access);
    if (refused) return seat.ask('group.create', { name, access }, refused);
    const { key, id, answer } = oracle.groups.make(user, name, access);
    stage.made.push({ key, id });
    await seat.ask('group.create', { name, access }, answer, key);
    const params = { user: oracle.access.names.of(user), lastNumber: 0 };
    stage.tell(stage.othersOf(seat), key, 'member.joined', params);
    stage.tellEvents(seat);
  },

  async setGroup(turn, act) {
    const { stage, oracle, seat, user, key } = turn;
    const value = act.change.value ?? stage.newWord('other').replace('other', 'team');
    const isName = act.change.field === 'name';
    const named = isName && act.change.value ? oracle.access.names.of(act.change.value) : value;
    const change: Change = { [act.change.field]: named };
    const answer = oracle.groups.edit(user, key, change);
    const shown = { field: act.change.field, value: named };
    await turn.ask('group.edit', { ...change, shown }, answer);
    stage.tellEvents(seat);
  },

  async deleteGroup(turn) {
    const { stage, oracle, seat, user, key } = turn;
    const answer = oracle.groups.delete(user, key);
    await turn.ask('group.delete', {}, answer);
    stage.tellEvents(seat);
  },

  about: (turn) => turn.ask('group.show', {}, turn.oracle.groups.show(turn.user, turn.key)),

  async pins(turn) {
    if (!turn.seat.isPerson) return;
    await turn.ask('group.show', { shown: 'pins' }, turn.oracle.groups.show(turn.user, turn.key));
  },

  log: (turn) => {
    // A person is shown 20 lines.
    const limit = turn.seat.isPerson ? 20 : 200;
    return turn.ask('group.log', { limit }, turn.oracle.log.list(turn.user, turn.key, limit));
  },
};

async function join(turn: Turn, code: string | undefined): Promise<void> {
  const { stage, oracle, seat, user, group } = turn;
  const key = code === undefined ? turn.key : oracle.invitations.byCode(user, group, code);
  const answer = oracle.groups.join(user, key, code);
  const params = { group, ...(code !== undefined && { code }) };
  await seat.ask('group.join', params, answer, key);
  if ('error' in answer) return;
  const { lastNumber } = oracle.access.model.group(key);
  const told = { user: oracle.access.names.of(user), lastNumber };
  stage.tell(stage.seatsOfMembers(key, seat), key, 'member.joined', told);
}

/** The roles in a group by the names of their holders. */
function rolesIn({ oracle, key }: Turn): Record<string, string> {
  const { access, roles } = oracle;
  if (isUnknown(key) || key.startsWith('@')) return {};
  const owner = roles.ownerOf(key);
  return {
    ...Object.fromEntries(
      roles.moderatorsOf(key).map((user) => [access.names.of(user), 'moderator']),
    ),
    ...(owner !== undefined && { [access.names.of(owner)]: 'owner' }),
  };
}

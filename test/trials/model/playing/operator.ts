import { groupName, userName } from '../../../../src/board/names.ts';
import { deletedUser } from '../../../../src/protocol/direct.ts';
import { toTheEnd } from '../../../contract/storage.ts';
import type { OperatorAct, UserName } from '../acts.ts';
import { otherOf } from '../oracle/names.ts';
import { exportAndImport } from './moving.ts';
import { operatorGroupActs } from './operator-groups.ts';
import type { Stage } from './stage.ts';

type Act<Do extends OperatorAct['do']> = Extract<OperatorAct, { do: Do }>;

/** What the operator does; `deleteAndJoin` is played as the acts that it is made of. */
export const operatorActs: {
  [Do in Exclude<OperatorAct['do'], 'deleteAndJoin'>]: (
    stage: Stage,
    act: Act<Do>,
  ) => Promise<void>;
} = {
  ...operatorGroupActs,

  async restart(stage) {
    await stage.board.restart();
    for (const seat of stage.seats) seat.forget();
  },

  /**
   * Exports the board, and runs a server on what is imported from that. It indexes all messages in the background, and a
   * search finds only those that are indexed, so the next act waits for them.
   */
  async copy(stage) {
    await stage.board.restart(() => exportAndImport(stage.board.data));
    await stage.indexed();
    for (const seat of stage.seats) seat.forget();
  },

  async unprotect(stage, { user }) {
    const { access } = stage.oracle;
    if (!access.protectedUsers.has(user)) return;
    access.protectedUsers.delete(user);
    const end = 'Your password was changed by the operator. Log in again.';
    await endRoles(stage, user, end, (operator) =>
      operator.setPassword(access.names.of(user), null),
    );
    if (user === 'dave') return;
    await stage.protect(user);
    access.protectedUsers.add(user);
  },

  async ban(stage, { user }) {
    const name = stage.oracle.access.names.of(user);
    const end = 'You were banned from this board.';
    await endRoles(stage, user, end, (operator) => operator.banUser(name, ''));
    await stage.operate((operator) => operator.unbanUser(name));
  },

  async delete(stage, { group, newest }) {
    const key = stage.keyOf(group);
    const { model } = stage.oracle.access;
    const left = model.group(key).messages();
    const numbers = newest.flatMap((nth) => left.at(-nth)?.number ?? []).sort((a, b) => a - b);
    if (numbers.length === 0) return;
    for (const number of numbers) {
      const told = stage.seatsThatSee(key, number);
      stage.tell(told, key, 'message.deleted', { number, by: null });
    }
    for (const number of numbers) {
      stage.oracle.log.add(key, { act: 'delete', by: null, number }, number);
    }
    model.delete(key, numbers);
    stage.oracle.curation.forget(key);
    await stage.operate((operator) => operator.deleteMessages(stage.ref(key), numbers));
  },

  async purge(stage, { group: of, keep }) {
    const key = stage.keyOf(of);
    const group = stage.oracle.access.model.group(key);
    const purged = group.messages().slice(0, keep === 0 ? undefined : -keep);
    stage.tellPurged(
      key,
      purged.map(({ number }) => number),
    );
    group.purge(keep);
    stage.oracle.curation.forget(key);
    await stage.operate(async (operator) => {
      const plan = await operator.planPurge(stage.ref(key), { keep });
      return operator.purge(plan, toTheEnd);
    });
  },

  async renameUser(stage, { user }) {
    const { access } = stage.oracle;
    const { names } = access;
    const was = names.of(user);
    const name = stage.newWord('other').replace('other', user);
    const conversations = stage.conversationsOf(user);
    const before = conversations.map((key) => names.ofGroup(otherOf(user, key), key));
    for (const seat of stage.seats) {
      const groups = new Set([...access.groupsOf(user), ...conversations]);
      const shared = access.model
        .groupNames()
        .find((key) => groups.has(key) && access.isIn(seat.user, key));
      if (!seat.isPresent || shared === undefined) continue;
      stage.tell([seat], shared, 'member.renamed', { user: name, was });
    }
    names.set(user, name);
    for (const [nth, key] of conversations.entries()) {
      const others = stage.seatsIn(key).filter((seat) => seat.user !== user);
      const params = { was: before[nth], description: '', ...access.rules(key) };
      stage.tell(others, key, 'group.changed', params);
    }
    await stage.operate((operator) => operator.renameUser(was, userName(name)));
  },

  async renameGroup(stage) {
    const name = stage.newWord('other').replace('other', 'general');
    stage.oracle.groups.change('general', { name }, null);
    stage.tellEvents();
    const ref = stage.ref('general');
    await stage.operate((operator) => operator.renameGroup(ref, groupName(name)));
  },

  async deleteUser(stage, { user, messages }) {
    // With two conversations of the same name, `@[deleted]`, the model could not tell which is which.
    if (stage.hasDeletedUser) return;
    stage.hasDeletedUser = true;
    const { access, direct } = stage.oracle;
    const name = access.names.of(user);
    const conversations = stage.conversationsOf(user);
    const groups = access.groupsOf(user).filter((key) => !conversations.includes(key));
    const own = stage.seats.filter((seat) => seat.user === user && seat.isPresent);
    const others = stage.seats.filter((seat) => seat.user !== user);
    for (const key of [...conversations, ...groups]) {
      const told = stage.seatsOfMembers(key).filter((seat) => seat.user !== user);
      stage.tell(told, key, 'member.left', { user: name });
    }
    for (const key of messages === 'purge' ? [...access.groups(), ...conversations] : []) {
      const own = access.model
        .group(key)
        .messages()
        .filter(({ sender }) => sender === user);
      const numbers = own.map(({ number }) => number);
      stage.tellPurged(key, numbers, { user, as: `@${deletedUser}` });
    }
    for (const key of conversations) {
      const told = stage.seatsIn(key).filter((seat) => seat.user !== user);
      for (const seat of told) {
        const names = { group: `@${deletedUser}`, was: `@${name}` };
        seat.expect('group.changed', { ...names, description: '', ...access.rules(key) });
      }
    }
    const settle = stage.oracle.endUser(user);
    access.model.deleteUser(user, messages);
    for (const key of access.groups()) stage.oracle.curation.forget(key);
    settle();
    stage.tellEvents();
    direct.forget(user);
    access.forget(user);
    for (const key of conversations) {
      const kept = `@${deletedUser},${otherOf(user, key)}`;
      access.model.rename(key, kept);
      for (const seat of others) seat.rename(key, kept);
    }
    for (const seat of others) seat.inAnyOrder = true;
    await stage.operate((operator) => operator.deleteUser(name, messages, toTheEnd));
    const expelled = 'Your name was removed from this board by the operator.';
    await Promise.all(own.map((seat) => seat.expectExpulsion(expelled)));
    await stage.register(user);
  },
};

/** A user loses all roles and sessions by an act of the operator. */
async function endRoles(
  stage: Stage,
  user: UserName,
  reason: string,
  work: Parameters<Stage['operate']>[0],
): Promise<void> {
  const { access, roles } = stage.oracle;
  for (const key of access.groups()) roles.drop(key, user);
  const own = stage.seats.filter((seat) => seat.user === user && seat.isPresent);
  stage.tellEvents();
  await stage.operate(work);
  await Promise.all(own.map((seat) => seat.expectExpulsion(reason)));
}

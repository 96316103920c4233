import { groupName, userName } from '../../../../src/board/names.ts';
import { deletedUser } from '../../../../src/protocol/direct.ts';
import { toTheEnd } from '../../../contract/storage.ts';
import { groupNames, type OperatorAct } from '../acts.ts';
import { otherOf } from '../oracle/names.ts';
import type { Stage } from './stage.ts';

type Act<Do extends OperatorAct['do']> = Extract<OperatorAct, { do: Do }>;

/** What the operator does; `deleteAndJoin` is played as the acts that it is made of. */
export const operatorActs: {
  [Do in Exclude<OperatorAct['do'], 'deleteAndJoin'>]: (
    stage: Stage,
    act: Act<Do>,
  ) => Promise<void>;
} = {
  async restart(stage) {
    await stage.board.restart();
    for (const seat of stage.seats) seat.forget();
  },

  async delete(stage, { group: key, newest }) {
    const { model } = stage.oracle.access;
    const left = model.group(key).messages();
    const numbers = newest.flatMap((nth) => left.at(-nth)?.number ?? []).sort((a, b) => a - b);
    if (numbers.length === 0) return;
    for (const number of numbers) {
      const told = stage.seatsThatSee(key, number);
      stage.tell(told, key, 'message.deleted', { number, by: null });
    }
    model.delete(key, numbers);
    await stage.operate((operator) => operator.deleteMessages(stage.ref(key), numbers));
  },

  async purge(stage, { group: key, keep }) {
    const group = stage.oracle.access.model.group(key);
    const purged = group.messages().slice(0, keep === 0 ? undefined : -keep);
    stage.tellPurged(
      key,
      purged.map(({ number }) => number),
    );
    group.purge(keep);
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
      const shared = access.groupsOf(user).find((key) => access.isIn(seat.user, key));
      if (!seat.isPresent || shared === undefined) continue;
      stage.tell([seat], shared, 'member.renamed', { user: name, was });
    }
    names.set(user, name);
    for (const [nth, key] of conversations.entries()) {
      const others = stage.seatsIn(key).filter((seat) => seat.user !== user);
      stage.tell(others, key, 'group.changed', { was: before[nth], ...access.rules(key) });
    }
    await stage.operate((operator) => operator.renameUser(was, userName(name)));
  },

  async renameGroup(stage) {
    const { access } = stage.oracle;
    const ref = stage.ref('general');
    const name = stage.newWord('other').replace('other', 'general');
    access.names.set('general', name);
    const params = { was: ref.name, ...access.rules('general'), changed: ['name'] };
    const told = stage.seatsIn('general');
    stage.tell(told, 'general', 'group.changed', params);
    const line = { act: 'rename', by: null, detail: `${ref.name} to ${name}` };
    stage.tell(told, 'general', 'group.logged', { line });
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
    for (const key of messages === 'purge' ? [...groupNames, ...conversations] : []) {
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
        seat.expect('group.changed', { ...names, ...access.rules(key) });
      }
    }
    access.model.deleteUser(user, messages);
    direct.forget(user);
    access.forget(user);
    for (const key of conversations) {
      const kept = `@${deletedUser},${otherOf(user, key)}`;
      access.model.rename(key, kept);
      for (const seat of others) seat.rename(key, kept);
    }
    for (const seat of others) seat.inAnyOrder = true;
    await stage.operate((operator) => operator.deleteUser(name, messages, toTheEnd));
    await Promise.all(own.map((seat) => seat.expectExpulsion()));
    await stage.register(user);
  },
};

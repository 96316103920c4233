// The board that is attacked: large lists, and members in all of its groups.
import { makeBoard } from '../boards.ts';
import { groups, hostileUsers } from './attacks.ts';

const crowd = 10_000;

/** Makes the board in `data`. `g0` has 2,000 messages with long subjects, `g1` has 10,000 members, and each other group has 1,000 unread messages. */
export function makeAttacked(data: string): string {
  return makeBoard(data, (maker) => {
    const user = maker.users(crowd);
    const first = maker.groups(groups);
    const hostile = maker.next('users');
    for (let at = 0; at < hostileUsers; at++) {
      const name = `hostile${at}`;
      maker.run(`INSERT INTO users (name, name_key, created_at) VALUES ('${name}', '${name}', 0)`);
    }
    for (let group = first; group < first + groups; group++) {
      const messages = group === first ? 2000 : 1000;
      maker.messages(group, messages, { firstUser: user, users: 100 });
      for (let at = 0; at < hostileUsers; at++) maker.member(group, hostile + at);
    }
    const subject = '字'.repeat(200);
    maker.run(`UPDATE messages SET subject = '${subject}' WHERE group_id = ${first}`);
    const joined = 'SELECT min(joined_at) FROM memberships';
    maker.run(
      `INSERT INTO memberships (group_id, user_id, joined_at, last_read_number)
       SELECT ${first + 1}, id, (${joined}), 0 FROM users WHERE id < ${user + crowd} AND id >= ${user}`,
    );
    maker.run(`UPDATE groups SET member_count = member_count + ${crowd} WHERE id = ${first + 1}`);
  });
}

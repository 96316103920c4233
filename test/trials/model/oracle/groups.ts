import { type Access, boardGroups } from './access.ts';
import { type Answer, type Result, refusal } from './answer.ts';
import type { Messages } from './messages.ts';
import { isDirect } from './names.ts';
import type { Reading } from './reading.ts';

/** What the methods about groups and memberships have to answer. */
export class Groups {
  constructor(
    private readonly access: Access,
    private readonly messages: Messages,
    private readonly reading: Reading,
  ) {}

  join(user: string, key: string): Answer {
    const name = this.access.names.ofGroup(user, key);
    if (this.access.model.join(user, key)) return refusal('ALREADY_MEMBER', name);
    const { messages } = this.messages.page(user, key, { limit: 2 });
    const rules = this.access.rules(key);
    return { result: { group: name, ...rules, ...this.membersOf(key), messages } };
  }

  leave(user: string, key: string): Answer {
    return this.access.in(user, key, () => {
      this.access.model.leave(user, key);
      return {};
    });
  }

  members(user: string, key: string): Answer {
    return this.access.in(user, key, () => this.membersOf(key));
  }

  private membersOf(key: string): Result {
    const { model, names } = this.access;
    const members = [...model.group(key).members.keys()].map((each) => names.of(each)).sort();
    return { members, total: members.length };
  }

  list(user: string): Answer {
    const { model, names } = this.access;
    const groups = boardGroups.map((key) => {
      const group = model.group(key);
      const joined = group.members.has(user);
      return {
        ...{ name: names.of(key), members: group.members.size },
        ...{ messages: group.lastNumber, joined },
        ...this.access.rules(key),
        ...{ role: this.access.role(user, key), invited: this.access.isInvited(user, key) },
        ...this.reading.counts(user, key),
      };
    });
    return { result: { groups } };
  }

  directs(user: string): Answer {
    const keys = this.access.groupsOf(user).filter(isDirect);
    return { result: { conversations: keys.map((key) => this.membership(user, key)) } };
  }

  membership(user: string, key: string): Result {
    return {
      ...{ group: this.access.names.ofGroup(user, key), role: this.access.role(user, key) },
      ...this.access.rules(key),
      ...this.reading.counts(user, key),
    };
  }
}

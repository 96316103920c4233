import type { Access } from './access.ts';
import { type Answer, type Refusal, type Result, refusal } from './answer.ts';
import type { Direct } from './direct.ts';
import type { GroupLog } from './group-log.ts';
import { isDirect } from './names.ts';
import type { Roles } from './roles.ts';

/** Invitations of users, and codes. */
export class Invitations {
  constructor(
    private readonly access: Access,
    private readonly roles: Roles,
    private readonly direct: Direct,
    private readonly log: GroupLog,
  ) {}

  invite(user: string, key: string, other: string): Answer {
    return this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'invite users');
      if (refused) return refused;
      const { names } = this.access;
      if (this.direct.blocks(other, user)) {
        const sentence = `${names.of(other)} accepts no invitations from you`;
        const already = this.refusesToInvite(key, other);
        return already ?? refusal('BLOCKED', sentence);
      }
      return this.invited(key, other, user);
    });
  }

  private refusesToInvite(key: string, user: string): Refusal | undefined {
    const { names } = this.access;
    const [name, group] = [names.of(user), names.of(key)];
    if (this.access.isIn(user, key)) {
      return { error: `ALREADY_MEMBER: ${name} is a member of ${group} already.` };
    }
    if (this.access.charter(key).barred.has(user)) {
      return refusal('BARRED', `${name} is`, group, '');
    }
    return undefined;
  }

  /** @param by null for the operator */
  invited(key: string, user: string, by: string | null): Result | Refusal {
    const { names } = this.access;
    const refused = this.refusesToInvite(key, user);
    if (refused) return refused;
    const charter = this.access.charter(key);
    const author = by === null ? null : names.of(by);
    if (!this.access.isInvited(user, key)) {
      charter.invitations.push({ user, by });
      const params = { by: author, description: charter.description };
      this.log.tell({ key, method: 'group.invited', params, to: [user] });
      this.log.add(key, { act: 'invite', by: author, user: names.of(user) });
    }
    return { user: names.of(user) };
  }

  refusesCode(user: string, key: string): Answer {
    return this.access.in(user, key, () => this.roles.refuses(user, key, 'invite users') ?? {});
  }

  /** A code was made. @param by null for the operator */
  made(key: string, code: string, uses: number, by: string | null, hasEnd: boolean): void {
    this.access.charter(key).invitations.push({ code, uses, by, hasEnd });
    const author = by === null ? null : this.access.names.of(by);
    this.log.add(key, { act: 'code', by: author, ...(hasEnd && { until: 'then' }) });
  }

  /** @param other undefined for all codes */
  revoke(user: string, key: string, other: string | undefined): Answer {
    const { access } = this;
    const isOwn = other === user && access.knows(user, key) && access.isInvited(user, key);
    if (isOwn && !access.isIn(user, key)) {
      const group = access.names.of(key);
      return { result: { group, ...this.revoked(key, other, access.names.of(user)) } };
    }
    return access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'invite users');
      return refused ?? this.revoked(key, other, access.names.of(user));
    });
  }

  revoked(key: string, user: string | undefined, by: string | null): Result {
    const charter = this.access.charter(key);
    const revoked =
      user === undefined
        ? charter.endCodes(() => true)
        : charter.uninvite((each) => each.user === user);
    if (revoked > 0) {
      const name = user !== undefined && { user: this.access.names.of(user) };
      this.log.add(key, { act: 'revoke', by, ...name });
    }
    return { revoked };
  }

  list(user: string, key: string): Answer {
    const answer = this.access.in(user, key, () => {
      const refused = this.roles.refuses(user, key, 'invite users');
      if (refused) return refused;
      const { names } = this.access;
      const invitations = this.access.charter(key).invitations.map((each) => {
        const by = each.by === null ? null : names.of(each.by);
        if ('user' in each) return { user: names.of(each.user), by };
        return { by, uses: each.uses, ...(each.hasEnd && { until: 'then' }) };
      });
      return { invitations };
    });
    if ('error' in answer) return answer;
    const { group: _, ...result } = answer.result;
    return { result };
  }

  /** The groups to which a user is invited. */
  received(user: string): Result[] {
    const { access } = this;
    return access.groups().flatMap((key) => {
      const found = access.charter(key).invited.find((each) => each.user === user);
      if (!found) return [];
      const { description, access: kind } = access.charter(key);
      const by = found.by === null ? null : access.names.of(found.by);
      return [{ group: access.names.of(key), description, access: kind, by }];
    });
  }

  /** The group that a user means who gives a code. */
  byCode(user: string, word: string, code: string): string {
    const { access } = this;
    const resolved = access.resolve(user, word);
    const ofCode = access
      .groups()
      .find((key) => access.charter(key).codes.some((each) => each.code === code));
    if (ofCode === undefined || !access.isSecret(ofCode)) return resolved;
    const isMeant = [
      access.names.of(ofCode),
      String(access.idOf(ofCode)),
      `${access.names.of(ofCode)}#${access.idOf(ofCode)}`,
    ].includes(word);
    return isMeant && !access.charter(ofCode).barred.has(user) ? ofCode : resolved;
  }

  /** Whether a code is one of a secret group, which it tells of. */
  opens(key: string, code: string): boolean {
    const { access } = this;
    return (
      access.model.has(key) &&
      !isDirect(key) &&
      access.charter(key).codes.some((each) => each.code === code)
    );
  }

  /** A user has joined: an invitation that they had is used. */
  accept(user: string, key: string): void {
    this.access.charter(key).uninvite((each) => each.user === user);
  }

  /** Why a user may not join a group, which the user may know of or has a code of. The code is used up otherwise. */
  refusesToJoin(user: string, key: string, code: string | undefined): Refusal | undefined {
    const { access } = this;
    const charter = access.charter(key);
    const name = access.names.of(key);
    const barred = charter.barred.get(user);
    if (barred !== undefined) return refusal('BARRED', 'You are', name, barred);
    const namesake = access.refusesNamesake(user, name, key);
    if (namesake) return namesake;
    if (charter.access === 'open' || access.isInvited(user, key)) return undefined;
    if (code === undefined) return refusal('INVITATION_NEEDED', name);
    const found = charter.codes.find((each) => each.code === code);
    if (!found) return refusal('INVITATION_INVALID', name);
    found.uses--;
    charter.endCodes(({ uses }) => uses === 0);
    return undefined;
  }
}

import type { Access, LogAct, Policy, Role } from '../../../../src/protocol/rights.ts';

/** A line of a group's log. Names are those of the moment. */
export interface Line {
  /** Its place among all events. */
  readonly turn: number;
  readonly act: LogAct;
  /** Null for the operator, and for what the board does by its rules. */
  readonly by: string | null;
  readonly user?: string;
  readonly number?: number;
  /** The place among all events of the message that the line is about. */
  readonly about?: number;
  readonly until?: 'then';
  readonly detail?: string;
}

/** The invitation of a user; `by` is null for the operator. */
export interface Invited {
  readonly user: string;
  readonly by: string | null;
}

/** A code, and how many users can still join by it. */
export interface Code {
  readonly code: string;
  readonly by: string | null;
  readonly hasEnd: boolean;
  uses: number;
}

export interface Report {
  readonly number: number;
  /** Null for a user who was deleted. */
  user: string | null;
  reason: string;
  isOpen: boolean;
}

/** What the model knows about a group besides its messages and members. Users have the names that they began with. */
export class Charter {
  access: Access = 'open';
  posting: Policy = 'members';
  replying: Policy = 'members';
  about = '';
  /** Moderators and the owner, with the turn since which they have the role. */
  readonly staff = new Map<string, { readonly role: Exclude<Role, 'member'>; since: number }>();
  /** With the reason. */
  readonly barred = new Map<string, string>();
  /** With the reason. */
  readonly silenced = new Map<string, string>();
  /** The open ones, oldest first. */
  invitations: (Invited | Code)[] = [];
  log: Line[] = [];
  readonly closed = new Set<number>();
  /** In the order in which they were pinned. */
  pins: number[] = [];
  /** In the order in which each user first reported each message. */
  reports: Report[] = [];

  /** The invitations of users. */
  get invited(): Invited[] {
    return this.invitations.filter((each) => 'user' in each);
  }

  get codes(): Code[] {
    return this.invitations.filter((each) => 'code' in each);
  }

  /** Ends some invitations. @returns how many */
  uninvite(isMeant: (each: Invited) => boolean): number {
    return this.end((each) => 'user' in each && isMeant(each));
  }

  /** Ends some codes. @returns how many */
  endCodes(isMeant: (code: Code) => boolean): number {
    return this.end((each) => 'code' in each && isMeant(each));
  }

  private end(isMeant: (each: Invited | Code) => boolean): number {
    const before = this.invitations.length;
    this.invitations = this.invitations.filter((each) => !isMeant(each));
    return before - this.invitations.length;
  }

  /** @param isOperators whether the operator made the group */
  constructor(
    public description: string,
    readonly isOperators: boolean,
  ) {}
}

import { Access } from './access.ts';
import { Curation } from './curation.ts';
import { Direct } from './direct.ts';
import { GroupLog } from './group-log.ts';
import { Groups } from './groups.ts';
import { Invitations } from './invitations.ts';
import { Messages } from './messages.ts';
import { Moderation } from './moderation.ts';
import { Mutes } from './mutes.ts';
import { Reading } from './reading.ts';
import { Roles } from './roles.ts';

/** What the board has to answer, by the model alone. */
export class Oracle {
  readonly access = new Access();
  readonly log = new GroupLog(this.access);
  readonly direct = new Direct(this.access);
  readonly roles = new Roles(this.access, this.log);
  readonly moderation = new Moderation(this.access, this.roles, this.log);
  readonly curation = new Curation(this.access, this.roles, this.log);
  readonly invitations = new Invitations(this.access, this.roles, this.direct, this.log);
  readonly messages = new Messages(
    this.access,
    this.direct,
    this.roles,
    this.moderation,
    this.curation,
    this.log,
  );
  readonly reading = new Reading(this.access);
  readonly mutes = new Mutes(this.access);
  readonly groups = new Groups(
    this.access,
    this.messages,
    this.reading,
    this.roles,
    this.invitations,
    this.curation,
    this.log,
  );

  /** A user is about to be deleted. @returns what is done about the groups that they owned, once they are deleted */
  endUser(user: string): () => void {
    const settles = this.access.groups().map((key) => {
      const charter = this.access.charter(key);
      charter.barred.delete(user);
      charter.silenced.delete(user);
      charter.uninvite((each) => each.user === user || each.by === user);
      charter.endCodes(({ by }) => by === user);
      for (const report of charter.reports) if (report.user === user) report.user = null;
      return this.roles.end(key, user);
    });
    return () => {
      for (const settle of settles) settle();
    };
  }
}

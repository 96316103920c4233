import { ExportError } from '../../../board/export-format.ts';
import type { ImportStatements, KnownGroup } from './import-statements.ts';

/** The users and groups of the lines above, by the names by which the lines below refer to them. */
export class KnownNames {
  readonly groups = new Map<string, KnownGroup>();
  /** The ids of the users. */
  readonly users = new Map<string, number>();

  /** @param statements of a database that may hold the rows of an interrupted import */
  constructor(statements: Pick<ImportStatements, 'users' | 'groups'>) {
    for (const { name, id } of statements.users.all()) this.users.set(name, id);
    for (const { name, ...group } of statements.groups.all()) this.groups.set(name, group);
  }

  /** @throws ExportError */
  group(name: string): KnownGroup {
    const group = this.groups.get(name);
    if (!group) throw new ExportError(`group: No line above has a group ${name}`);
    return group;
  }

  /** @throws ExportError */
  user(name: string): number {
    const user = this.users.get(name);
    if (user === undefined) throw new ExportError(`No line above has a user ${name}`);
    return user;
  }
}

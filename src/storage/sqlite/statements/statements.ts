import type { Client } from '../file/connection.ts';
import { type Orm, orm } from '../file/orm.ts';
import { boardStatements } from './board.ts';
import { claimedKeyStatements } from './claimed-keys.ts';
import { conversationStatements } from './conversations.ts';
import { credentialStatements } from './credentials.ts';
import { recipeOf } from './direct.ts';
import { draftStatements } from './drafts.ts';
import { groupLogStatements } from './group-log.ts';
import { groupStatements } from './groups.ts';
import { invitationStatements } from './invitations.ts';
import { keyStatements } from './keys.ts';
import { membershipStatements } from './memberships.ts';
import { mentionStatements } from './mentions.ts';
import { messageStatements } from './messages.ts';
import { muteStatements } from './mutes.ts';
import type { Recipe } from './recipe.ts';
import { reportStatements } from './reports.ts';
import { rightStatements } from './rights.ts';
import { roleStatements } from './roles.ts';
import { searchStatements } from './search.ts';
import { threadStatements } from './threads.ts';
import { traceStatements } from './traces.ts';
import { unreadStatements } from './unread.ts';
import { userStatements } from './users.ts';

type Preparations = Record<string, () => unknown>;
type Prepared<P extends Preparations> = { readonly [N in keyof P]: ReturnType<P[N]> };

function preparations(database: Orm) {
  return {
    ...groupStatements(database),
    ...membershipStatements(database),
    ...conversationStatements(database),
    ...messageStatements(database),
    ...mentionStatements(database),
    ...muteStatements(database),
    ...unreadStatements(database),
    ...userStatements(database),
    ...credentialStatements(database),
    ...keyStatements(database),
    ...claimedKeyStatements(database),
    ...draftStatements(database),
    ...boardStatements(database),
    ...searchStatements(database),
    ...threadStatements(database),
    ...traceStatements(database),
    ...rightStatements(database),
    ...roleStatements(database),
    ...invitationStatements(database),
    ...reportStatements(database),
    ...groupLogStatements(database),
  };
}

/** Every query that acts and lists make. Each is prepared once: drizzle prepares an ad hoc one again at every call. */
export type Statements = Prepared<ReturnType<typeof preparations>>;

/** Prepares all statements, which takes tens of milliseconds: for a server. */
export function prepareStatements(client: Client): Statements {
  const all = Object.entries(preparations(orm(client)));
  return Object.fromEntries(all.map(([name, prepare]) => [name, prepare()])) as Statements;
}

/** All statements as data, to be prepared where drizzle is not: see `from-recipes.ts`. */
export function recipesOf(statements: Statements): Readonly<Record<string, Recipe>> {
  const all = Object.entries(statements);
  return Object.fromEntries(all.map(([name, statement]) => [name, recipeOf(statement)]));
}

/** Prepares each statement when it is first used: for a command, which uses a few. */
export function statementsOnUse(client: Client): Statements {
  const statements = {};
  for (const [name, prepare] of Object.entries(preparations(orm(client)))) {
    const get = () => {
      const value = prepare();
      Object.defineProperty(statements, name, { value });
      return value;
    };
    Object.defineProperty(statements, name, { get, configurable: true, enumerable: true });
  }
  return statements as Statements;
}

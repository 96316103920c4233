import { describe } from 'vitest';
import { actsContract } from './acts.ts';
import { directContract } from './direct.ts';
import { editsContract } from './edits.ts';
import { groupsContract } from './groups.ts';
import { membershipsContract } from './memberships.ts';
import { mentionsContract } from './mentions.ts';
import { messagesContract } from './messages.ts';
import { mutesContract } from './mutes.ts';
import { orderContract } from './order.ts';
import { repliesContract } from './replies.ts';
import { searchContract } from './search.ts';
import type { OpenStorage } from './storage.ts';
import { unreadContract } from './unread.ts';
import { upkeepContract } from './upkeep.ts';
import { usersContract } from './users.ts';
import { visibilityContract } from './visibility.ts';

/** What every storage has to do. Call it in a test file with a function that opens the storage. */
export function storageContract(open: OpenStorage): void {
  describe('messages', () => messagesContract(open));
  describe('replies', () => repliesContract(open));
  describe('edits and deletions', () => editsContract(open));
  describe('direct conversations', () => directContract(open));
  describe('mentions', () => mentionsContract(open));
  describe('mutes', () => mutesContract(open));
  describe('memberships', () => membershipsContract(open));
  describe('unread messages', () => unreadContract(open));
  describe('users', () => usersContract(open));
  describe('order', () => orderContract(open));
  describe('visibility', () => visibilityContract(open));
  describe('search', () => searchContract(open));
  describe('acts of the operator', () => actsContract(open));
  describe('groups that users look after', () => groupsContract(open));
  describe('upkeep', () => upkeepContract(open));
}

import { termsOf, wordsVersion } from '../searching/terms.ts';
import type { Client } from './connection.ts';

/**
 * Compares the index of words with the messages: which messages are in it, and that each has its words and no others. An
 * index whose words were cut by another Node is not compared, because the next server makes it again.
 */
export function findIndexProblems(client: Client): string[] {
  return client.transaction(() => compare(client))();
}

function compare(client: Client): string[] {
  const state = client
    .prepare<[], { newest: number; oldest: number; version: string }>(
      'SELECT newest, oldest, version FROM search_index',
    )
    .get();
  if (state?.version !== wordsVersion) return [];
  const { newest, oldest } = state;
  const found = sumsOfIndex(client);
  const messages = client.prepare<[number, number], Row>(
    `SELECT id, group_id AS groupId, sender_id AS senderId, subject, content FROM messages
     WHERE id >= ? AND id <= ? AND deleted_at IS NULL`,
  );
  let wrong = 0;
  for (const message of messages.iterate(oldest, newest)) {
    if (found.get(message.id) !== sumOf(termsOf(message))) wrong++;
    found.delete(message.id);
  }
  const advice = 'make it again: corkboard db reindex';
  return [
    ...(wrong > 0 ? [`${wrong} messages are not in it with their words; ${advice}`] : []),
    ...(found.size > 0
      ? [`it has words of ${found.size} messages that do not exist; ${advice}`]
      : []),
  ];
}

interface Row {
  readonly id: number;
  readonly groupId: number;
  readonly senderId: number | null;
  readonly subject: string;
  readonly content: string;
}

/** A sum over the words of each message that is in the index, by the message's id. */
function sumsOfIndex(client: Client): Map<number, number> {
  const sums = new Map<number, number>();
  for (const id of client
    .prepare<[], number>('SELECT id FROM message_index_docsize')
    .pluck()
    .iterate()) {
    sums.set(id, 0);
  }
  const terms = client.prepare<[], [term: string, id: number]>(
    'SELECT term, doc FROM message_index_words',
  );
  let last = '';
  let hash = 0;
  for (const [term, id] of terms.raw().iterate() as Iterable<[string, number]>) {
    if (term !== last) {
      last = term;
      hash = hashOf(term);
    }
    sums.set(id, ((sums.get(id) ?? 0) + hash) | 0);
  }
  return sums;
}

function sumOf(terms: readonly string[]): number {
  return terms.reduce((sum, term) => (sum + hashOf(term)) | 0, 0);
}

/** FNV-1a. The terms of senders count for nothing: after the deletion of a user they remain in the index. */
function hashOf(term: string): number {
  if (term.startsWith('u')) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) {
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  }
  return hash;
}

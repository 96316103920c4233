import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../chat/state-folder.ts';
import { cleanLine, cleanText } from '../../protocol/clean.ts';
import { type Draft, type DraftStore, draftsInMemory } from '../../screen/widgets/drafts.ts';
import { readSmallFile } from '../asking/text-file.ts';

const subjectLine = /^Subject: (.*)\n\n?/;

/**
 * Drafts in files of the state folder, one for each place: `drafts/board.example:6789/alice/news-17-1f3a9c.txt`. If a file cannot be
 * written, the draft is kept in memory.
 */
export function draftsInFiles(board: string, user: string): DraftStore {
  const memory = draftsInMemory();
  const fileOf = (place: string) =>
    join(stateFolder(), 'drafts', fileName(board), fileName(user), `${fileName(place)}.txt`);
  return {
    get: (place) => memory.get(place) ?? read(() => fileOf(place)),
    set: (place, draft) => {
      memory.set(place, undefined);
      try {
        const file = fileOf(place);
        if (!draft) {
          rmSync(file, { force: true });
          return '';
        }
        write(file, draft);
        return `The draft is kept in ${file}.`;
      } catch (error) {
        if (!draft) return '';
        const kept = memory.set(place, draft);
        return `The draft cannot be kept in a file: ${(error as Error).message}. ${kept}`;
      }
    },
  };
}

function read(file: () => string): Draft | undefined {
  let written: string;
  try {
    written = cleanText(readSmallFile(file()).toString());
  } catch {
    return undefined;
  }
  const [head, subject] = subjectLine.exec(written) ?? [];
  const text = written.slice(head?.length ?? 0).replace(/\n$/, '');
  return subject === undefined ? { text } : { subject: cleanLine(subject), text };
}

/** The old draft is there until the new one is whole. */
function write(file: string, { subject, text }: Draft): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const next = `${file}.new`;
  rmSync(next, { force: true });
  const head = subject === undefined ? '' : `Subject: ${subject}\n\n`;
  writeFileSync(next, `${head}${text}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(next, file);
}

/** A name that every file system takes, and that no other place has. */
function fileName(place: string): string {
  const readable = place.replace(/[^\p{L}\p{N}.:-]+/gu, '-').slice(0, 40);
  if (readable === place && !place.startsWith('.')) return place;
  const digest = createHash('sha256').update(place).digest('hex').slice(0, 8);
  return `${readable.replace(/^[.-]+/, '')}-${digest}`;
}

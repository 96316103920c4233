import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stateFolder } from '../../chat/state-folder.ts';
import { cleanLine, cleanText } from '../../protocol/clean.ts';
import {
  type Draft,
  type DraftStore,
  draftsInMemory,
  movedIn,
} from '../../screen/widgets/drafts.ts';
import { readSmallFile } from '../asking/text-file.ts';

// Files of one user that are looked at for a list of drafts.
const mostListed = 200;
const placeLine = /^Place: (.*)\n/;
const subjectLine = /^Subject: (.*)\n\n?/;

/**
 * Drafts in files of the state folder, one for each place: `drafts/board.example:6789/alice/news-17-1f3a9c.txt`. If a file cannot be
 * written, the draft is kept in memory.
 */
export function draftsInFiles(board: string, user: string): DraftStore {
  const memory = draftsInMemory();
  const folder = () => join(stateFolder(), 'drafts', fileName(board), fileName(user));
  const fileOf = (place: string) => join(folder(), `${fileName(place)}.txt`);
  const store: DraftStore = {
    lasts: 'in files in your home folder',
    places: () => [...new Set([...memory.places(), ...placesIn(folder)])],
    get: (place) => memory.get(place) ?? read(() => fileOf(place))?.draft,
    set: (place, draft) => {
      memory.set(place, undefined);
      try {
        const file = fileOf(place);
        if (!draft) {
          rmSync(file, { force: true });
          return '';
        }
        write(file, place, draft);
        return `The draft is kept in ${file}.`;
      } catch (error) {
        if (!draft) return '';
        const kept = memory.set(place, draft);
        return `The draft cannot be kept in a file: ${(error as Error).message}. ${kept}`;
      }
    },
    move: (from, to) => movedIn(store, from, to),
  };
  return store;
}

interface Written {
  /** Undefined if the file does not say it. */
  readonly place: string | undefined;
  readonly draft: Draft;
}

function read(file: () => string): Written | undefined {
  let path: string;
  let written: string;
  try {
    path = file();
    written = cleanText(readSmallFile(path).toString());
  } catch {
    return undefined;
  }
  const [line = '', named] = placeLine.exec(written) ?? [];
  const name = basename(path, '.txt');
  // In a file without the line, a text may begin like it.
  const isPlace = named !== undefined && named !== name && fileName(named) === name;
  const rest = isPlace ? written.slice(line.length) : written;
  const [head, subject] = subjectLine.exec(rest) ?? [];
  const text = rest.slice(head?.length ?? 0).replace(/\n$/, '');
  const draft = subject === undefined ? { text } : { subject: cleanLine(subject), text };
  return { place: isPlace ? named : undefined, draft };
}

/** The places of the drafts in a folder. A file without the line has the name of its place. */
function placesIn(folder: () => string): string[] {
  let files: string[];
  let path: string;
  try {
    path = folder();
    files = readdirSync(path).filter((name) => name.endsWith('.txt'));
  } catch {
    return [];
  }
  return files.slice(0, mostListed).flatMap((name) => {
    const base = basename(name, '.txt');
    const place = read(() => join(path, name))?.place ?? messageOf(base) ?? base;
    return fileName(place) === base ? [place] : [];
  });
}

/** The place in the name of an old file without the line, such as `news-17-edit-1f3a9c20`, if it is that of a message. */
function messageOf(base: string): string | undefined {
  const [, group, number, edit = ''] = /^(.+)-(\d+)(-edit)?-[0-9a-f]{8}$/.exec(base) ?? [];
  const place = `${group}#${number}${edit.replace('-', ' ')}`;
  return group !== undefined && fileName(place) === base ? place : undefined;
}

/** The old draft is there until the new one is whole. */
function write(file: string, place: string, { subject, text }: Draft): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const next = `${file}.new`;
  rmSync(next, { force: true });
  const where = basename(file, '.txt') === place ? '' : `Place: ${place}\n`;
  const head = subject === undefined ? '' : `Subject: ${subject}\n\n`;
  writeFileSync(next, `${where}${head}${text}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(next, file);
}

/** A name that every file system takes, and that no other place has. */
function fileName(place: string): string {
  const readable = place.replace(/[^\p{L}\p{N}.:-]+/gu, '-').slice(0, 40);
  if (readable && readable === place && !place.startsWith('.')) return place;
  const digest = createHash('sha256').update(place).digest('hex').slice(0, 8);
  return `${readable.replace(/^[.-]+/, '')}-${digest}`;
}

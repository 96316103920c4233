import type { Key } from 'node:readline';
import { pastedLines } from '../../terminal/paste.ts';
import { pasteKey } from './keyboard.ts';
import { ReverseSearch } from './reverse-search.ts';

/** The functions of the terminal that the search uses. */
export interface SearchDesk {
  /** The line when the search began. */
  readonly typed: string;
  /** Earlier lines, the newest first. */
  readonly history: readonly string[];
  /** Whether the question is still there for which the search began. */
  isCurrent(): boolean;
  show(prompt: string, line: string): void;
  /**
   * Ends the search and shows `line`.
   * @param key the key that ended the search, which then acts on that line
   */
  done(line: string, key?: { text: string; key: Key }): void;
}

/** Reads the keys of a search backwards through the history. Any other key ends the search. */
export function searchHistory(desk: SearchDesk): (text: string, key: Key) => void {
  const { typed } = desk;
  const search = new ReverseSearch(desk.history);
  desk.show(search.prompt, typed);
  return (text, key) => {
    const { name, ctrl, meta, sequence = '' } = key;
    if (!desk.isCurrent() || (ctrl && (name === 'g' || name === 'c'))) return desk.done(typed);
    if (name === 'escape') return desk.done(search.found ?? typed);
    if (ctrl && name === 'r') search.older();
    else if (ctrl && name === 's') search.newer();
    else if (name === 'backspace') search.erase();
    else if (name === pasteKey) search.type(pastedLines(sequence)[0] ?? '');
    else if (text !== '' && !ctrl && !meta && text >= ' ') search.type(text);
    else return desk.done(search.found ?? typed, { text, key });
    desk.show(search.prompt, search.found ?? typed);
  };
}

import { graphemes } from '../../protocol/unicode.ts';
import type { ActionName } from '../keys/actions.ts';

/** A text that is being written, of one line or of several. */
export interface Edited {
  readonly text: string;
  /** Where the cursor is, in UTF-16 code units: never within a grapheme cluster. */
  readonly at: number;
  /** What was cut last. */
  readonly cut: string;
}

// How far back the beginning of a cluster is looked for, in UTF-16 code units.
const clusterUnits = 64;
const word = /[\p{L}\p{N}\p{M}_]/u;

export const nothing: Edited = { text: '', at: 0, cut: '' };

/** A text with the cursor at its end. */
export function editedFrom(text: string): Edited {
  return { text, at: text.length, cut: '' };
}

/** Types a text at the cursor. */
export function typed({ text, at, cut }: Edited, more: string): Edited {
  return { text: text.slice(0, at) + more + text.slice(at), at: at + more.length, cut };
}

/** Replaces the text from `from` to the cursor. */
export function replaced({ text, at, cut }: Edited, from: number, more: string): Edited {
  return { text: text.slice(0, from) + more + text.slice(at), at: from + more.length, cut };
}

/** Carries out a key that edits. @returns undefined if the action does not edit */
export function edited(state: Edited, action: ActionName): Edited | undefined {
  const { text, at, cut } = state;
  switch (action) {
    case 'character-left':
      return { ...state, at: clusterBefore(text, at) };
    case 'character-right':
      return { ...state, at: clusterAfter(text, at) };
    case 'word-left':
      return { ...state, at: wordBefore(text, at) };
    case 'word-right':
      return { ...state, at: wordAfter(text, at) };
    case 'line-start':
      return { ...state, at: lineStart(text, at) };
    case 'line-end':
      return { ...state, at: lineEnd(text, at) };
    case 'erase-left':
      return without(state, clusterBefore(text, at), at, cut);
    case 'erase-right':
      return without(state, at, clusterAfter(text, at), cut);
    case 'cut-word-left':
      return without(state, wordBefore(text, at), at);
    case 'cut-word-right':
      return without(state, at, wordAfter(text, at));
    case 'cut-to-start':
      return without(state, lineStart(text, at), at);
    case 'cut-to-end': {
      const end = lineEnd(text, at);
      // At the end of a line it cuts the line end, as in emacs.
      return without(state, at, end === at ? Math.min(at + 1, text.length) : end);
    }
    case 'insert':
      return typed(state, cut);
    default:
      return undefined;
  }
}

/** @param cut the text that can be pasted after it; by default the removed text */
function without({ text }: Edited, from: number, to: number, cut = text.slice(from, to)): Edited {
  return { text: text.slice(0, from) + text.slice(to), at: from, cut };
}

/** Where the line of the cursor begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the line of the cursor ends. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function clusterBefore(text: string, at: number): number {
  if (at === 0) return 0;
  const from = Math.max(0, at - clusterUnits);
  let last = '';
  for (const cluster of graphemes(text.slice(from, at))) last = cluster;
  return at - last.length;
}

function clusterAfter(text: string, at: number): number {
  for (const cluster of graphemes(text.slice(at, at + clusterUnits))) return at + cluster.length;
  return at;
}

function wordBefore(text: string, at: number): number {
  let place = at;
  while (place > 0 && !word.test(characterBefore(text, place))) place = before(text, place);
  while (place > 0 && word.test(characterBefore(text, place))) place = before(text, place);
  return place;
}

function wordAfter(text: string, at: number): number {
  let place = at;
  while (place < text.length && !word.test(characterAt(text, place))) place = after(text, place);
  while (place < text.length && word.test(characterAt(text, place))) place = after(text, place);
  return place;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function characterBefore(text: string, at: number): string {
  return characterAt(text, before(text, at));
}

function before(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && at > 1 ? at - 2 : at - 1;
}

function after(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

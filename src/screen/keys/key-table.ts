import { didYouMean } from '../../protocol/suggest.ts';
import { type ActionName, actionNames, actions, type Place, specOf } from './actions.ts';
import { keyNamed, nearestKey, shownKey } from './key-names.ts';

/** Keys that somebody wants instead of the usual ones. No key: nothing does it. */
export type Bindings = { readonly [A in ActionName]?: readonly string[] };

/** What is wrong with an entry of `keys.toml`. */
export interface KeyProblem {
  /** The name of the entry. */
  readonly entry: string;
  /** A sentence. */
  readonly problem: string;
}

export interface Hint {
  readonly action: ActionName;
  readonly key: string;
  readonly word: string;
}

/** Which key does what, in each place. */
export class KeyTable {
  private readonly tables = new Map<Place, Map<string, ActionName>>();

  /** @param bindings keys in place of the usual ones. A key that another action has by default is taken from it */
  constructor(bindings: Bindings = {}) {
    for (const action of actionNames) if (!bindings[action]) this.bind(action, undefined);
    for (const action of actionNames) if (bindings[action]) this.bind(action, bindings[action]);
  }

  /** What a key does in a place; undefined if it does nothing there. */
  action(place: Place, key: string): ActionName | undefined {
    return this.tables.get(place)?.get(key);
  }

  /** The keys of an action in a place, as people read them. */
  keysOf(action: ActionName, place: Place): string[] {
    const keys = [...(this.tables.get(place) ?? [])].filter(([, its]) => its === action);
    return keys.map(([key]) => shownKey(key));
  }

  /**
   * Names the key of the user's that does something, for sentences: ` z takes it back.` Every sentence of the screen that names a
   * key is made by it.
   * @param does what follows the key
   * @returns the first key and `does`, with a space before them; '' if no key does it
   */
  offer(action: ActionName, place: Place, does: string): string {
    const [key] = this.keysOf(action, place);
    return key === undefined ? '' : ` ${key} ${does}`;
  }

  /** What the last row of a place shows: the first key of the actions that newcomers need. */
  hints(place: Place): Hint[] {
    return actionNames.flatMap((action) => {
      const { hint, hintedIn, places } = specOf(action);
      if (!hint || !(hintedIn ?? places).includes(place)) return [];
      const [key] = this.keysOf(action, place);
      return key === undefined ? [] : [{ action, key, word: hint }];
    });
  }

  private bind(action: ActionName, keys: readonly string[] | undefined): void {
    const { places, keys: usual, also } = specOf(action);
    for (const place of places) {
      const table = this.tables.get(place) ?? new Map<string, ActionName>();
      this.tables.set(place, table);
      for (const key of keys ?? [...usual, ...(also?.[place] ?? [])]) table.set(key, action);
    }
  }
}

/**
 * Reads the entries of `keys.toml`, such as `reply = "r"` and `open = ["enter", "f4"]`.
 * @returns the bindings, and everything that is wrong
 */
export function readBindings(entries: Readonly<Record<string, unknown>>): {
  bindings: Bindings;
  problems: KeyProblem[];
} {
  const bindings: { [A in ActionName]?: readonly string[] } = {};
  const problems: KeyProblem[] = [];
  for (const [entry, value] of Object.entries(entries)) {
    if (!isAction(entry)) {
      const near = didYouMean(entry, actionNames, Number.POSITIVE_INFINITY);
      problems.push({ entry, problem: `There is no action ${entry}.${near}` });
      continue;
    }
    const written = Array.isArray(value) ? value : [value];
    const keys: string[] = [];
    for (const word of written) {
      const key = typeof word === 'string' ? keyNamed(word) : undefined;
      if (key !== undefined) keys.push(key);
      else problems.push({ entry, problem: wrongKey(entry, word) });
    }
    bindings[entry] = keys;
  }
  problems.push(...collisions(bindings));
  return { bindings, problems };
}

function isAction(name: string): name is ActionName {
  return Object.hasOwn(actions, name);
}

function wrongKey(entry: string, word: unknown): string {
  if (typeof word !== 'string') {
    return `${entry} takes the name of a key in quotes, or a list of them.`;
  }
  const near = nearestKey(word);
  return `${entry}: there is no key ${word}.${near === undefined ? '' : ` Did you mean ${near}?`}`;
}

/** Two entries that want the same key in the same place. */
function collisions(bindings: Bindings): KeyProblem[] {
  const taken = new Map<string, ActionName>();
  const problems: KeyProblem[] = [];
  for (const entry of Object.keys(bindings) as ActionName[]) {
    for (const key of bindings[entry] ?? []) {
      const other = specOf(entry)
        .places.map((place) => taken.get(`${place} ${key}`))
        .find((action) => action !== undefined && action !== entry);
      if (other) problems.push({ entry, problem: `${shownKey(key)} is for ${other} already.` });
      for (const place of specOf(entry).places) taken.set(`${place} ${key}`, entry);
    }
  }
  return problems;
}

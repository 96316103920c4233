import { nearest } from '../../protocol/suggest.ts';

/** The keys that have a name, as `KeyPress` has it, and as people read it. */
const shownNames: Readonly<Record<string, string>> = {
  space: 'Space',
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  backtab: 'Shift-Tab',
  backspace: 'Backspace',
  delete: 'Delete',
  insert: 'Insert',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
  home: 'Home',
  end: 'End',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`f${at + 1}`, `F${at + 1}`])),
};
// What people write for the same keys.
const otherNames: Readonly<Record<string, string>> = {
  escape: 'esc',
  return: 'enter',
  pgup: 'pageup',
  'page-up': 'pageup',
  pgdn: 'pagedown',
  pgdown: 'pagedown',
  'page-down': 'pagedown',
  del: 'delete',
  ins: 'insert',
  bs: 'backspace',
  'shift-tab': 'backtab',
};
const modifiers: Readonly<Record<string, string>> = {
  ctrl: 'ctrl',
  c: 'ctrl',
  control: 'ctrl',
  alt: 'alt',
  m: 'alt',
  meta: 'alt',
  shift: 'shift',
  s: 'shift',
};
const order = ['ctrl', 'alt', 'shift'];
// A terminal sends the same bytes for both.
const sameBytes: Readonly<Record<string, string>> = {
  'ctrl-i': 'tab',
  'ctrl-m': 'enter',
  'ctrl-j': 'enter',
  'ctrl-h': 'backspace',
  'ctrl-[': 'esc',
};

/**
 * The name of a key as `KeyPress` has it, from what people write: `Ctrl-S`, `C-s`, `^S`, `PgUp`, `Alt-a`, `G`.
 * @returns undefined if there is no such key
 */
export function keyNamed(written: string): string | undefined {
  const text = written.replace(/^\^(?=.$)/, 'ctrl-');
  const found = new Set<string>();
  let rest = text;
  for (;;) {
    const [whole, name = ''] = /^([a-z]+)[-+](?=.)/i.exec(rest) ?? [];
    const modifier = modifiers[name.toLowerCase()];
    if (whole === undefined || modifier === undefined) break;
    found.add(modifier);
    rest = rest.slice(whole.length);
  }
  const lower = rest.toLowerCase();
  const named = otherNames[lower] ?? (lower in shownNames ? lower : undefined);
  if (named === undefined && [...rest].length !== 1) return undefined;
  let base = named ?? (rest === ' ' ? 'space' : rest);
  if (found.has('shift') && base === 'tab') {
    found.delete('shift');
    base = 'backtab';
  }
  if (named === undefined && found.has('shift')) {
    // Shift is in the letter itself.
    found.delete('shift');
    base = base.toUpperCase();
  }
  if (named === undefined && found.has('ctrl')) base = base.toLowerCase();
  const key = [...order.filter((modifier) => found.has(modifier)), base].join('-');
  return sameBytes[key] ?? key;
}

/** The known key whose name is nearest to what somebody wrote. */
export function nearestKey(written: string): string | undefined {
  return nearest(written, [...Object.keys(shownNames), ...Object.keys(otherNames)]);
}

/** A key as people read it: `Ctrl-S`, `Space`, `G`. */
export function shownKey(key: string): string {
  const parts = /^((?:(?:ctrl|alt|shift)-)*)(.+)$/s.exec(key);
  const [, before = '', base = key] = parts ?? [];
  const prefix = before.replace(/[a-z]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  const name = shownNames[base] ?? base;
  return prefix + (prefix.includes('Ctrl') && base.length === 1 ? base.toUpperCase() : name);
}

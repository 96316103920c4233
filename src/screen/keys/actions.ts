/**
 * Where a key is pressed: a pane, a line that is typed in the last row (`input`), or the text of a message (`box`).
 */
export type Place = 'groups' | 'index' | 'message' | 'input' | 'box';

interface ActionSpec {
  /** The keys that do it, unless `keys.toml` says otherwise: names as `KeyPress` has them. */
  readonly keys: readonly string[];
  readonly places: readonly Place[];
  /** For the help: what it does, as the end of a sentence that begins with the key. */
  readonly does: string;
  /** One word for the last row. */
  readonly hint?: string;
  /** The places whose last row shows the hint; all of its places if it is left out. */
  readonly hintedIn?: readonly Place[];
  /** Further keys in one place. */
  readonly also?: { readonly [P in Place]?: readonly string[] };
}

const panes = ['groups', 'index', 'message'] as const;
const messages = ['index', 'message'] as const;
const writing = ['input', 'box'] as const;

/** Everything that a key can do, in the order of the help. `keys.toml` knows the actions by these names. */
export const actions = {
  next: {
    keys: ['space'],
    places: panes,
    does: 'reads on: page, unread message, thread, group; what you leave is read if you saw its end',
    hint: 'next',
  },
  'page-back': { keys: ['b', 'pageup'], places: panes, does: 'goes a page back' },
  'page-forward': { keys: ['pagedown'], places: panes, does: 'goes a page forward' },
  down: { keys: ['j', 'down'], places: panes, does: 'goes a row down' },
  up: { keys: ['k', 'up'], places: panes, does: 'goes a row up' },
  open: { keys: ['enter', 'right'], places: panes, does: 'opens what the cursor is on' },
  back: {
    keys: ['q', 'left', 'esc'],
    places: panes,
    does: 'goes back; at the top, asks and leaves',
  },
  pane: { keys: ['tab'], places: panes, does: 'goes to the next pane' },
  'pane-back': { keys: ['backtab'], places: panes, does: 'goes to the pane before' },
  first: { keys: ['home'], places: panes, does: 'goes to the beginning' },
  last: { keys: ['G', 'end'], places: panes, does: 'goes to the end' },
  'next-thread': { keys: ['J'], places: messages, does: 'goes to the next thread' },
  'previous-thread': { keys: ['K'], places: messages, does: 'goes to the thread before' },
  reply: { keys: ['r'], places: messages, does: 'replies', hint: 'reply' },
  'reply-quoting': { keys: ['R'], places: messages, does: 'replies with the text quoted' },
  edit: { keys: ['e'], places: messages, does: 'edits a message of your own' },
  delete: { keys: ['d'], places: messages, does: 'deletes a message, after a question' },
  'mark-unread': { keys: ['u'], places: messages, does: 'marks as unread from here on' },
  'catch-up-thread': { keys: ['x'], places: messages, does: 'marks the thread as read' },
  mute: { keys: ['M'], places: messages, does: 'mutes the thread, or takes that back' },
  copy: { keys: ['y'], places: messages, does: 'copies the number or the text of a message' },
  'catch-up-group': { keys: ['X'], places: panes, does: 'marks the whole group as read' },
  undo: {
    keys: ['z'],
    places: panes,
    does: 'takes back, one after the other, what keys marked as read',
  },
  'new-thread': { keys: ['c'], places: panes, does: 'begins a thread', hint: 'new' },
  'next-unread': {
    keys: ['n'],
    places: panes,
    does: 'goes to the next unread thread, the newest first',
  },
  'previous-unread': { keys: ['N'], places: panes, does: 'goes to the unread thread before' },
  attention: {
    keys: ['a', 'alt-a'],
    places: panes,
    does: 'goes where somebody meant you: mentions, direct messages, then unread; at the end, back',
  },
  search: {
    keys: ['/'],
    places: panes,
    does: 'searches here; // searches everywhere',
    hint: 'search',
  },
  limit: {
    keys: ['l'],
    places: panes,
    does: 'limits the list to what has words, as in from:bob lunch',
  },
  go: {
    keys: ['g'],
    places: panes,
    does: 'goes to a group, a user, or a message such as news#17',
    hint: 'go',
  },
  mentions: { keys: ['@'], places: panes, does: 'lists the messages that mention you' },
  info: { keys: ['i'], places: panes, does: 'says who and what: members, the history of an edit' },
  command: { keys: [':'], places: panes, does: 'runs any command of the board, such as :users' },
  help: { keys: ['?', 'f1'], places: panes, does: 'shows the keys', hint: 'keys' },
  redraw: { keys: ['ctrl-l'], places: panes, does: 'draws the screen again' },
  suspend: {
    keys: ['ctrl-z'],
    places: panes,
    does: 'stops the program until fg (not over ssh)',
  },
  leave: { keys: ['ctrl-c'], places: panes, does: 'asks and leaves' },
  send: {
    keys: ['ctrl-s'],
    places: ['box'],
    does: 'sends; so does a new line after a last line with . alone',
    hint: 'send',
  },
  'keep-draft': {
    keys: ['esc', 'ctrl-c'],
    places: ['box'],
    does: 'closes, and keeps the text as a draft',
    hint: 'keep',
  },
  editor: {
    keys: ['ctrl-e'],
    places: ['box'],
    does: 'opens your editor (not over ssh)',
    hint: 'editor',
  },
  accept: { keys: ['enter'], places: ['input'], does: 'takes the line' },
  cancel: { keys: ['esc', 'ctrl-c', 'ctrl-g'], places: ['input'], does: 'gives the line up' },
  'older-line': { keys: ['up', 'ctrl-p'], places: ['input'], does: 'brings an earlier line back' },
  'newer-line': { keys: ['down', 'ctrl-n'], places: ['input'], does: 'goes on to a later line' },
  complete: {
    keys: ['tab'],
    places: writing,
    does: 'completes a word, such as @name or #number',
    hint: 'complete',
    hintedIn: ['box'],
  },
  'help-writing': {
    keys: ['f1'],
    places: writing,
    does: 'shows the keys while you type',
    hint: 'keys',
    hintedIn: ['box'],
  },
  'new-line': { keys: ['enter'], places: ['box'], does: 'begins a new line' },
  'row-up': { keys: ['up', 'ctrl-p'], places: ['box'], does: 'goes a row of the text up' },
  'row-down': { keys: ['down', 'ctrl-n'], places: ['box'], does: 'goes a row of the text down' },
  'box-page-up': { keys: ['pageup'], places: ['box'], does: 'goes a page up' },
  'box-page-down': { keys: ['pagedown'], places: ['box'], does: 'goes a page down' },
  'character-left': { keys: ['left', 'ctrl-b'], places: writing, does: 'goes a character left' },
  'character-right': { keys: ['right', 'ctrl-f'], places: writing, does: 'goes a character right' },
  'word-left': {
    keys: ['alt-b', 'ctrl-left', 'alt-left'],
    places: writing,
    does: 'goes a word left',
  },
  'word-right': {
    keys: ['alt-f', 'ctrl-right', 'alt-right'],
    places: writing,
    does: 'goes a word right',
  },
  'line-start': {
    keys: ['home', 'ctrl-a'],
    places: writing,
    does: 'goes to the beginning of the line',
  },
  'line-end': {
    keys: ['end'],
    places: writing,
    does: 'goes to the end of the line',
    also: { input: ['ctrl-e'] },
  },
  'erase-left': {
    keys: ['backspace'],
    places: writing,
    does: 'erases the character before the cursor',
  },
  'erase-right': {
    keys: ['delete', 'ctrl-d'],
    places: writing,
    does: 'erases the character at the cursor',
  },
  'cut-word-left': {
    keys: ['ctrl-w', 'alt-backspace'],
    places: writing,
    does: 'cuts the word before the cursor',
  },
  'cut-word-right': { keys: ['alt-d'], places: writing, does: 'cuts the word after the cursor' },
  'cut-to-start': { keys: ['ctrl-u'], places: writing, does: 'cuts to the beginning of the line' },
  'cut-to-end': { keys: ['ctrl-k'], places: writing, does: 'cuts to the end of the line' },
  insert: { keys: ['ctrl-y'], places: writing, does: 'inserts what was cut last' },
} as const satisfies Record<string, ActionSpec>;

export type ActionName = keyof typeof actions;

export const actionNames = Object.keys(actions) as ActionName[];

export function specOf(action: ActionName): ActionSpec {
  return actions[action];
}

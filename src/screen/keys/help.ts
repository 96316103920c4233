import { type ActionName, actionNames, type Place, specOf } from './actions.ts';
import type { KeyTable } from './key-table.ts';

interface HelpRow {
  readonly keys: string;
  readonly does: string;
}

export interface HelpSection {
  readonly title: string;
  readonly rows: readonly HelpRow[];
}

/** Where the user asks for help: a place of the key table, or a list or question with keys of its own. */
export type HelpPlace = Place | 'found' | 'joinable' | 'drafts' | 'question';

const titles: { readonly [P in HelpPlace]: string } = {
  groups: 'In the list of groups',
  index: 'In the list of threads',
  found: 'In what was found',
  joinable: 'In the list of groups that can be joined',
  drafts: 'In the list of drafts',
  message: 'In a message',
  question: 'In a question',
  input: 'In a line that you type',
  box: 'While you write a message',
};

/** Where actions do something of their own. */
const special: {
  readonly [P in HelpPlace]?: { readonly [A in ActionName]?: string };
} = {
  groups: {
    open: 'opens the group, the mentions, or the list of groups that can be joined',
    back: 'asks and leaves',
    'catch-up-group': 'marks the group that the cursor is on as read',
    'new-thread': 'begins a thread in the group that the cursor is on',
  },
  found: {
    open: 'opens the message; in the message, goes to its place in its group',
    back: 'goes back to where you searched',
    next: 'reads on: the next page, then the next message that was found',
  },
  joinable: {
    open: 'joins the group that the cursor is on',
    back: 'goes to the list of groups',
  },
  drafts: {
    open: 'goes on with the draft that the cursor is on',
    back: 'goes to the list of groups',
  },
};

// What is about the messages of a group. It does nothing in lists of something else.
const onMessages: ReadonlySet<ActionName> = new Set([
  'next-thread',
  'previous-thread',
  'reply',
  'reply-quoting',
  'edit',
  'delete',
  'mark-unread',
  'catch-up-thread',
  'mute',
  'copy',
  'catch-up-group',
  'new-thread',
  'limit',
  'info',
]);

/** The sections that follow that of the place: actions that are not in it. */
const others: readonly { readonly title: string; readonly places: readonly Place[] }[] = [
  { title: 'Wherever you read', places: ['groups', 'index', 'message'] },
  { title: 'On threads and messages', places: ['index', 'message'] },
  { title: titles.box, places: ['box'] },
  { title: titles.input, places: ['input'] },
  { title: 'In any text that you type', places: ['input', 'box'] },
];

/** Whether an action belongs to the section of some places. */
function isSection(action: ActionName, places: readonly Place[]): boolean {
  const its = specOf(action).places;
  return its.length === places.length && places.every((place) => its.includes(place));
}

/** Whether the rows of a place are no messages. */
function isList(place: HelpPlace): place is 'joinable' | 'drafts' {
  return place === 'joinable' || place === 'drafts';
}

/** The place of the key table that a place of the help belongs to. */
function tableOf(place: HelpPlace): Place | undefined {
  if (place === 'question') return undefined;
  return place === 'found' || isList(place) ? 'index' : place;
}

/**
 * All keys, those of a place first. Every action is there once.
 * @param drafts how long drafts are kept, such as `until you leave`
 */
export function helpOf(keys: KeyTable, place: HelpPlace, drafts: string): HelpSection[] {
  const table = tableOf(place);
  const rowOf = (action: ActionName, from: Place): HelpRow => {
    const does = special[place]?.[action] ?? specOf(action).does;
    return {
      keys: keys.keysOf(action, from).join(', ') || '(no key)',
      does: action === 'keep-draft' ? `${does}, ${drafts}` : does,
    };
  };
  const own = actionNames.filter(
    (action) =>
      table && specOf(action).places.includes(table) && !(isList(place) && onMessages.has(action)),
  );
  const first: HelpSection = {
    title: titles[place],
    rows: table
      ? own.map((action) => rowOf(action, table))
      : [
          { keys: 'y', does: 'says yes to a question with (y/N); any other key says no' },
          { keys: 'a letter', does: 'chooses, if the question names letters' },
        ],
  };
  const rest = others.map(({ title, places }): HelpSection => {
    const rows = actionNames
      .filter((action) => !own.includes(action) && isSection(action, places))
      .map((action) => rowOf(action, places[0] ?? 'index'));
    return { title, rows };
  });
  return [first, ...rest.filter(({ rows }) => rows.length > 0)];
}

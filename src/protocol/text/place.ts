/** Where a user is, set by `%go`: in a group, in a direct conversation, or in one of its threads. */
export interface Place {
  /** The number of the group, which never changes. */
  readonly group: number;
  /** The name of the group when it was last heard of. */
  readonly name: string;
  /** The number of the first message of the thread. */
  readonly thread?: number;
}

/** `news`, `news/17` for a thread, `@dave` for a direct conversation. */
export function placeName({ name, thread }: Place): string {
  return thread === undefined ? name : `${name}/${thread}`;
}

/** The place of a thread's group. */
export function groupOfPlace({ group, name }: Place): Place {
  return { group, name };
}

/** Whether a line is a command, or would be one outside of every place: it begins with `%` or `/`. */
export function isCommand(line: string): boolean {
  return line.startsWith('%') || line.startsWith('/');
}

/** A line that begins with `%%` or `//` is text in a place. */
const escaped = /^(%%|\/\/)/;

/** What a line says in a place. Undefined if it is a command. */
export function spokenIn(place: Place | undefined, line: string): string | undefined {
  if (!place) return undefined;
  if (escaped.test(line)) return line.slice(1);
  return isCommand(line) ? undefined : line;
}

/** Said when the user cannot be in a place any more. */
export function leftPlace(place: Place): string {
  return `You are not in ${placeName(place)} any more. Lines without % are posted nowhere now.`;
}

import { directName } from '../../protocol/direct.ts';
import { caseless } from '../../protocol/unicode.ts';

/** Where `g` can go. */
export type Target =
  | { readonly to: 'group'; readonly group: number; readonly name: string; readonly unread: number }
  | { readonly to: 'person'; readonly name: string }
  /** A group of the board that the user is not in. `refusal`: why the user cannot join it. */
  | { readonly to: 'join'; readonly name: string; readonly refusal?: string }
  | { readonly to: 'mentions'; readonly name: string }
  | {
      readonly to: 'message';
      readonly group: number;
      readonly name: string;
      readonly number: number;
    };

const messageForm = /^(.*?)#(\d{1,15})$/;

/**
 * The targets that a typed text may mean, the likeliest first. Without a text, the unread groups come first.
 * `news#17` is a message of news, and `#17` one of the group where the user is.
 * @param here the group where the user is
 */
export function targetsFor(
  typed: string,
  targets: readonly Target[],
  here: { readonly group: number; readonly name: string } | undefined,
): Target[] {
  const text = typed.trim();
  const [, groupName = '', digits] = messageForm.exec(text) ?? [];
  if (digits !== undefined) return messageTargets(groupName, Number(digits), targets, here);
  const wanted = [...caseless(text)];
  const scored = targets.flatMap((target) => {
    const score = scoreOf(wanted, caseless(labelOf(target)));
    return score === undefined ? [] : [{ target, score }];
  });
  // Sorting keeps the order of targets with the same score.
  scored.sort((a, b) => b.score - a.score || unreadOf(b.target) - unreadOf(a.target));
  return scored.map(({ target }) => target);
}

function messageTargets(
  groupName: string,
  number: number,
  targets: readonly Target[],
  here: { readonly group: number; readonly name: string } | undefined,
): Target[] {
  if (groupName === '') return here ? [{ to: 'message', number, ...here }] : [];
  return targetsFor(groupName, targets, here).flatMap((target): Target[] =>
    target.to === 'group'
      ? [{ to: 'message', group: target.group, name: target.name, number }]
      : [],
  );
}

/** How a target is typed and shown: `news`, `@dave`, `news#17`. */
export function labelOf(target: Target): string {
  if (target.to === 'message') return `${target.name}#${target.number}`;
  return target.to === 'person' ? directName(target.name) : target.name;
}

function unreadOf(target: Target): number {
  return target.to === 'group' && target.unread > 0 ? 1 : 0;
}

/**
 * How well a name fits: its characters contain those that were typed, in their order. A beginning counts most, then the
 * beginnings of words, then characters next to each other. Undefined if it does not fit.
 */
function scoreOf(wanted: readonly string[], name: string): number | undefined {
  if (wanted.length === 0) return 0;
  const text = wanted.join('');
  const bare = name.startsWith('@') ? name.slice(1) : name;
  if (name === text || bare === text) return 1000;
  if (name.startsWith(text) || bare.startsWith(text)) return 500 - name.length;
  const within = name.indexOf(text);
  if (within >= 0) return 200 + (isWordStart(name, within) ? 50 : 0) - name.length;
  let score = 0;
  let at = -1;
  for (const character of wanted) {
    const next = name.indexOf(character, at + 1);
    if (next < 0) return undefined;
    if (isWordStart(name, next)) score += 10;
    else if (next === at + 1) score += 5;
    at = next;
  }
  return score - name.length;
}

function isWordStart(name: string, at: number): boolean {
  return at === 0 || /[-_.@ ]/.test(name[at - 1] ?? '');
}

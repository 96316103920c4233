/** The keys of the screen, and what they do. */
const defaultKeys: Readonly<Record<string, string>> = {
  space: 'next',
  b: 'page-back',
  pageup: 'page-back',
  j: 'down',
  down: 'down',
  k: 'up',
  up: 'up',
  J: 'next-thread',
  K: 'previous-thread',
  n: 'next-unread',
  N: 'previous-unread',
  enter: 'open',
  right: 'open',
  q: 'back',
  left: 'back',
  tab: 'pane',
  G: 'last',
  end: 'last',
  home: 'first',
  '@': 'mentions',
};

export function defaultAction(key: string): string | undefined {
  return Object.hasOwn(defaultKeys, key) ? defaultKeys[key] : undefined;
}

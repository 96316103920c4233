/** What has something to do once a turn of the event loop has brought all that it brings. */
export interface EndsTurn {
  endTurn(): void;
}

let waiting: EndsTurn[] = [];

/**
 * Calls `endTurn` of `one` once the promises that this turn of the event loop has settled have run
 * what waits on them: late enough to gather all that a turn gives rise to, early enough to go out with it.
 */
export function atEndOfTurn(one: EndsTurn): void {
  // Node empties the queue of microtasks before it comes to what nextTick has put off. One of each
  // serves all: a notice to a group has one for every member.
  if (waiting.push(one) === 1) queueMicrotask(() => process.nextTick(endAll));
}

function endAll(): void {
  const all = waiting;
  waiting = [];
  for (const one of all) one.endTurn();
}

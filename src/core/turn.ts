/** An object that has work to do at the end of a turn of the event loop. */
export interface EndsTurn {
  endTurn(): void;
}

let waiting: EndsTurn[] = [];

/**
 * Calls `endTurn` of `one` at the end of this turn of the event loop, after the callbacks of all promises
 * that the turn has settled. So it sees everything that the turn has caused.
 */
export function atEndOfTurn(one: EndsTurn): void {
  // Node runs all microtasks before the callbacks of nextTick. All callers share one microtask and one callback,
  // because a notice to a group has a caller for every member.
  if (waiting.push(one) === 1) queueMicrotask(() => process.nextTick(endAll));
}

function endAll(): void {
  const all = waiting;
  waiting = [];
  for (const one of all) one.endTurn();
}

let tasks: (() => void)[] = [];

/**
 * Runs `task` once the promises that this turn of the event loop has settled have run what waits
 * on them: late enough to gather all that a turn gives rise to, early enough to go out with it.
 */
export function atEndOfTurn(task: () => void): void {
  // Node empties the queue of microtasks before it comes to what nextTick has put off. One of each
  // serves all tasks: a notice to a group has one for every member.
  if (tasks.push(task) === 1) queueMicrotask(() => process.nextTick(runAll));
}

function runAll(): void {
  const all = tasks;
  tasks = [];
  for (const task of all) task();
}

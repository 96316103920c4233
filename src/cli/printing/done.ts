let done: string | undefined;

/** Notes the changes of the command, in case its result cannot be printed. */
export function noteDone(text: string): void {
  done = text;
}

/** The changes of the command, as sentences. Undefined if it has changed nothing yet. */
export function whatIsDone(): string | undefined {
  return done;
}

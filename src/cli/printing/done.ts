let done: string | undefined;

/** Keeps what the command has changed, in case that its result cannot be printed. */
export function noteDone(text: string): void {
  done = text;
}

/** What the command has changed, as sentences. Undefined if it has changed nothing yet. */
export function whatIsDone(): string | undefined {
  return done;
}

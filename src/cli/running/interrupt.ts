/** What ends a command from outside: `signal` is aborted, with the exit code that shells have for it. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM; undefined if nothing has ended it. */
  readonly exitCode: InterruptedCode | undefined;
  /** Leaves the signals to the system again. */
  close(): void;
}

export type InterruptedCode = 130 | 143;

let lastCode: InterruptedCode = 130;

/** The exit code for the signal that this process got last: 143 after SIGTERM, otherwise 130. */
export function interruptedCode(): InterruptedCode {
  return lastCode;
}

/**
 * Listens for Ctrl-C and SIGTERM. A second one ends the program at once.
 * @param reason what the signal is aborted with
 */
export function interruption(reason?: (exitCode: InterruptedCode) => Error): Interruption {
  const controller = new AbortController();
  let exitCode: InterruptedCode | undefined;
  const end = (code: InterruptedCode) => () => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    lastCode = code;
    controller.abort(reason?.(code));
  };
  const ends = { SIGINT: end(130), SIGTERM: end(143) };
  process.on('SIGINT', ends.SIGINT).on('SIGTERM', ends.SIGTERM);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    close: () => void process.off('SIGINT', ends.SIGINT).off('SIGTERM', ends.SIGTERM),
  };
}

/** What ends a command from outside: `signal` is aborted, with the exit code that shells have for it. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 for Ctrl-C, 143 for SIGTERM; undefined where nothing has ended it. */
  readonly exitCode: 130 | 143 | undefined;
  /** Leaves the signals to the system again. */
  close(): void;
}

/** Listens for Ctrl-C and SIGTERM. A second one ends the program at once. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let exitCode: 130 | 143 | undefined;
  const end = (code: 130 | 143) => () => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    controller.abort();
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

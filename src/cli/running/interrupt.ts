import type { ExitCode } from '../errors.ts';

// The same signal again within this time is one Ctrl-C that came twice, in milliseconds: npm and npx
// send their child the signal that the terminal has sent it already.
const echoTime = 100;

/** The signals that end a command from outside. */
export interface Interruption {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after SIGTERM. Undefined if no signal came. */
  readonly exitCode: InterruptedCode | undefined;
  /** Leaves the signals to the system again. */
  close(): void;
}

export type InterruptedCode = Extract<ExitCode, 130 | 143>;
type InterruptingSignal = 'SIGINT' | 'SIGTERM';

const exitCodeOf: Readonly<Record<InterruptingSignal, InterruptedCode>> = {
  SIGINT: 130,
  SIGTERM: 143,
};

let lastCode: InterruptedCode = 130;

/** The exit code for the signal that this process got last: 143 after SIGTERM, otherwise 130. */
export function interruptedCode(): InterruptedCode {
  return lastCode;
}

/**
 * Listens for Ctrl-C and SIGTERM. A second signal ends the process at once.
 * @param reason the reason of the aborted signal
 * @param secondCode the exit code after a second signal, if it is not the one of that signal
 */
export function interruption(
  reason?: (exitCode: InterruptedCode) => Error,
  secondCode?: ExitCode,
): Interruption {
  const controller = new AbortController();
  let first: { name: InterruptingSignal; at: number } | undefined;
  const receive = (name: InterruptingSignal) => {
    const code = exitCodeOf[name];
    if (!first) {
      first = { name, at: performance.now() };
      lastCode = code;
      controller.abort(reason?.(code));
    } else if (name !== first.name || performance.now() - first.at > echoTime) {
      process.exit(secondCode ?? code);
    }
  };
  const names = Object.keys(exitCodeOf) as InterruptingSignal[];
  for (const name of names) process.on(name, receive);
  return {
    signal: controller.signal,
    get exitCode() {
      return first && exitCodeOf[first.name];
    },
    close: () => {
      for (const name of names) process.off(name, receive);
    },
  };
}

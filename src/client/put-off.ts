import { setTimeout as delay } from 'node:timers/promises';
import { BoardError } from '../protocol/errors.ts';
import type { Call, Method, Params } from '../protocol/schemas.ts';
import { longestTimer } from '../protocol/timers.ts';

// The pause after the board's disk has failed, in milliseconds.
const storagePause = 1000;

/**
 * How long to wait before a refused call is sent again, in milliseconds. Undefined if the same refusal
 * would come again. At most as long as a timer can wait, whatever the server asks for.
 */
export function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof BoardError)) return undefined;
  if (error.code === 'RATE_LIMITED') return Math.min((error.seconds ?? 1) * 1000, longestTimer);
  return error.code === 'STORAGE_FAILED' ? storagePause : undefined;
}

/** The last refusal of a call, with how long it was sent again. @param waited in milliseconds */
export function finalRefusal({ code, message, seconds }: BoardError, waited: number): BoardError {
  const text = waited > 0 ? `${message} It was tried for ${Math.round(waited / 1000)} s.` : message;
  return new BoardError(code, text, { seconds });
}

/**
 * A `Call` that sends a refused call again after the pause that the server asks for.
 * @param limit how long it waits in all, in milliseconds; after that the refusal is thrown
 * @param signal gives up waiting when aborted
 */
export function patientCall(call: Call, limit: number, signal?: AbortSignal): Call {
  return async <M extends Method>(method: M, params: Params<M>) => {
    for (let waited = 0; ; ) {
      try {
        return await call(method, params);
      } catch (error) {
        const pause = pauseAfter(error);
        if (pause === undefined) throw error;
        if (waited + pause > limit) throw finalRefusal(error as BoardError, waited);
        await delay(pause, undefined, { ...(signal && { signal }) }).catch(() => {
          throw error;
        });
        waited += pause;
      }
    }
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import { BoardError } from '../protocol/errors.ts';
import type { Call, Method, Params } from '../protocol/schemas.ts';
import { longestTimer } from '../protocol/timers.ts';

// Pause after a disk or a lock of the board's has failed, in milliseconds.
const storagePause = 1000;

/**
 * How long to wait before a refused call is sent again, in milliseconds; undefined for a refusal that
 * would come again. In both cases nothing was done. Never longer than a timer can wait, whatever the server asks for.
 */
export function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof BoardError)) return undefined;
  if (error.code === 'RATE_LIMITED') return Math.min((error.seconds ?? 1) * 1000, longestTimer);
  return error.code === 'STORAGE_FAILED' ? storagePause : undefined;
}

/** The last refusal, with how long the call was tried, in milliseconds. */
export function finalRefusal({ code, message, seconds }: BoardError, tried: number): BoardError {
  const text = tried > 0 ? `${message} It was tried for ${Math.round(tried / 1000)} s.` : message;
  return new BoardError(code, text, { seconds });
}

/**
 * A `Call` that waits as the server asks for, and sends again.
 * @param limit how long it waits in all, in milliseconds; then the refusal is thrown
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

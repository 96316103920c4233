/** In microseconds, like all stored times. */
const second = 1e6;
export const hour = 3600 * second;
export const day = 24 * hour;
/** Later than every time. */
export const endOfTime = Number.MAX_SAFE_INTEGER;

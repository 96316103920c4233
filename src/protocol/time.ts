// The time that was formatted last. The reply and the notice of a post have the same time, and other
// posts the same millisecond.
let last = { milliseconds: 0, text: '1970-01-01T00:00:00.000' };

/** RFC 3339 in UTC with microseconds, from microseconds since the epoch. */
export function formatTime(micros: number): string {
  const milliseconds = Math.floor(micros / 1000);
  if (milliseconds !== last.milliseconds) {
    last = { milliseconds, text: new Date(milliseconds).toISOString().slice(0, -1) };
  }
  return `${last.text}${String(micros - milliseconds * 1000).padStart(3, '0')}Z`;
}

/** The inverse of `formatTime`. NaN for any other text. */
export function parseTime(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return Number.NaN;
  const micros = Date.parse(`${text.slice(0, 23)}Z`) * 1000 + Number(text.slice(23, 26));
  // Date would turn 30 February into another day.
  return Number.isNaN(micros) || formatTime(micros) !== text ? Number.NaN : micros;
}

/** An RFC 3339 time without its fraction of a second, for people. */
export function toSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}

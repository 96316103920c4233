const minute = 60_000_000;

// The minute that was formatted last, up to its seconds. The reply and the notice of a post have the same time, and
// messages of a list are often from the same minute.
let last = { minutes: 0, text: '1970-01-01T00:00:' };

/** RFC 3339 in UTC with microseconds, from microseconds since the epoch. */
export function formatTime(micros: number): string {
  const minutes = Math.floor(micros / minute);
  if (minutes !== last.minutes) {
    const text = new Date(minutes * 60_000).toISOString().slice(0, -'00.000Z'.length);
    last = { minutes, text };
  }
  const digits = String(micros - minutes * minute).padStart(8, '0');
  return `${last.text}${digits.slice(0, 2)}.${digits.slice(2)}Z`;
}

/** Microseconds since the epoch, from RFC 3339 in UTC with up to six digits of a second. NaN for any other text. */
export function parseTime(text: string): number {
  const [, seconds, digits = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text) ?? [];
  const micros = Date.parse(`${seconds}Z`) * 1000 + Number(digits.padEnd(6, '0'));
  // Date would turn 30 February into another day.
  return Number.isNaN(micros) || toSeconds(formatTime(micros)) !== `${seconds}Z`
    ? Number.NaN
    : micros;
}

/** An RFC 3339 time without its fraction of a second, for people. */
export function toSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}

const units = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 };

/** A time in milliseconds as `24 hours`, `2 days`, `1 minute` or `90 seconds`: in the largest unit that it has several of. */
export function inWords(time: number): string {
  for (const [unit, length] of Object.entries(units)) {
    if (time >= 2 * length && time % length === 0) return `${time / length} ${unit}s`;
  }
  const seconds = Math.ceil(time / units.second);
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

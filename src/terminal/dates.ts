const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const day = 24 * 60 * 60 * 1000;
// Within half a year, a day and a month belong to one year only.
const farAway = 182 * day;

/**
 * A time for people: `today 14:05`, `yesterday 09:12`, `Mon 16 Nov 14:05`, or with the year if it is more than half a year away.
 * @param time RFC 3339; any other text is returned unchanged
 * @param zone as in `zoneOf`
 */
export function spokenDate(time: string, now: Date, zone?: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const there = inZone(date, zone);
  return `${dayOf(there, inZone(now, zone))} ${clockOf(there)}`;
}

/**
 * A time for people in at most six columns: `14:05` today, `Mon` within a week, `16 Nov` within half a year, `2024`.
 * @param time RFC 3339; any other text gives an empty one
 * @param zone as in `zoneOf`
 */
export function shortDate(time: string, now: Date, zone?: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  const [there, today] = [inZone(date, zone), inZone(now, zone)];
  const ago = calendarDay(today) - calendarDay(there);
  if (ago === 0) return clockOf(there);
  if (ago > 0 && ago < 7) return days[there.getUTCDay()] ?? '';
  return isFar(there, today) ? String(there.getUTCFullYear()) : dayAndMonth(there);
}

/** The time zone that the variable TZ names, such as `Europe/Berlin`. UTC if there is no such zone. */
export function zoneOf(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();
const mostFormats = 100;

/** A date whose fields in UTC are those of `date` in a zone. Without a zone it is that of the process. */
function inZone(date: Date, zone: string | undefined): Date {
  if (zone === undefined) return new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  if (zone === 'UTC') return date;
  let format = formats.get(zone);
  if (!format) {
    if (formats.size >= mostFormats) formats.clear();
    format = new Intl.DateTimeFormat('en-u-ca-iso8601-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 1, dayOfMonth = 1, hour = 0, minute = 0] = (
    ['year', 'month', 'day', 'hour', 'minute'] as const
  ).map((part) => parts.get(part));
  return new Date(Date.UTC(year, month - 1, dayOfMonth, hour, minute));
}

// All dates below have the fields of their zone in UTC.

function dayOf(date: Date, now: Date): string {
  const ago = calendarDay(now) - calendarDay(date);
  if (ago === 0) return 'today';
  if (ago === 1) return 'yesterday';
  if (isFar(date, now)) return `${dayAndMonth(date)} ${date.getUTCFullYear()}`;
  return `${days[date.getUTCDay()]} ${dayAndMonth(date)}`;
}

function isFar(date: Date, now: Date): boolean {
  return Math.abs(now.getTime() - date.getTime()) > farAway;
}

function dayAndMonth(date: Date): string {
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
}

function clockOf(date: Date): string {
  return `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
}

/** The number of a day in the calendar. A change to or from summer time does not matter. */
function calendarDay(date: Date): number {
  return Math.floor(date.getTime() / day);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

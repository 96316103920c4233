const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const day = 24 * 60 * 60 * 1000;
// Within half a year, a day and a month belong to one year only.
const farAway = 182 * day;

/**
 * A time for people, in the time zone of the process: `today 14:05`, `yesterday 09:12`,
 * `Mon 16 Nov 14:05`, or with the year if it is more than half a year away.
 * @param time RFC 3339; any other text is returned unchanged
 */
export function spokenDate(time: string, now: Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const clock = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  return `${dayOf(date, now)} ${clock}`;
}

function dayOf(date: Date, now: Date): string {
  const ago = calendarDay(now) - calendarDay(date);
  if (ago === 0) return 'today';
  if (ago === 1) return 'yesterday';
  const dayAndMonth = `${date.getDate()} ${months[date.getMonth()]}`;
  if (Math.abs(now.getTime() - date.getTime()) > farAway) {
    return `${dayAndMonth} ${date.getFullYear()}`;
  }
  return `${days[date.getDay()]} ${dayAndMonth}`;
}

/** The number of a day in the calendar. A change to or from summer time does not matter. */
function calendarDay(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / day;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

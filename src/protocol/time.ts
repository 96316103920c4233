/** RFC 3339 in UTC with microseconds, from microseconds since the epoch. */
export function formatTime(micros: number): string {
  const milliseconds = Math.floor(micros / 1000);
  const rest = String(micros - milliseconds * 1000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}

/** An RFC 3339 time to the second, as people are shown it. */
export function toSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}

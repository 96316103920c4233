import { formatTime, parseTime } from './time.ts';

/**
 * Where a search goes on, as a text such as `2026-11-22T19:36:12.345678Z/7`: the time of a message and the number of its
 * group. Without a group, all messages before the time are meant.
 */
export function formatPlace({ time, group }: { time: number; group: number }): string {
  return group === 0 ? formatTime(time) : `${formatTime(time)}/${group}`;
}

/** The inverse of `formatPlace`. Undefined for any other text. */
export function parsePlace(text: string): { time: number; group: number } | undefined {
  const [, at = '', group = '0'] = /^([^/]{27})(?:\/([1-9]\d{0,14}))?$/.exec(text) ?? [];
  const time = parseTime(at);
  return Number.isNaN(time) ? undefined : { time, group: Number(group) };
}

import { WriteStream } from 'node:tty';
import type { DisplayOptions } from './display.ts';

/** Variables of the person at the terminal, which may be on another machine. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Colours by TERM, COLORTERM and NO_COLOR (https://no-color.org); UTF-8 unless LC_ALL, LC_CTYPE or LANG, the first that is set,
 * says something else.
 */
export function abilitiesOf(environment: Environment): Pick<DisplayOptions, 'colours' | 'utf8'> {
  const { TERM, COLORTERM, NO_COLOR } = environment;
  const given = Object.entries({ TERM, COLORTERM }).filter(([, value]) => value !== undefined);
  const depth = NO_COLOR
    ? 1
    : // It reads the variables that it is given, and no stream.
      WriteStream.prototype.getColorDepth(Object.fromEntries(given));
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || 'UTF-8';
  return { colours: depth >= 8 ? 8 : depth >= 4 ? 4 : 1, utf8: /utf-?8/i.test(locale) };
}

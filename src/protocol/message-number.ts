import { parseWholeNumber } from './whole-number.ts';

/** The number of a message as people write it: `5`, `#5`, or `last` for the newest. Undefined for other text. */
export function parseMessageNumber(text: string): number | 'last' | undefined {
  return text.toLowerCase() === 'last' ? 'last' : parseWholeNumber(text.replace(/^#/, ''), 1);
}

import { z } from 'zod';

/** What a setting takes. */
export interface Kind<T> {
  /** Its name in the help. */
  readonly placeholder: string;
  /** Takes the text of a flag or a variable, and the value of a configuration file. */
  readonly schema: z.ZodType<T>;
  /** What is allowed, behind "It takes". */
  readonly allowed: string;
  /** All that is allowed, where that is a handful of words. */
  readonly choices?: readonly string[];
  /** What the flag means when it stands alone. */
  readonly bare?: string;
  /** A value as text that `schema` takes; left out where TOML has values like it. */
  write?(value: T): string;
}

export function text(placeholder: string, allowed: string): Kind<string> {
  return { placeholder, allowed, schema: z.string() };
}

export function wholeNumber(
  least: number,
  most: number,
  { placeholder = 'number' } = {},
): Kind<number> {
  const digits = z.string().regex(/^\d+$/).transform(Number);
  const schema = z.union([z.number(), digits]).pipe(z.int().min(least).max(most));
  return { placeholder, allowed: `a whole number from ${least} to ${most}`, schema };
}

export function oneOf<const T extends string>(placeholder: string, choices: readonly T[]): Kind<T> {
  return { placeholder, allowed: `one of ${choices.join(', ')}`, choices, schema: z.enum(choices) };
}

/** On where the flag stands alone. */
export function onOrOff(): Kind<boolean> {
  const words = z.enum(['true', 'false']).transform((word) => word === 'true');
  return {
    placeholder: 'true or false',
    allowed: 'true or false',
    schema: z.union([z.boolean(), words]),
    bare: 'true',
  };
}

import ms from 'ms';
import { z } from 'zod';
import { Network } from '../../board/addresses.ts';
import { parseDuration } from '../../protocol/duration.ts';
import { parseWholeNumber } from '../../protocol/whole-number.ts';

/** The values of a setting. */
export interface Kind<T> {
  /** Its name in the help. */
  readonly placeholder: string;
  /** Parses the text of a flag or a variable, and the value of a configuration file. */
  readonly schema: z.ZodType<T>;
  /** Which values are allowed, as the end of a sentence that begins with "It takes". */
  readonly allowed: string;
  /** All values, if they are a few words. */
  readonly choices?: readonly string[];
  /** Whether the flag may be repeated, each time with one more value. */
  readonly isList?: true;
  /** The value that the flag has if it is given without a value. */
  readonly bare?: string;
  /** Writes a value as text for `schema`. Missing if TOML has such values. */
  write?(value: T): string;
}

/** Text that is not empty and not only blanks. */
export function text(placeholder: string, allowed: string): Kind<string> {
  return { placeholder, allowed, schema: z.string().regex(/\S/) };
}

/** At least one value: a flag that may be repeated, text with commas, or an array in a file. */
export function listOf<T>({ placeholder, allowed, schema, write }: Kind<T>): Kind<readonly T[]> {
  const words = z.string().transform((text) => text.split(',').map((word) => word.trim()));
  return {
    placeholder,
    allowed: `${allowed}, or several with commas`,
    schema: z.union([words, z.array(z.unknown())]).pipe(z.array(schema).min(1)),
    write: (values) => values.map((value) => write?.(value) ?? String(value)).join(', '),
    isList: true,
  };
}

/** Addresses as one network: an address, or a range in CIDR notation. */
export function network(): Kind<Network> {
  return {
    placeholder: 'network',
    allowed: 'an address or a network, as 10.0.0.5, 10.0.0.0/8 or fd00::/8',
    schema: parsed((text) => Network.parse(text)),
    write: ({ text }) => text,
  };
}

export function wholeNumber(
  least: number,
  most: number,
  { placeholder = 'number' } = {},
): Kind<number> {
  const digits = z.string().transform((text) => parseWholeNumber(text));
  const schema = z.union([z.number(), digits]).pipe(z.int().min(least).max(most));
  return { placeholder, allowed: `a whole number from ${least} to ${most}`, schema };
}

export function oneOf<const T extends string>(placeholder: string, choices: readonly T[]): Kind<T> {
  return { placeholder, allowed: `one of ${choices.join(', ')}`, choices, schema: z.enum(choices) };
}

/** A kind of text that `parse` converts. `parse` returns undefined for a text that is not allowed. */
export function parsed<T>(parse: (text: string) => T | undefined): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value === undefined) context.addIssue('It is not allowed');
    return value ?? z.NEVER;
  });
}

/** A flag without a value means true. */
export function onOrOff(): Kind<boolean> {
  const words = z.enum(['true', 'false']).transform((word) => word === 'true');
  return {
    placeholder: 'true or false',
    allowed: 'true or false',
    schema: z.union([z.boolean(), words]),
    bare: 'true',
  };
}

/** In milliseconds, from text with its unit. */
export function duration(least: ms.StringValue, most: ms.StringValue): Kind<number> {
  const schema = z
    .string()
    .transform(parseDuration)
    .pipe(z.int().min(ms(least)).max(ms(most)));
  const allowed = `a time with its unit (500ms, 30s, 10m) from ${least} to ${most}`;
  return { placeholder: 'time', allowed, schema, write: (value) => ms(value) };
}

/** Like `duration`, or `off`, which is 0. */
export function durationOrOff(least: ms.StringValue, most: ms.StringValue): Kind<number> {
  const { schema, allowed } = duration(least, most);
  const off = z.literal('off').transform(() => 0);
  return {
    placeholder: 'time',
    allowed: `${allowed}, or off`,
    schema: z.union([off, schema]),
    write: (value) => (value === 0 ? 'off' : ms(value)),
  };
}

const byteUnits = { KiB: 1024, MiB: 1024 * 1024 };

/** In bytes, from text with its unit. */
export function size(least: number, most: number): Kind<number> {
  const schema = z
    .string()
    .regex(/^\d+(KiB|MiB)$/)
    .transform((text) => Number.parseInt(text, 10) * byteUnits[text.slice(-3) as 'KiB' | 'MiB'])
    .pipe(z.int().min(least).max(most));
  const write = (value: number) => `${value / byteUnits.KiB}KiB`;
  const allowed = `a size with its unit (512KiB, 4MiB) from ${write(least)} to ${write(most)}`;
  return { placeholder: 'size', allowed, schema, write };
}

export interface RateValue {
  /** 0 for no limit. */
  readonly perSecond: number;
  readonly burst: number;
}

export function rate(): Kind<RateValue> {
  const schema = ratio.transform(([perSecond, burst]) => ({ perSecond, burst }));
  const allowed = 'so many a second/at once (50/500), or off';
  const write = ({ perSecond, burst }: RateValue) => writeRatio(perSecond, burst);
  return { placeholder: 'rate', allowed, schema, write };
}

export interface HourlyRate {
  /** 0 for no limit. */
  readonly perHour: number;
  readonly burst: number;
}

export function hourlyRate(): Kind<HourlyRate> {
  const schema = ratio.transform(([perHour, burst]) => ({ perHour, burst }));
  const allowed = 'so many an hour/at once (60/1000), or off';
  const write = ({ perHour, burst }: HourlyRate) => writeRatio(perHour, burst);
  return { placeholder: 'rate', allowed, schema, write };
}

/** `50/500`, or `off`, which is 0 of both. */
const ratio = z
  .string()
  .regex(/^(off|[1-9]\d{0,8}\/[1-9]\d{0,8})$/)
  .transform((text): [inTime: number, burst: number] => {
    const [inTime = 0, burst = 0] = text === 'off' ? [] : text.split('/').map(Number);
    return [inTime, burst];
  });

function writeRatio(inTime: number, burst: number): string {
  return inTime === 0 ? 'off' : `${inTime}/${burst}`;
}

import ms from 'ms';
import { z } from 'zod';
import { Network } from '../../board/addresses.ts';

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
  /** Whether the flag may be repeated, each time with one more value. */
  readonly isList?: true;
  /** What the flag means when it stands alone. */
  readonly bare?: string;
  /** A value as text that `schema` takes; left out where TOML has values like it. */
  write?(value: T): string;
}

/** Text that says something: nothing and blanks alone are refused. */
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
  const schema = z.string().transform((text, context) => {
    const parsed = Network.parse(text);
    if (!parsed) context.addIssue('It is no network');
    return parsed ?? z.NEVER;
  });
  return {
    placeholder: 'network',
    allowed: 'an address or a network, as 10.0.0.5, 10.0.0.0/8 or fd00::/8',
    schema,
    write: ({ text }) => text,
  };
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

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** An address to listen on as `host:port`; an IPv6 address stands in brackets. */
export function endpoint(): Kind<Endpoint> {
  const schema = z
    .string()
    .regex(/^(\[[^\]]+\]|[^:[\]]+):\d{1,5}$/)
    .transform((text) => {
      const colon = text.lastIndexOf(':');
      const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
      return { host, port: Number(text.slice(colon + 1)) };
    })
    .refine(({ port }) => port <= 65_535);
  return {
    placeholder: 'host:port',
    allowed: 'an address and a port, as 127.0.0.1:9100 or [::1]:9100',
    schema,
    write: writeEndpoint,
  };
}

export function writeEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
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

/** In milliseconds, from text with its unit. */
export function duration(least: ms.StringValue, most: ms.StringValue): Kind<number> {
  const schema = z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|m|min|h|d)$/)
    .transform((text) => ms(text as ms.StringValue))
    .pipe(z.int().min(ms(least)).max(ms(most)));
  const allowed = `a time with its unit (500ms, 30s, 10m) from ${least} to ${most}`;
  return { placeholder: 'time', allowed, schema, write: (value) => ms(value) };
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

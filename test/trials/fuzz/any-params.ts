import { type Method, schemas } from '../../../src/protocol/schemas.ts';
import { formatTime } from '../../../src/protocol/time.ts';
import { paramShape, type Shape } from '../../helpers/param-shapes.ts';
import type { Random } from '../random.ts';

/**
 * Methods that end a session, or change what others log in with, and logins: a wrong password would make others wait. The
 * list of requests has logins that are right.
 */
const leftOut = /^(session\.log.*|session\.resume|account\..*|door\..*)$/;

export const methodsToAsk = (Object.keys(schemas) as Method[]).filter(
  (method) => !leftOut.test(method),
);

const shapes = new Map(methodsToAsk.map((method) => [method, paramShape(method)]));

/**
 * Params that fit the schema of a method, some of the optional ones left out.
 * @param values makes values for params, by name
 */
export function anyParams(
  random: Random,
  method: Method,
  values: Readonly<Record<string, () => unknown>>,
): object {
  const { properties = {}, required = [] } = shapes.get(method) ?? {};
  const given = Object.entries(properties).filter(
    ([name]) => required.includes(name) || random.once(2),
  );
  return Object.fromEntries(
    given.map(([name, shape]) => [name, values[name]?.() ?? fitting(random, name, shape)]),
  );
}

function fitting(random: Random, name: string, { type, enum: words, anyOf }: Shape): unknown {
  if (words) return random.pick(words);
  if (anyOf) return fitting(random, name, random.pick(anyOf));
  if (type === 'integer' || type === 'number') return random.whole(0, 5);
  if (type === 'boolean') return random.once(2);
  if (type === 'array') return [];
  if (type === 'object') return {};
  if (name === 'until') return formatTime((Date.now() + random.whole(-1, 9) * 60_000) * 1000);
  return random.pick(['', 'x', 'reason', 'a longer text @u1']);
}

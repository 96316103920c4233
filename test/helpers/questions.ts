import { type Method, schemas } from '../../src/protocol/schemas.ts';
import { paramShape, type Shape } from './param-shapes.ts';

/** The values to ask with, by the name of a param; the first one is used wherever another param is varied. */
export type Values = Readonly<Record<string, readonly unknown[]>>;

/**
 * Params for requests of every method, made from the schemas: each param with each of its values, alone with the required
 * ones, and then also with all others. A method that is added to the schemas needs no entry here.
 * @param values what is not in it gets values that fit its type
 */
export function questionsFrom(values: Values): { method: Method; params: object }[] {
  return (Object.keys(schemas) as Method[]).flatMap((method) => {
    const { properties = {}, required = [] } = paramShape(method);
    const valuesOf = (name: string) => values[name] ?? fitting(properties[name] ?? {});
    const first = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, valuesOf(name)[0]]));
    const names = Object.keys(properties);
    const bases = [first(required), first(names)];
    const without = (other: string) =>
      names.filter((one) => one !== other || required.includes(one));
    const varied = names.flatMap((name) =>
      valuesOf(name).flatMap((value) => [
        ...bases.map((base) => ({ ...base, [name]: value })),
        // With each other param alone and without it: two params may exclude each other.
        ...names.map((other) => ({ ...first([...required, other]), [name]: value })),
        ...names.map((other) => ({ ...first(without(other)), [name]: value })),
      ]),
    );
    const all = [...bases, ...varied].map((params) => JSON.stringify(params));
    return [...new Set(all)].map((params) => ({ method, params: JSON.parse(params) as object }));
  });
}

function fitting({ type, enum: words, anyOf }: Shape): readonly unknown[] {
  if (words) return words;
  if (anyOf) return anyOf.flatMap(fitting);
  switch (type) {
    case 'integer':
    case 'number':
      return [1, 6];
    case 'boolean':
      return [true, false];
    case 'array':
      return [[], [[1, 2]]];
    case 'object':
      return [{}];
    default:
      return ['plans', 'x'];
  }
}

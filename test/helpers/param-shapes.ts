import { z } from 'zod';
import { type Method, schemas } from '../../src/protocol/schemas.ts';

/** A part of a JSON schema. */
export interface Shape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** The JSON schema of the params of a method. */
export function paramShape(method: Method): Shape {
  const { params } = schemas[method];
  return z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Shape;
}

import { z } from 'zod';
import { catalogue } from './errors.ts';
import { methods } from './methods.ts';
import { type Method, type NoticeName, noticeSchemas, schemas } from './schemas.ts';

interface ObjectSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

/**
 * The protocol for programs as an OpenRPC 1.3 document, made from the schemas. OpenRPC has no word
 * for what a server pushes, so notices stand under `x-notices`.
 */
export function openRpcDocument(version: string): Record<string, unknown> {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'corkboard',
      version,
      description: 'A message board over newline-delimited JSON-RPC 2.0 on TCP or TLS.',
      license: { name: 'MIT' },
    },
    methods: (Object.keys(methods) as Method[]).map(describeMethod),
    'x-notices': (Object.keys(noticeSchemas) as NoticeName[]).map((name) => ({
      name,
      params: paramsOf(noticeSchemas[name]),
    })),
    components: { errors: describeErrors() },
  };
}

function describeMethod(name: Method) {
  const { summary, login } = methods[name];
  return {
    name,
    summary,
    paramStructure: 'by-name',
    params: paramsOf(schemas[name].params),
    result: { name: 'result', schema: toJsonSchema(schemas[name].result) },
    'x-needs-login': login,
  };
}

/** OpenRPC lists params one by one; what the schema says of each stays as it is. */
function paramsOf(schema: z.ZodType) {
  const { properties = {}, required = [] } = toJsonSchema(schema) as ObjectSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: property,
  }));
}

function toJsonSchema(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function describeErrors() {
  const entries = Object.entries(catalogue).map(([code, { rpc }]) => [
    code,
    { code: rpc, message: code, data: { code } },
  ]);
  return Object.fromEntries(entries);
}

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { programVersion } from '../../src/cli/version.ts';
import { rpcCodes } from '../../src/protocol/jsonrpc/codes.ts';
import { openRpcDocument } from '../../src/protocol/jsonrpc/openrpc.ts';
import { isOffered, methods } from '../../src/protocol/methods.ts';
import type { Method } from '../../src/protocol/schemas.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer, Received } from '../helpers/json-peer.ts';

const written: unknown = JSON.parse(
  readFileSync(new URL('../../docs/openrpc.json', import.meta.url), 'utf8'),
);

// What the specification of OpenRPC 1.3 asks of what stands in the document, and nothing else.
const jsonSchema = z.record(z.string(), z.unknown());
const descriptor = z.strictObject({
  name: z.string(),
  required: z.boolean().optional(),
  schema: jsonSchema,
});
const notice = z.strictObject({ name: z.string(), params: z.array(descriptor) });
const openRpc = z.strictObject({
  openrpc: z.string().regex(/^1\.3\.\d+$/),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string() }),
  }),
  methods: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      paramStructure: z.literal('by-name'),
      params: z.array(descriptor),
      result: descriptor,
      errors: z.array(z.strictObject({ $ref: z.string().startsWith('#/components/errors/') })),
      'x-needs-login': z.boolean(),
    }),
  ),
  'x-notices': z.array(notice),
  components: z.strictObject({
    errors: z.record(
      z.string().regex(/^[a-zA-Z0-9._-]+$/),
      z.strictObject({
        code: z.int(),
        message: z.string(),
        data: z.strictObject({ code: z.string() }),
      }),
    ),
  }),
});

const document = openRpc.parse(written);

/** Whether a JSON document is what a schema of the description says. */
function conforms(schema: Record<string, unknown>, value: unknown): boolean {
  return z.fromJSONSchema(schema).safeParse(value).success;
}

test('docs/openrpc.json is the output of `npm run openrpc`', () => {
  expect(written).toEqual(openRpcDocument(programVersion()));
});

test('docs/openrpc.json has every method, and every error with its number', () => {
  const offered = Object.keys(methods).filter((name) => isOffered(name, false));
  expect(document.methods.map(({ name }) => name).sort()).toEqual(offered.sort());
  const errors = Object.entries(document.components.errors);
  expect(Object.fromEntries(errors.map(([word, { code }]) => [word, code]))).toEqual(rpcCodes);
  expect(errors.filter(([word, { data }]) => data.code !== word)).toEqual([]);
});

test('every error belongs to a method or is known to belong to no method', () => {
  const ofMethods = document.methods.flatMap(({ errors }) =>
    errors.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1)),
  );
  const ofNone = Object.keys(rpcCodes).filter((word) => !ofMethods.includes(word));
  expect(ofNone).toEqual([
    // A line that is not a request of a known method.
    ...['PARSE_ERROR', 'NOT_UTF8', 'LINE_TOO_LONG', 'INVALID_REQUEST', 'METHOD_NOT_FOUND'],
    // The end of a connection.
    ...['CONNECTION_ENDED', 'TOO_SLOW', 'LOGIN_TIMEOUT', 'TOO_MANY_CONNECTIONS', 'TLS_REQUIRED'],
    ...['PROXY_REFUSED', 'NOT_A_WEB_SERVER', 'NOT_AN_SSH_SERVER'],
  ]);
});

test('rpc.discover returns the OpenRPC document before the login', async () => {
  const board = await TestBoard.start({ version: programVersion() });
  const program = await board.connectProgram();
  expect(await program.call('rpc.discover', {})).toEqual(written);
});

/** Asks, and holds the answer to what the description says of the method. */
async function ask(peer: JsonPeer, method: Method, params: Record<string, unknown> = {}) {
  const described = document.methods.find(({ name }) => name === method);
  if (!described) throw new Error(`${method} is not described`);
  const taken = described.params.filter(({ name }) => name in params);
  expect(taken.map(({ name }) => name).sort(), method).toEqual(Object.keys(params).sort());
  const reply = await peer.request(method, params);
  if (reply.error) {
    const { code } = reply.error.data;
    expect(described.errors, method).toContainEqual({ $ref: `#/components/errors/${code}` });
    return code;
  }
  for (const { name, schema } of taken) {
    expect(conforms(schema, params[name]), `${method} ${name}`).toBe(true);
  }
  for (const { name, required } of described.params) {
    expect(!required || name in params, `${method} ${name}`).toBe(true);
  }
  expect(conforms(described.result.schema, reply.result), method).toBe(true);
  return reply.result;
}

/** Whether a notice has the params that the description gives it, and no others. */
function isDescribed({ method, params = {} }: Received): boolean {
  const described = document['x-notices'].find(({ name }) => name === method);
  return (
    described !== undefined &&
    Object.keys(params).length === described.params.length &&
    described.params.every(({ name, schema }) => conforms(schema, params[name]))
  );
}

test('the params, results, errors and notices of a real board match the OpenRPC document', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  const bob = await board.connectProgram();
  const post = { group: 'main', subject: 's', content: 'c' };

  expect(await ask(alice, 'message.post', post)).toBe('NOT_LOGGED_IN');
  expect(await ask(alice, 'session.resume', { token: 'x' })).toBe('TOKEN_INVALID');
  expect(await ask(alice, 'session.login', { user: 'a b' })).toBe('NAME_INVALID');
  await ask(alice, 'session.login', { user: 'alice' });
  expect(await ask(bob, 'session.login', { user: 'alice' })).toBe('NAME_IN_USE');
  await ask(bob, 'session.login', { user: 'bob', password: 'correct horse', create: true });
  expect(await ask(bob, 'account.setPassword', { password: 'x' })).toBe('PASSWORD_INVALID');
  await ask(bob, 'account.setPassword', { password: 'battery staple', current: 'correct horse' });
  for (const method of ['server.info', 'rpc.discover', 'ping', 'group.list'] as const) {
    await ask(alice, method);
  }
  expect(await ask(alice, 'group.join', { group: 'nowhere' })).toBe('GROUP_NOT_FOUND');
  for (const peer of [alice, bob]) await ask(peer, 'group.join', { group: 1 });
  expect(await ask(alice, 'group.join', { group: 'main' })).toBe('ALREADY_MEMBER');
  expect(await ask(alice, 'message.post', { ...post, subject: '' })).toBe('SUBJECT_INVALID');
  await ask(bob, 'message.post', { ...post, key: 'k' });
  await ask(bob, 'message.list', { group: 'main', before: 2, after: 0, limit: 1 });
  await ask(bob, 'message.get', { group: 'main', number: 1 });
  expect(await ask(bob, 'message.get', { group: 'main', number: 2 })).toBe('MESSAGE_NOT_FOUND');
  await ask(bob, 'message.markRead', { group: 'main', number: 1 });
  await ask(bob, 'group.members', { group: 'main' });
  await ask(bob, 'group.leave', { group: 'main' });
  expect(await ask(bob, 'message.list', { group: 'main' })).toBe('NOT_MEMBER');
  await ask(bob, 'session.logout');

  await board.restart();
  await alice.closed();
  const notices = alice.received.filter(({ method }) => method !== undefined);
  expect(notices.map(({ method }) => method)).toEqual(
    expect.arrayContaining(['member.joined', 'message.posted', 'member.left', 'session.closing']),
  );
  expect(notices.filter((notice) => !isDescribed(notice))).toEqual([]);
});

import { expect, test } from 'vitest';
import { catalogue, type ErrorCode } from '../../src/protocol/errors.ts';
import { methods } from '../../src/protocol/methods.ts';
import { type Access, accesses } from '../../src/protocol/rights.ts';
import { type Method, schemas } from '../../src/protocol/schemas.ts';
import { type Act, acts, type Column, columns, harmless, withoutGroup } from './rights-table.ts';
import { Cast, paramsOf, userIn, type World } from './rights-world.ts';

/** The answer that a cell of the table stands for. */
function expected(cell: string, access: Access, column: Column): 'ok' | ErrorCode {
  const isSecret = access === 'secret';
  switch (cell) {
    case 'ok':
    case 'same':
      return 'ok';
    case 'F':
      return 'FORBIDDEN';
    case 'out':
      return isSecret && column !== 'invited' ? 'GROUP_NOT_FOUND' : 'NOT_MEMBER';
    case 'see':
      return isSecret ? 'GROUP_NOT_FOUND' : 'ok';
    case 'join':
      if (access === 'open') return 'ok';
      return isSecret ? 'GROUP_NOT_FOUND' : 'INVITATION_NEEDED';
    case 'code':
      if (access === 'open') return 'ok';
      return isSecret ? 'GROUP_NOT_FOUND' : 'INVITATION_INVALID';
    case 'bar':
      return isSecret ? 'GROUP_NOT_FOUND' : 'BARRED';
    case 'name':
      return isSecret ? 'ok' : 'GROUP_EXISTS';
    default:
      return errors[cell] as ErrorCode;
  }
}

const errors: Readonly<Record<string, ErrorCode>> = {
  ALRE: 'ALREADY_MEMBER',
  AUTH: 'NOT_AUTHOR',
  BARR: 'BARRED',
  CLOS: 'THREAD_CLOSED',
  EXIS: 'GROUP_EXISTS',
  GROU: 'GROUP_NOT_FOUND',
  MESS: 'MESSAGE_NOT_FOUND',
  NOT_: 'NOT_MEMBER',
  PARA: 'INVALID_PARAMS',
  SILE: 'SILENCED',
  UNPR: 'NAME_UNPROTECTED',
  USER: 'USER_NOT_FOUND',
};

const policies = ['by-moderators', 'replies-by-moderators'];

/** Asks what a cell asks, and what is stored before and after. */
async function answer(cast: Cast, world: World, act: Act, column: Column, fresh: string) {
  const peer = cast.peer(userIn[column]);
  const before = cast.stored(world);
  const reply = await peer.request(act.method, paramsOf(act, column, world, fresh));
  return { reply, isSame: cast.stored(world) === before };
}

test.each(accesses)(
  'the table of rights: who can do what in a group with the access %s',
  async (access) => {
    const cast = await Cast.assemble();
    let world: World | undefined;
    let asked = 0;
    const wrong: string[] = [];
    const renew = async () => {
      if (world) await cast.end(world);
      world = undefined;
    };
    for (const act of acts) {
      const restricted = policies.filter((policy) => act.options.includes(policy));
      if (restricted.length > 0) await renew();
      for (const column of columns) {
        if (!world) {
          world = await cast.world(access);
          const olive = cast.peer('olive');
          for (const policy of restricted) {
            const field = policy === 'by-moderators' ? 'posting' : 'replying';
            await olive.call('group.edit', { group: world.id, [field]: 'moderators' });
          }
        }
        const cell = act.cells[column];
        const fresh = `x${++asked}`;
        const { reply, isSame } = await answer(cast, world, act, column, fresh);
        const got = reply.error?.data.code ?? 'ok';
        const want = expected(cell, access, column);
        const changes = want === 'ok' && cell !== 'same' && methods[act.method].effect === 'write';
        if (got !== want) wrong.push(`${act.name}, ${column}: ${got}, not ${want}`);
        else if (isSame === changes) {
          wrong.push(`${act.name}, ${column}: ${isSame ? 'changed nothing' : 'changed something'}`);
        }
        if (!isSame) {
          if (act.method === 'group.create' && !reply.error) {
            await cast
              .peer(userIn[column])
              .call('group.delete', { group: (reply.result as { groupId: number }).groupId });
          }
          if (!harmless.has(act.name)) await renew();
        }
      }
      if (restricted.length > 0) await renew();
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);

test('every method is in the table of rights, or concerns no group', () => {
  const listed = new Set(acts.map(({ method }) => method));
  const missing = (Object.keys(schemas) as Method[]).filter(
    (method) => !listed.has(method) && !withoutGroup.has(method),
  );
  expect(missing).toEqual([]);
  const both = [...withoutGroup].filter((method) => {
    const { params } = schemas[method];
    return listed.has(method) || 'group' in params.shape;
  });
  expect(both).toEqual([]);
  const cells = acts.flatMap((act) => Object.values(act.cells));
  const known = [
    'ok',
    'same',
    'F',
    'out',
    'see',
    'join',
    'code',
    'bar',
    'name',
    ...Object.keys(errors),
  ];
  expect(cells.filter((cell) => !known.includes(cell))).toEqual([]);
  expect(Object.values(errors).filter((code) => !(code in catalogue))).toEqual([]);
});

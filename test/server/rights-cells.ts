import type { ErrorCode } from '../../src/protocol/errors.ts';
import type { Access } from '../../src/protocol/rights.ts';
import type { Column } from './rights-table.ts';

/** The answer that a cell of the table stands for. */
export function expected(cell: string, access: Access, column: Column): 'ok' | ErrorCode {
  const isSecret = access === 'secret';
  switch (cell) {
    case 'ok':
    case 'all':
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

/** The errors of the table, by the beginnings of their names. */
export const errors: Readonly<Record<string, ErrorCode>> = {
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

/** What else can be in a cell. */
export const words = 'ok all same F out see join code bar name -'.split(' ');

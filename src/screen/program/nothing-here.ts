import { Expected } from '../../protocol/expected.ts';

/** A key was pressed where there is nothing that it could be about. */
export class NothingHere extends Expected {
  override readonly name = 'NothingHere';
}

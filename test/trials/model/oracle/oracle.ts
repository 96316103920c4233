import { Access } from './access.ts';
import { Direct } from './direct.ts';
import { Groups } from './groups.ts';
import { Messages } from './messages.ts';
import { Mutes } from './mutes.ts';
import { Reading } from './reading.ts';

/** What the board has to answer, by the model alone. */
export class Oracle {
  readonly access = new Access();
  readonly direct = new Direct(this.access);
  readonly messages = new Messages(this.access, this.direct);
  readonly reading = new Reading(this.access);
  readonly mutes = new Mutes(this.access);
  readonly groups = new Groups(this.access, this.messages, this.reading);
}

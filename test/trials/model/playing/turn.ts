import type { Act, SeatAct, UserName } from '../acts.ts';
import { userNames } from '../acts.ts';
import type { Answer } from '../oracle/answer.ts';
import { conversationOf } from '../oracle/names.ts';
import type { Oracle } from '../oracle/oracle.ts';
import type { Seat } from '../people/seat.ts';
import type { Stage } from './stage.ts';

/** Functions that play acts: at the board and on the model, comparing the two. */
export type Playing<Do extends Act['do']> = {
  [D in Do]: (turn: Turn, act: ActNamed<D>) => Promise<void>;
};

type ActNamed<D extends Act['do'], A = SeatAct> = A extends { do: infer Names }
  ? D extends Names
    ? A
    : never
  : never;

/** Whose turn it is, and what the act is about. */
export class Turn {
  readonly oracle: Oracle;
  readonly user: UserName;
  /** The other user that the act is about. */
  readonly other: UserName;
  /** The group that the act is about, as the model calls it, and the word by which the user refers to it. */
  readonly key: string;
  readonly group: string;

  constructor(
    readonly stage: Stage,
    readonly seat: Seat,
    act: SeatAct,
  ) {
    this.oracle = stage.oracle;
    this.user = seat.user;
    const others = userNames.filter((each) => each !== seat.user);
    this.other = 'other' in act ? (others[act.other] as UserName) : seat.user;
    const place = 'place' in act ? act.place : 'group' in act ? act.group : 'main';
    if (typeof place === 'object' && 'other' in place) {
      this.key = conversationOf(seat.user, others[place.other] as string);
      this.group = this.oracle.access.names.ofGroup(seat.user, this.key);
    } else {
      this.group = stage.wordFor(place);
      this.key = this.oracle.access.resolve(seat.user, this.group);
    }
  }

  /** Whether the user is in the place that the act is about. */
  get isHere(): boolean {
    return this.seat.place?.key === this.key;
  }

  /** The act, with the number of a message that there is: see `Act`. */
  aim<A extends SeatAct>(act: A): A {
    const { user, key } = this;
    if (!('number' in act) || act.number === undefined || act.number % 2 === 1) return act;
    const visible = this.oracle.access.visible(user, key);
    const isStaff =
      this.oracle.access.isIn(user, key) && this.oracle.access.role(user, key) !== 'member';
    const isChange = act.do === 'edit' || (act.do === 'deleteOwn' && !isStaff);
    const aims = isChange ? visible.filter(({ sender }) => sender === user) : visible;
    return { ...act, number: aims[(act.number / 2) % aims.length]?.number ?? act.number };
  }

  /** Asks about the group, and compares the answer. */
  ask(method: string, params: object, answer: Answer): Promise<void> {
    return this.seat.ask(method, { group: this.group, ...params }, answer, this.key);
  }

  /** The first number that the user sees of the group: a reply to an earlier message is marked. */
  first(): number {
    return this.oracle.access.firstVisible(this.user, this.key);
  }
}

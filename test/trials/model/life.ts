import { vi } from 'vitest';
import { ServerStore } from '../../../src/storage/sqlite/serving/server-store.ts';
import { TestBoard } from '../../helpers/board.ts';
import {
  type Act,
  type GroupPlace,
  groupNames,
  madeNames,
  type OperatorAct,
  type Place,
  type SeatAct,
  userNames,
} from './acts.ts';
import type { Seat } from './people/seat.ts';
import { directActs } from './playing/direct.ts';
import { groupActs } from './playing/groups.ts';
import { messageActs } from './playing/messages.ts';
import { moderationActs } from './playing/moderation.ts';
import { muteActs } from './playing/mutes.ts';
import { operatorActs } from './playing/operator.ts';
import { compareOperatorsView } from './playing/operator-view.ts';
import { placeActs } from './playing/places.ts';
import { readingActs } from './playing/reading.ts';
import { Stage } from './playing/stage.ts';
import { type Playing, Turn } from './playing/turn.ts';

const seatActs: Playing<Exclude<SeatAct['do'], 'vanish' | 'exit'>> = {
  ...groupActs,
  ...moderationActs,
  ...directActs,
  ...messageActs,
  ...readingActs,
  ...muteActs,
  ...placeActs,
};

/** The names of all acts. */
export const everyAct: readonly string[] = [
  ...Object.keys(seatActs),
  ...Object.keys(operatorActs),
  ...['deleteAndJoin', 'vanish', 'exit'],
];

/** Plays a history at a new board and on the model, and holds every answer and every notice to it. */
export async function play(history: readonly Act[]): Promise<void> {
  const watching = vi.spyOn(ServerStore.prototype, 'watch');
  const board = await TestBoard.start({ durability: 'relaxed' });
  try {
    const stage = new Stage(board, watching);
    for (const user of userNames) await stage.register(user);
    for (const act of history) await playOne(stage, act);
    for (const act of everything(stage)) await playOne(stage, act);
    await compareOperatorsView(stage);
  } finally {
    await board.stop();
    watching.mockRestore();
  }
}

async function playOne(stage: Stage, act: Act): Promise<void> {
  if (act.do === 'deleteAndJoin') {
    for (const each of parts(stage, act)) await playOne(stage, each);
    return;
  }
  if (isOperators(act)) await operate(stage, act);
  else if (act.do === 'vanish' || act.do === 'exit') await stage.seat(act.seat).leave(act.do);
  else {
    const seat = stage.seat(act.seat);
    if (isLeftOut(stage, seat, act)) return;
    await stage.arrive(seat);
    const run = seatActs[act.do] as (turn: Turn, act: SeatAct) => Promise<void>;
    await run(new Turn(stage, seat, act), act);
  }
  await stage.compareNotices();
}

/** The model does not know what becomes of conversations whose user loses the password, as Dave does. */
function isLeftOut(stage: Stage, { user }: Seat, act: SeatAct): boolean {
  const place = 'place' in act ? act.place : undefined;
  const isDirect = typeof place === 'object' && 'other' in place;
  const isProtected = stage.oracle.access.protectedUsers.has(user);
  return user === 'dave' && isProtected && (isDirect || act.do === 'open');
}

function isOperators(act: Act): act is Exclude<OperatorAct, { do: 'deleteAndJoin' }> {
  return act.do in operatorActs;
}

function operate(stage: Stage, act: Exclude<OperatorAct, { do: 'deleteAndJoin' }>): Promise<void> {
  const run = operatorActs[act.do] as (stage: Stage, act: OperatorAct) => Promise<void>;
  return run(stage, act);
}

function parts(stage: Stage, { group, seat, after }: Extract<Act, { do: 'deleteAndJoin' }>): Act[] {
  const isIn = stage.oracle.access.isIn(stage.seat(seat).user, group);
  const removal: Act = { do: 'delete', group, newest: [1, 2] };
  const rejoining: Act[] = [
    ...(isIn ? [{ do: 'leave', seat, group } as const] : []),
    { do: 'join', seat, group },
  ];
  return after ? [...rejoining, removal] : [removal, ...rejoining];
}

/** At the end, each user looks at all that there is to see. */
function everything(stage: Stage): Act[] {
  const made = stage.made.map((_, nth): GroupPlace => ({ made: nth, by: 'number' }));
  const places: Place[] = [...groupNames, ...made, { other: 0 }, { other: 1 }];
  return stage.seats.flatMap(({ at: seat }): Act[] => [
    ...madeNames.map((group): Act => ({ do: 'about', seat, group })),
    ...[...groupNames, ...made].flatMap((group): Act[] => [
      { do: 'about', seat, group },
      { do: 'log', seat, group },
      { do: 'reports', seat, group },
      { do: 'invitations', seat, group },
      { do: 'users', seat, group },
    ]),
    ...places.flatMap((place): Act[] => [
      { do: 'list', seat, place, before: undefined, limit: 100 },
      { do: 'threads', seat, place },
      { do: 'changes', seat, place },
    ]),
    { do: 'groups', seat },
    { do: 'invited', seat },
    { do: 'directs', seat },
    { do: 'mutes', seat },
    { do: 'unread', seat },
  ]);
}

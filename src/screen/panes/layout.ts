import type { Size } from '../terminal/display.ts';

/** A part of the screen, in cells. */
export interface Area {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

export type Pane = 'groups' | 'index' | 'message';

/** Where the panes are. A pane that is not shown is undefined. */
export interface Layout {
  readonly groups: Area | undefined;
  readonly index: Area | undefined;
  readonly message: Area | undefined;
  /** The row between the index and the message. */
  readonly rule: number | undefined;
  /** The row with the position in the thread and what is new. */
  readonly position: number;
  /** The last row: keys, messages of the board, and lines that are typed. */
  readonly last: number;
}

/** From this width on, the groups are always at the left. */
const wide = 100;
/** With fewer rows, index and message are shown by turns. */
const tall = 20;

/** @param focus the pane that the keys are for, which is always shown */
export function layoutOf({ columns, rows }: Size, focus: Pane): Layout {
  const last = Math.max(0, rows - 1);
  const position = Math.max(0, rows - 2);
  const height = Math.max(1, position - 1);
  const left = columns >= wide ? Math.min(30, 8 + Math.floor(columns / 10)) : 0;
  const whole = { row: 1, column: 0, rows: height, columns };
  if (left === 0 && focus === 'groups') {
    return { groups: whole, index: undefined, message: undefined, rule: undefined, position, last };
  }
  const groups = left > 0 ? { ...whole, columns: left } : undefined;
  const rest = {
    ...whole,
    column: left > 0 ? left + 1 : 0,
    columns: columns - (left > 0 ? left + 1 : 0),
  };
  if (rows < tall) {
    const isMessage = focus === 'message';
    return {
      groups,
      index: isMessage ? undefined : rest,
      message: isMessage ? rest : undefined,
      rule: undefined,
      position,
      last,
    };
  }
  const above = Math.floor((height - 1) * 0.4);
  const rule = 1 + above;
  return {
    groups,
    index: { ...rest, rows: above },
    message: { ...rest, row: rule + 1, rows: height - above - 1 },
    rule,
    position,
    last,
  };
}

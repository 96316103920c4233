/**
 * Whether to print colours on a stream: not if NO_COLOR is set (no-color.org), even beside FORCE_COLOR;
 * otherwise if FORCE_COLOR asks for it or the stream is a terminal.
 */
export function hasColours({ isTTY = false }: { isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR) return false;
  return FORCE_COLOR === undefined ? isTTY : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
}

/** Makes NO_COLOR win over FORCE_COLOR where Node and libraries look at both. */
export function settleColours(withColours: boolean): void {
  if (!withColours) process.env.NO_COLOR = '1';
  if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
}

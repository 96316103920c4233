import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { toJson } from '../protocol/printable-json.ts';
import { renderHeaders, renderMessage } from '../protocol/text/render-messages.ts';
import { plainStyle, type Style } from '../protocol/text/style.ts';
import type { TailChange } from './tail/changes.ts';
import type { TailMessage } from './tail/cursor.ts';

/**
 * A message as text: like `%message`, as one line for a header, or as one line of JSON.
 * @param first as in `renderHeaders`
 */
export function formatMessage(
  message: TailMessage | TailChange,
  {
    json,
    first = 0,
    style = plainStyle,
  }: { json?: true | undefined; first?: number; style?: Style },
): string {
  if (json || 'event' in message) return `${toJson(message, 0)}\n`;
  const { content, ...header } = message;
  if (content !== undefined) return renderMessage({ ...header, content }, style, first);
  return `[GROUP:${style.group(header.group)}] ${renderHeaders([header], style, first)}`;
}

/** Writes a text. If the reader is slow, waits until there is room or `signal` is aborted. */
export async function writeSlowly(
  output: Writable,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (output.write(text) || signal.aborted) return;
  await once(output, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

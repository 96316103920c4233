import { once } from 'node:events';
import { cleanText } from '../../protocol/clean.ts';
import { renderHeaders, renderMessage } from '../../protocol/text/render.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { toJson } from '../printing/output.ts';
import type { TailChange } from './changes.ts';
import type { TailMessage } from './cursor.ts';

/**
 * A message as text: like `%message`, as one line for a header, or as one line of JSON.
 * @param first as in `renderHeaders`
 */
export function formatMessage(
  message: TailMessage | TailChange,
  { json, first = 0 }: { json?: true | undefined; first?: number },
): string {
  if (json || 'event' in message) return `${toJson(message, 0)}\n`;
  const { content, ...header } = message;
  if (content !== undefined)
    return cleanText(renderMessage({ ...header, content }, plainStyle, first));
  return cleanText(`[GROUP:${header.group}] ${renderHeaders([header], plainStyle, first)}`);
}

/** Writes a text. If the reader is slow, waits until there is room or `signal` is aborted. */
export async function writeSlowly(
  output: NodeJS.WriteStream,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (output.write(text) || signal.aborted) return;
  await once(output, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

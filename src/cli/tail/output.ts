import { once } from 'node:events';
import { cleanText } from '../../protocol/clean.ts';
import { renderHeaders, renderMessage } from '../../protocol/text/render.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { toJson } from '../printing/output.ts';
import type { TailMessage } from './cursor.ts';

/** A message as it is printed: as `%message` shows it, a line for a header, or a line of JSON. */
export function formatMessage(message: TailMessage, { json }: { json?: true | undefined }): string {
  if (json) return `${toJson(message, 0)}\n`;
  const { content, ...header } = message;
  if (content !== undefined) return cleanText(renderMessage({ ...header, content }, plainStyle));
  return cleanText(`[GROUP:${header.group}] ${renderHeaders([header], plainStyle)}`);
}

/** Writes, and waits where the reader is behind, until `signal` is aborted. */
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

import { once } from 'node:events';
import { cleanText } from '../../protocol/clean.ts';
import { renderHeaders, renderMessage } from '../../protocol/text/render.ts';
import { plainStyle } from '../../protocol/text/style.ts';
import { toJson } from '../output.ts';
import type { TailMessage } from './cursor.ts';

/** A message as it is printed: as `%message` shows it, a line for a header, or a line of JSON. */
export function formatMessage(message: TailMessage, { json }: { json?: true | undefined }): string {
  if (json) return `${toJson(message, 0)}\n`;
  const { content, ...header } = message;
  if (content !== undefined) return cleanText(renderMessage({ ...header, content }, plainStyle));
  return cleanText(`[GROUP:${header.group}] ${renderHeaders([header], plainStyle)}`);
}

/** Standard output that somebody reads at their own pace, and may close. */
export class Pipe {
  private readonly closing = new AbortController();
  /** Aborted when the reader has closed it. */
  readonly closed: AbortSignal = this.closing.signal;

  constructor(private readonly output: NodeJS.WriteStream) {
    output.on('error', () => this.closing.abort());
    output.on('close', () => this.closing.abort());
  }

  /** Writes, and waits where the reader is behind, until `signal` is aborted. */
  async write(text: string, signal: AbortSignal): Promise<void> {
    if (this.output.write(text)) return;
    await once(this.output, 'drain', { signal }).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }
}

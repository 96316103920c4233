import ms from 'ms';

/** A span of time with its unit, such as 500ms, 30s, 10m or 3d, in milliseconds. Undefined for other text. */
export function parseDuration(text: string): number | undefined {
  return /^\d+(\.\d+)?(ms|s|m|min|h|d)$/.test(text) ? ms(text as ms.StringValue) : undefined;
}

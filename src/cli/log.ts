import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const logFormats = ['json', 'pretty'] as const;

export interface LogOptions {
  readonly logLevel: (typeof logLevels)[number];
  /** Left out, it is `pretty` where standard error is a terminal, and `json` elsewhere. */
  readonly logFormat?: (typeof logFormats)[number] | undefined;
}

/** The log on standard error. */
export function createLog({ logLevel: level, logFormat }: LogOptions): Logger {
  const { isTTY = false } = process.stderr;
  const isPretty = logFormat === undefined ? isTTY : logFormat === 'pretty';
  const stream = isPretty
    ? pretty({ destination: 2, sync: true, colorize: isTTY && !process.env.NO_COLOR })
    : pino.destination({ dest: 2, sync: true });
  // A log that cannot be written is no reason to end: the line is lost, the board goes on.
  stream.on('error', () => {});
  return pino({ level, base: null }, stream);
}

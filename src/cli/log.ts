import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The log on standard error: for reading where that is a terminal, JSON lines elsewhere. */
export function createLog(level: string): Logger {
  const { isTTY } = process.stderr;
  const stream = isTTY
    ? pretty({ destination: 2, sync: true, colorize: !process.env.NO_COLOR })
    : pino.destination({ dest: 2, sync: true });
  // A log that cannot be written is no reason to end: the line is lost, the board goes on.
  stream.on('error', () => {});
  return pino({ level, base: null }, stream);
}

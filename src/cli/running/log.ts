import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { hasColours } from '../printing/colour.ts';
import { LogStream } from './log-stream.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const logFormats = ['json', 'pretty'] as const;

export interface LogOptions {
  readonly logLevel: (typeof logLevels)[number];
  /** By default `pretty` if standard error is a terminal, and `json` otherwise. */
  readonly logFormat?: (typeof logFormats)[number] | undefined;
}

export interface ServerLog {
  readonly log: Logger;
  /** How many lines its reader has missed so far. */
  linesDropped(): number;
}

/** The log on standard error. It never waits for its reader: see `LogStream`. */
export function createLog({ logLevel: level, logFormat }: LogOptions): ServerLog {
  const { isTTY = false } = process.stderr;
  const isPretty = logFormat === undefined ? isTTY : logFormat === 'pretty';
  const readable = isPretty ? prettyFactory({ colorize: hasColours(process.stderr) }) : String;
  const stream = new LogStream(2, (dropped) => {
    log.warn({ dropped }, 'the log could not be written for a while: lines are missing here');
  });
  const log = pino({ level, base: null }, { write: (line) => stream.write(readable(line)) });
  process.on('exit', () => stream.end());
  return { log, linesDropped: () => stream.droppedInAll };
}

import { type Logger as PinoLogger, pino } from 'pino';

/** A structured logger: one JSON object per line, to standard error. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export function createLogger(level: LogLevel): PinoLogger {
  const redact = ['*.authorization', '*.token', '*.customerAuthToken'];
  return pino(
    { level, base: null, redact, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
}

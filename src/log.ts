import { fstatSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { type LoggerOptions, type Logger as PinoLogger, pino } from 'pino';
import { REMOVED, withoutSecrets } from './domain/sensitive-text.ts';
import { logLinesDropped } from './domain/telemetry.ts';
import { activeSpan } from './domain/tracing.ts';

/** A structured logger: one JSON object per line, to standard error. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const STANDARD_ERROR = 2;
const FLUSH_TIMEOUT_MS = 500;

/** Opened once: two writers of one descriptor would mix their lines. */
let destination: LogDestination | undefined;

/** @param secrets values of settings that must not appear in any line */
export function createLogger(level: LogLevel, secrets: readonly string[] = []): PinoLogger {
  destination ??= new LogDestination(STANDARD_ERROR);
  return pino(loggerOptions(level, secrets), destination);
}

/** Removes credentials and personal data from whole lines, whatever field they are in. */
export function loggerOptions(level: LogLevel, secrets: readonly string[] = []): LoggerOptions {
  const redact = ['*.authorization', '*.token', '*.customerAuthToken'];
  const withoutValues = removing(secrets);
  return {
    ...{ level, base: null, redact, timestamp: pino.stdTimeFunctions.isoTime },
    mixin: traceOfRequest,
    hooks: { streamWrite: (line) => withoutSecrets(withoutValues(line)) },
  };
}

/** Lines about a request name its trace. Other work may only have been started by one. */
function traceOfRequest(fields: object): object {
  const span = 'requestId' in fields ? activeSpan() : null;
  return span === null ? {} : { traceId: span.traceId };
}

/** Shorter values would also remove parts of other words. */
const MIN_SECRET_LENGTH = 6;

function removing(secrets: readonly string[]): (line: string) => string {
  const values = secrets
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    // As they are in a string of JSON.
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => values.reduce((text, value) => text.replaceAll(value, REMOVED), line);
}

/** Resolves when all lines are written, after 500 ms at the latest. */
export async function flushLog(): Promise<void> {
  await destination?.flush(FLUSH_TIMEOUT_MS);
}

/** Bytes that wait for a slow reader; further lines are dropped. */
const MAX_WAITING_BYTES = 4_000_000;

/** Writes text, and calls back when it is written or has failed. Never blocks. */
type Sink = (text: string, done: (error?: Error | null) => void) => void;

/**
 * Writes log lines to a file descriptor without ever blocking the event loop. While the volume is full
 * or the reader of the pipe is stalled, lines are dropped and counted; the count is logged when lines
 * can be written again.
 */
export class LogDestination {
  readonly #fd: number;
  #sink: Sink | undefined;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #isWriting = false;
  #drained: (() => void) | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    if (this.#waitingBytes + line.length > MAX_WAITING_BYTES) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    if (!this.#isWriting) this.#writeAll();
  }

  /** Resolves when all lines are written, at the latest after the timeout. */
  async flush(timeoutMs: number): Promise<void> {
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#drained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #writeAll(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#isWriting = true;
    this.#sink ??= openSink(this.#fd);
    this.#sink(lines.join(''), (error) => {
      this.#waitingBytes -= lines.reduce((sum, line) => sum + line.length, 0);
      this.#isWriting = false;
      if (error) this.#drop(lines.length);
      else this.#reportDropped();
      if (this.#waiting.length > 0) this.#writeAll();
      else this.#drained?.();
    });
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    logLinesDropped.publish(lines);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const report = {
      ...{ level: 40, time: new Date().toISOString(), dropped: this.#dropped },
      msg: 'log lines were dropped because they could not be written',
    };
    this.#dropped = 0;
    this.write(`${JSON.stringify(report)}\n`);
  }
}

/** A write to a full pipe would block, also in a thread pool, where it would keep the process alive. */
function openSink(fd: number): Sink {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? socketSink(fd) : fileSink(fd);
}

function socketSink(fd: number): Sink {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The error also reaches the callback of the write.
  socket.on('error', () => {});
  // A stalled reader must not keep the process alive.
  socket.unref();
  return (text, done) => void socket.write(text, done);
}

function fileSink(fd: number): Sink {
  return (text, done) => {
    const rest = (data: Buffer): void => {
      write(fd, data, (error, written) => {
        if (error || written === data.length) done(error);
        else rest(data.subarray(written));
      });
    };
    rest(Buffer.from(text));
  };
}

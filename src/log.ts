import { fstatSync, write, writeSync } from 'node:fs';
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
  destination ??= standardError();
  return pino(loggerOptions(level, secrets), destination);
}

function standardError(): LogDestination {
  const created = new LogDestination(STANDARD_ERROR);
  // Also after an error that nothing caught.
  process.once('exit', () => created.writeNow());
  return created;
}

/** Removes credentials and personal data from whole lines, whatever field they are in. */
export function loggerOptions(level: LogLevel, secrets: readonly string[] = []): LoggerOptions {
  const redact = ['*.authorization', '*.token', '*.customerAuthToken'];
  const withoutValues = removing(secrets);
  return {
    ...{ level, base: null, redact, timestamp: timestamp() },
    mixin: traceOfRequest,
    // Without a copy of the fields when there is nothing to add.
    mixinMergeStrategy: (fields, trace) => (trace === NO_TRACE ? fields : { ...trace, ...fields }),
    hooks: { streamWrite: (line) => withoutSecrets(withoutValues(line)) },
  };
}

/** RFC 3339 in UTC. Formats the seconds once for all lines of a second. */
function timestamp(): () => string {
  let second = 0;
  let text = '';
  return () => {
    const now = Date.now();
    const ms = now % 1_000;
    if (now - ms !== second) {
      second = now - ms;
      text = new Date(second).toISOString().slice(0, -4);
    }
    return `,"time":"${text}${String(ms).padStart(3, '0')}Z"`;
  };
}

const NO_TRACE = {};

/** Lines about a request name its trace. Other work may only have been started by one. */
function traceOfRequest(fields: object): object {
  const span = 'requestId' in fields ? activeSpan() : null;
  return span === null ? NO_TRACE : { traceId: span.traceId };
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

/**
 * Milliseconds for which lines are gathered. A write of its own for each line costs more than the rest
 * of the logging.
 */
const GATHER_MS = 10;
/** Bytes that are written without waiting for more. */
const GATHER_BYTES = 16_384;

/** Writes text, and calls back when it is written or has failed. Never blocks. */
type Sink = (text: string, done: (error?: Error | null) => void) => void;

/**
 * Writes log lines to a file descriptor without ever blocking the event loop, those of a few
 * milliseconds together. While the volume is full or the reader of the pipe is stalled, lines are
 * dropped and counted; the count is logged when lines can be written again.
 */
export class LogDestination {
  readonly #fd: number;
  #sink: Sink | undefined;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #isWriting = false;
  #gathering: NodeJS.Timeout | undefined;
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
    this.#gather();
  }

  /** Writes the lines that a process which exits has gathered. Never waits. */
  writeNow(): void {
    if (this.#isWriting || this.#waiting.length === 0) return;
    try {
      writeSync(this.#fd, this.#waiting.splice(0).join(''));
    } catch {
      // The reader of the log is stalled or gone.
    }
  }

  /** Resolves when all lines are written, at the latest after the timeout. */
  async flush(timeoutMs: number): Promise<void> {
    if (!this.#isWriting && this.#waiting.length === 0) return;
    if (!this.#isWriting) this.#writeAll();
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#drained = null;
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#drained = end;
    });
  }

  #gather(): void {
    if (this.#isWriting) return;
    if (this.#waitingBytes >= GATHER_BYTES) this.#writeAll();
    else this.#gathering ??= setTimeout(() => this.#writeAll(), GATHER_MS);
  }

  #writeAll(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#isWriting = true;
    this.#sink ??= openSink(this.#fd);
    this.#sink(lines.join(''), (error) => {
      this.#waitingBytes -= lines.reduce((sum, line) => sum + line.length, 0);
      this.#isWriting = false;
      if (error) this.#drop(lines.length);
      else this.#reportDropped();
      if (this.#waiting.length === 0) this.#drained?.();
      else if (this.#drained) this.#writeAll();
      else this.#gather();
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

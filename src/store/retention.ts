import { pause } from '../domain/call-scope.ts';
import type { StoreLog } from './database/database.ts';

/** Deletes or erases old rows of one kind. */
export interface RetentionJob {
  /** What the log names, such as `audit entries`. */
  readonly rows: string;
  /** Handles up to `limit` rows, the oldest first, and returns their number. */
  run(limit: number): Promise<number>;
}

export interface RetentionOptions {
  readonly jobs: readonly RetentionJob[];
  readonly log: StoreLog;
  /** Pause between two rounds, in milliseconds; one day by default. */
  readonly intervalMs?: number | undefined;
  /** The first round starts within this time, in milliseconds; five minutes by default. */
  readonly startWithinMs?: number | undefined;
}

const DAY_MS = 86_400_000;
const START_WITHIN_MS = 300_000;
/** Rows per transaction: few, so that writes wait only for a short time. */
const BATCH = 200;
const BATCH_PAUSE_MS = 200;

/** Deletes what has become too old, once a day and soon after the start. Every instance runs it. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closing = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#rounds = this.#repeat();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  /** Runs every job, in small batches, until no row is too old. A failed job does not stop the others. */
  async round(): Promise<void> {
    const { jobs, log } = this.#options;
    for (const job of jobs) {
      try {
        const count = await this.#inBatches(job);
        if (count > 0) log.info({ rows: job.rows, count }, 'old rows deleted');
      } catch (err) {
        if (this.#closing.signal.aborted) return;
        log.warn({ err, rows: job.rows }, 'old rows not deleted, retrying tomorrow');
      }
    }
  }

  async #inBatches(job: RetentionJob): Promise<number> {
    const { signal } = this.#closing;
    let total = 0;
    while (!signal.aborted) {
      const count = await job.run(BATCH);
      total += count;
      if (count < BATCH) break;
      await pause(BATCH_PAUSE_MS, signal).catch(() => {});
    }
    return total;
  }

  async #repeat(): Promise<void> {
    const { intervalMs = DAY_MS, startWithinMs = START_WITHIN_MS } = this.#options;
    const { signal } = this.#closing;
    // Spread, so that instances that start together do not delete together.
    await pause(Math.random() * startWithinMs, signal).catch(() => {});
    while (!signal.aborted) {
      await this.round();
      await pause(intervalMs, signal).catch(() => {});
    }
  }
}

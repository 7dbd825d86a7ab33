import { pause } from '../domain/call-scope.ts';
import type { Logger } from '../log.ts';
import type { AuditStore } from '../store/writes/audit-store.ts';

export interface AuditRetentionOptions {
  /** Age at which an entry is deleted, in milliseconds; null keeps all entries. */
  readonly maxAgeMs: number | null;
  /** How long idempotency keys are kept, in milliseconds; younger entries are never deleted. */
  readonly keyWindowMs: number;
  /** Pause between two rounds, in milliseconds; one day by default. */
  readonly intervalMs?: number | undefined;
  /** The first round starts within this time, in milliseconds; five minutes by default. */
  readonly startWithinMs?: number | undefined;
}

export interface AuditRetentionDeps {
  readonly store: Pick<AuditStore, 'prune' | 'eraseRequests'>;
  readonly log: Logger;
  readonly options: AuditRetentionOptions;
}

const DAY_MS = 86_400_000;
const START_WITHIN_MS = 300_000;
/** The longest time for which the request of a write without an outcome is kept. */
const REQUEST_MAX_AGE_MS = 30 * DAY_MS;
/** Rows per transaction: few, so that writes wait only for a short time. */
const BATCH = 200;
const BATCH_PAUSE_MS = 200;

/**
 * Deletes old audit entries, and erases the old requests of writes without an outcome: once a day and
 * soon after the start. Every instance runs it.
 */
export class AuditRetention {
  readonly #deps: AuditRetentionDeps;
  readonly #closing = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: AuditRetentionDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#rounds = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  /** Deletes every entry that is too old, in small batches. Returns the number of deleted entries. */
  async prune(): Promise<number> {
    const { store, options } = this.#deps;
    if (options.maxAgeMs === null) return 0;
    const ageMs = Math.max(options.maxAgeMs, options.keyWindowMs);
    return this.#inBatches((limit) => store.prune(ageMs, limit));
  }

  /** Erases every request that is too old. Returns the number of erased requests. */
  eraseRequests(): Promise<number> {
    return this.#inBatches((limit) => this.#deps.store.eraseRequests(REQUEST_MAX_AGE_MS, limit));
  }

  async #inBatches(change: (limit: number) => Promise<number>): Promise<number> {
    const { signal } = this.#closing;
    let total = 0;
    while (!signal.aborted) {
      const changed = await change(BATCH);
      total += changed;
      if (changed < BATCH) break;
      await pause(BATCH_PAUSE_MS, signal).catch(() => {});
    }
    return total;
  }

  async #run(): Promise<void> {
    const { log, options } = this.#deps;
    const { intervalMs = DAY_MS, startWithinMs = START_WITHIN_MS } = options;
    const { signal } = this.#closing;
    // Spread, so that instances that start together do not delete together.
    await pause(Math.random() * startWithinMs, signal).catch(() => {});
    while (!signal.aborted) {
      try {
        const deleted = await this.prune();
        if (deleted > 0) log.info({ deleted }, 'audit entries deleted by AUDIT_RETENTION');
        const erased = await this.eraseRequests();
        if (erased > 0) log.info({ erased }, 'requests of writes without an outcome erased');
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, 'retention round failed, retrying tomorrow');
      }
      await pause(intervalMs, signal).catch(() => {});
    }
  }
}

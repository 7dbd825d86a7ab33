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
  readonly store: Pick<AuditStore, 'prune'>;
  readonly log: Logger;
  readonly options: AuditRetentionOptions;
}

const DAY_MS = 86_400_000;
const START_WITHIN_MS = 300_000;
/** Rows per transaction: few, so that writes wait only for a short time. */
const BATCH = 200;
const BATCH_PAUSE_MS = 200;

/** Deletes old audit entries, once a day and soon after the start. Every instance runs it. */
export class AuditRetention {
  readonly #deps: AuditRetentionDeps;
  readonly #closing = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(deps: AuditRetentionDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#deps.options.maxAgeMs !== null) this.#rounds = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rounds;
  }

  /** Deletes every entry that is too old, in small batches. Returns the number of deleted entries. */
  async prune(): Promise<number> {
    const { store, options } = this.#deps;
    const { signal } = this.#closing;
    if (options.maxAgeMs === null) return 0;
    const ageMs = Math.max(options.maxAgeMs, options.keyWindowMs);
    let total = 0;
    while (!signal.aborted) {
      const deleted = await store.prune(ageMs, BATCH);
      total += deleted;
      if (deleted < BATCH) break;
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
      } catch (err) {
        if (!signal.aborted) log.warn({ err }, 'audit entries not deleted, retrying tomorrow');
      }
      await pause(intervalMs, signal).catch(() => {});
    }
  }
}

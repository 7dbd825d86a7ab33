import type { Logger } from '../log.ts';
import type { WriteStore } from '../store/writes/write-store.ts';

/** Milliseconds in which deliveries are collected into one statement. */
const COLLECT_MS = 50;
const RETRY_MS = 1_000;
/** Deliveries that are remembered while the database is away. */
const MAX_WAITING = 100_000;

/**
 * Stores which outcomes were delivered to a client. Until then a write owes its answer: the same
 * request without a key gets it, instead of starting another write.
 */
export class Deliveries {
  readonly #store: Pick<WriteStore, 'deliver'>;
  readonly #log: Logger;
  readonly #waiting = new Set<string>();
  /** Those of the statement that is on its way. */
  #storing: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(store: Pick<WriteStore, 'deliver'>, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  add(writeId: string): void {
    if (this.#waiting.size < MAX_WAITING) this.#waiting.add(writeId);
    this.#schedule(COLLECT_MS);
  }

  /** Whether the outcome was delivered, but this is not stored yet. */
  has(writeId: string): boolean {
    return this.#waiting.has(writeId) || this.#storing.has(writeId);
  }

  /**
   * Stores what was delivered now. Call this just before a commit, which then shares its transaction
   * with the deliveries: a new write on the same object is not decided on because of them.
   */
  storeNow(): void {
    if (this.#waiting.size > 0 && this.#storing.size === 0) this.#flushing = this.#flush();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.#flush();
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#storing.size > 0) this.#schedule(COLLECT_MS);
      else this.#flushing = this.#flush();
    }, ms).unref();
  }

  async #flush(): Promise<void> {
    const ids = [...this.#waiting];
    if (ids.length === 0) return;
    this.#storing = new Set(ids);
    this.#waiting.clear();
    try {
      await this.#store.deliver(ids);
    } catch (err) {
      this.#log.warn({ err, writes: ids.length }, 'deliveries not stored, retrying');
      for (const id of ids) this.#waiting.add(id);
      this.#schedule(RETRY_MS);
    } finally {
      this.#storing = new Set();
    }
  }
}

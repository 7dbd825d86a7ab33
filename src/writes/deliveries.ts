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
    return this.#waiting.has(writeId);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flushing;
    await this.#flush();
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flushing = this.#flush();
    }, ms).unref();
  }

  async #flush(): Promise<void> {
    const ids = [...this.#waiting];
    if (ids.length === 0) return;
    try {
      await this.#store.deliver(ids);
      for (const id of ids) this.#waiting.delete(id);
    } catch (err) {
      this.#log.warn({ err, writes: ids.length }, 'deliveries not stored, retrying');
      this.#schedule(RETRY_MS);
    }
  }
}

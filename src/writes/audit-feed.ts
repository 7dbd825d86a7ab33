import type { WriteChange } from '../domain/write.ts';
import { follow } from '../live/follow.ts';
import { SharedReads } from '../live/shared-reads.ts';
import { skipping } from '../live/skipping.ts';
import { WakeUps } from '../live/wake-up.ts';
import type { AuditFilter, AuditStore } from '../store/writes/audit-store.ts';

/**
 * Milliseconds in which changes are collected before the readers wake: a burst of writes costs each
 * reader a few reads, not one for each write.
 */
const COLLECT_MS = 25;

export interface AuditFeedDeps {
  readonly store: Pick<AuditStore, 'changesAfter' | 'lastSequence'>;
  /** Subscribes to outcomes that were stored, and returns the function that unsubscribes. */
  onWrite(listener: () => void): () => void;
}

/** Streams the writes whose outcome is stored or changes. */
export class AuditFeed {
  readonly #store: AuditFeedDeps['store'];
  readonly #wakeUps = new WakeUps();
  readonly #reads = new SharedReads<WriteChange>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor({ store, onWrite }: AuditFeedDeps) {
    this.#store = store;
    this.#unsubscribe = onWrite(() => {
      // At once: a reader that starts now is not woken for this change.
      this.#reads.changed();
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#wakeUps.wakeAll();
      }, COLLECT_MS).unref();
    });
  }

  /**
   * Every matching write when its outcome is stored or changes, from now on or after the sequence
   * `after`. When an outcome changes before it is read, the reader receives the latest one only. Ends
   * when `signal` aborts.
   */
  async watch(
    filter: AuditFilter,
    after: number | null,
    signal: AbortSignal,
  ): Promise<AsyncIterableIterator<WriteChange>> {
    const last = await this.#store.lastSequence();
    // A higher sequence comes from a store that was deleted; it marks no position in this one.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify(filter);
    const read = (from: number, limit: number, last?: number) =>
      this.#reads.read(`${from} of ${name} at ${last}`, () =>
        this.#store.changesAfter(filter, from, limit),
      );
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: '',
        seen,
        read: filter.tenant ? skipping(read, () => this.#store.lastSequence()) : read,
        isLast: () => false,
        release: () => {},
      },
      signal,
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
  }
}

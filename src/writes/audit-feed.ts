import type { WriteChange } from '../domain/write.ts';
import type { IsVisible } from '../live/broadcast.ts';
import { type Entries, Feeds } from '../live/feeds.ts';
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
  readonly #feeds = new Feeds<WriteChange>(COLLECT_MS);
  readonly #unsubscribe: () => void;

  constructor({ store, onWrite }: AuditFeedDeps) {
    this.#store = store;
    this.#unsubscribe = onWrite(() => this.#feeds.changed());
  }

  /**
   * Every matching write when its outcome is stored or changes, from now on or after the sequence
   * `after`. When an outcome changes before it is read, the reader receives the latest one only. Ends
   * when `signal` aborts.
   * @param isVisible decides about each write when it is delivered
   */
  async watch(
    filter: AuditFilter,
    after: number | null,
    signal: AbortSignal,
    isVisible?: IsVisible<WriteChange>,
  ): Promise<Entries<WriteChange>> {
    const lastSequence = () => this.#store.lastSequence();
    const source = {
      ...{ name: JSON.stringify(filter), key: '' },
      read: (from: number, limit: number) => this.#store.changesAfter(filter, from, limit),
      lastSequence: filter.tenant && lastSequence,
    };
    return this.#feeds.follow(source, {
      ...{ after, last: await lastSequence(), signal, isVisible },
    });
  }

  close(): void {
    this.#feeds.close();
    this.#unsubscribe();
  }
}

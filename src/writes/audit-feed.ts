import type { CancelSignal } from '../domain/cancellation.ts';
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

export type AuditFeed = ReturnType<typeof createAuditFeed>;

/** Streams the writes whose outcome is stored or changes. */
export function createAuditFeed({ store, onWrite }: AuditFeedDeps) {
  const feeds = new Feeds<WriteChange>(COLLECT_MS);
  const unsubscribe = onWrite(() => feeds.changed());

  /**
   * Every matching write when its outcome is stored or changes, from now on or after the sequence
   * `after`. When an outcome changes before it is read, the reader receives the latest one only. Ends
   * when `signal` aborts.
   * @param isVisible decides about each write when it is delivered
   */
  async function watch(
    filter: AuditFilter,
    after: number | null,
    signal: CancelSignal,
    isVisible?: IsVisible<WriteChange>,
  ): Promise<Entries<WriteChange>> {
    const lastSequence = () => store.lastSequence();
    const source = {
      ...{ name: JSON.stringify(filter), key: '' },
      read: (from: number, limit: number) => store.changesAfter(filter, from, limit),
      lastSequence: filter.tenant && lastSequence,
    };
    return feeds.follow(source, {
      ...{ after, last: await lastSequence(), signal, isVisible },
    });
  }

  function close(): void {
    feeds.close();
    unsubscribe();
  }

  return { watch, close };
}

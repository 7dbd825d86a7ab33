import type { CancelSignal } from '../domain/cancellation.ts';
import type { PortfolioChange } from '../domain/portfolio.ts';
import type { IsVisible } from '../live/broadcast.ts';
import { type Entries, Feeds } from '../live/feeds.ts';
import type { ChangeQuery, PortfolioStore } from '../store/portfolio/portfolio-store.ts';

/** Changes are collected for this time before the readers wake, in milliseconds. */
const COLLECT_MS = 25;

export type ChangeFeed = ReturnType<typeof createChangeFeed>;

/** Streams the history of the portfolio. */
export function createChangeFeed(store: Pick<PortfolioStore, 'changes' | 'lastChange'>) {
  const feeds = new Feeds<PortfolioChange>(COLLECT_MS);

  /** Call this when changes were stored, here or in another instance. */
  function changed(): void {
    feeds.changed();
  }

  /**
   * Every matching change, in the order in which they were stored, from now on or after the sequence
   * `after`. Ends when `signal` aborts.
   * @param isVisible decides about each change when it is delivered
   */
  async function watch(
    query: ChangeQuery,
    after: number | null,
    signal: CancelSignal,
    isVisible?: IsVisible<PortfolioChange>,
  ): Promise<Entries<PortfolioChange>> {
    const lastSequence = () => store.lastChange();
    const source = {
      ...{ name: JSON.stringify(query), key: '', lastSequence },
      read: (from: number, limit: number) =>
        store.changes(query, { after: from, limit, newestFirst: false }),
    };
    return feeds.follow(source, {
      ...{ after, last: await lastSequence(), signal, isVisible },
    });
  }

  function close(): void {
    feeds.close();
  }

  return { changed, watch, close };
}

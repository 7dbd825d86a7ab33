import type { PortfolioChange } from '../domain/portfolio.ts';
import type { IsVisible } from '../live/broadcast.ts';
import { type Entries, Feeds } from '../live/feeds.ts';
import type { ChangeQuery, PortfolioStore } from '../store/portfolio/portfolio-store.ts';

/** Changes are collected for this time before the readers wake, in milliseconds. */
const COLLECT_MS = 25;

/** Streams the history of the portfolio. */
export class ChangeFeed {
  readonly #store: Pick<PortfolioStore, 'changes' | 'lastChange'>;
  readonly #feeds = new Feeds<PortfolioChange>(COLLECT_MS);

  constructor(store: Pick<PortfolioStore, 'changes' | 'lastChange'>) {
    this.#store = store;
  }

  /** Call this when changes were stored, here or in another instance. */
  changed(): void {
    this.#feeds.changed();
  }

  /**
   * Every matching change, in the order in which they were stored, from now on or after the sequence
   * `after`. Ends when `signal` aborts.
   * @param isVisible decides about each change when it is delivered
   */
  async watch(
    query: ChangeQuery,
    after: number | null,
    signal: AbortSignal,
    isVisible?: IsVisible<PortfolioChange>,
  ): Promise<Entries<PortfolioChange>> {
    const lastSequence = () => this.#store.lastChange();
    const source = {
      ...{ name: JSON.stringify(query), key: '', lastSequence },
      read: (from: number, limit: number) =>
        this.#store.changes(query, { after: from, limit, newestFirst: false }),
    };
    return this.#feeds.follow(source, {
      ...{ after, last: await lastSequence(), signal, isVisible },
    });
  }

  close(): void {
    this.#feeds.close();
  }
}

import type { PortfolioChange } from '../domain/portfolio.ts';
import { follow } from '../live/follow.ts';
import { SharedReads } from '../live/shared-reads.ts';
import { skipping } from '../live/skipping.ts';
import { WakeUps } from '../live/wake-up.ts';
import type { ChangeQuery, PortfolioStore } from '../store/portfolio/portfolio-store.ts';

/** Changes are collected for this time before the readers wake, in milliseconds. */
const COLLECT_MS = 25;

/** Streams the history of the portfolio. */
export class ChangeFeed {
  readonly #store: Pick<PortfolioStore, 'changes' | 'lastChange'>;
  readonly #wakeUps = new WakeUps();
  readonly #reads = new SharedReads<PortfolioChange>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Pick<PortfolioStore, 'changes' | 'lastChange'>) {
    this.#store = store;
  }

  /** Call this when changes were stored, here or in another instance. */
  changed(): void {
    // At once: a reader that starts now is not woken for this change.
    this.#reads.changed();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#wakeUps.wakeAll();
    }, COLLECT_MS).unref();
  }

  /**
   * Every matching change, in the order in which they were stored, from now on or after the sequence
   * `after`. Ends when `signal` aborts.
   */
  async watch(
    query: ChangeQuery,
    after: number | null,
    signal: AbortSignal,
  ): Promise<AsyncIterableIterator<PortfolioChange>> {
    const last = await this.#store.lastChange();
    // A higher sequence comes from a store that was deleted; it marks no position in this one.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify(query);
    const read = (from: number, limit: number, until: number) =>
      this.#reads.read(`${from} of ${name} at ${until}`, () =>
        this.#store.changes(query, { after: from, limit, newestFirst: false }),
      );
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: '',
        seen,
        read: skipping(read, () => this.#store.lastChange()),
        isLast: () => false,
        release: () => {},
      },
      signal,
    );
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

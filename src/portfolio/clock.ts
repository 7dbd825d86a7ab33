import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';

/** The database's time, which all instances share, without a query for each observation. */
export class Clock {
  readonly #store: Pick<PortfolioStore, 'time'>;
  #offset = 0;

  constructor(store: Pick<PortfolioStore, 'time'>) {
    this.#store = store;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Math.round(Date.now() + this.#offset);
  }

  async synchronise(): Promise<void> {
    const before = Date.now();
    const time = await this.#store.time();
    const after = Date.now();
    // Between these two, the database had this time.
    if (time >= before + this.#offset && time <= after + this.#offset) return;
    this.#offset = time - (before + after) / 2;
  }
}

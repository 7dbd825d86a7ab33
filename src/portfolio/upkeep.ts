import { pause } from '../domain/call-scope.ts';
import { Gate } from '../domain/gate.ts';
import type { Notification } from '../domain/notification.ts';
import type { ChangeSource, Observation, Observed } from '../domain/portfolio.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { ProductOf } from '../store/portfolio/rows.ts';
import type { PacedCalls } from './calls.ts';
import { subjectOf } from './observed.ts';
import type { SubscriptionReader, SubscriptionToRead } from './subscription-reader.ts';

/** Reads are collected for this time, so that many of them cost few transactions. */
const COLLECT_MS = 100;
/** Reads that wait to be stored. Beyond that, they are dropped: the next sweep sees the same. */
const MAX_WAITING = 20_000;
/** For this time, a read that returns what is stored is not stored again. */
const REPEATED_MS = 60_000;
const MAX_RECENT = 20_000;
/** Notifications that are followed up at once. */
const READERS = 10;

export interface UpkeepDeps {
  readonly store: PortfolioStore;
  readonly reader: SubscriptionReader;
  readonly calls: PacedCalls;
  readonly productOf: ProductOf;
  readonly log: Logger;
}

interface Recent {
  readonly content: string;
  readonly storedAt: number;
}

/** Keeps rows current from what the gateway reads and writes anyway. */
export class Upkeep {
  readonly #deps: UpkeepDeps;
  readonly #closing = new AbortController();
  readonly #waiting = new Map<string, Observation>();
  readonly #recent = new Map<string, Recent>();
  readonly #reading = new Map<string, { isStale: boolean; done: Promise<void> }>();
  readonly #readers = new Gate(READERS);
  #flushing: Promise<void> = Promise.resolve();
  #isScheduled = false;

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
  }

  /** Takes what a request has read. It is stored soon, unless that fails. */
  read(observed: readonly Observed[], at: number): void {
    if (this.#closing.signal.aborted) return;
    for (const one of observed) {
      const subject = subjectOf(one);
      if (this.#isRepeated(subject, one)) continue;
      if (this.#waiting.size >= MAX_WAITING && !this.#waiting.has(subject)) return;
      // Reads may end in another order than they began.
      if ((this.#waiting.get(subject)?.at ?? 0) > at) continue;
      this.#waiting.set(subject, { observed: one, at, source: 'READ' });
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  /** Stores observations, after those that wait. */
  async store(observations: readonly Observation[]): Promise<void> {
    await this.flush();
    for (const { observed } of observations) this.#recent.delete(subjectOf(observed));
    await this.#deps.store.observe(observations, this.#deps.productOf);
  }

  /** Stores what waits. A failure is logged. */
  flush(): Promise<void> {
    const some = [...this.#waiting.values()];
    this.#waiting.clear();
    if (some.length > 0) this.#flushing = this.#flushing.then(() => this.#storeReads(some));
    return this.#flushing;
  }

  /** Call this when rows have changed, here or in another instance. */
  changed(): void {
    this.#recent.clear();
  }

  /** Reads the subscription of a notification. A further one during the read causes another read. */
  notified({ customerId, skuId, subscriptionId }: Notification): void {
    if (customerId === null || this.#closing.signal.aborted) return;
    const key = JSON.stringify([customerId, skuId ?? subscriptionId]);
    const reading = this.#reading.get(key);
    if (reading) {
      reading.isStale = true;
      return;
    }
    const started = { isStale: false, done: Promise.resolve() };
    this.#reading.set(key, started);
    started.done = this.#follow({ customerId, skuId, subscriptionId }, started).finally(() =>
      this.#reading.delete(key),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#reading.values()].map(({ done }) => done));
    await this.flush();
  }

  async #follow(target: SubscriptionToRead, state: { isStale: boolean }): Promise<void> {
    const { signal } = this.#closing;
    try {
      do {
        state.isStale = false;
        await this.#readers.run(signal, () => this.reread(target, 'NOTIFICATION'));
      } while (state.isStale);
    } catch (err) {
      if (signal.aborted) return;
      this.#deps.log.warn({ err, ...target }, 'subscription of a notification not read');
    }
  }

  /** Reads one subscription now and stores it. */
  async reread(target: SubscriptionToRead, source: ChangeSource): Promise<void> {
    const { reader, calls } = this.#deps;
    const { signal } = this.#closing;
    const { observed, at } = await reader.read(target, (call) => calls.run(signal, call));
    await this.store(observed.map((one) => ({ observed: one, at, source })));
  }

  #isRepeated(subject: string, observed: Observed): boolean {
    const content = JSON.stringify(observed);
    const recent = this.#recent.get(subject);
    const now = performance.now();
    if (recent?.content === content && now - recent.storedAt < REPEATED_MS) return true;
    if (this.#recent.size >= MAX_RECENT) this.#recent.clear();
    this.#recent.set(subject, { content, storedAt: now });
    return false;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    pause(COLLECT_MS, this.#closing.signal)
      .catch(() => {})
      .then(() => {
        this.#isScheduled = false;
        return this.flush();
      });
  }

  async #storeReads(observations: readonly Observation[]): Promise<void> {
    const { store, productOf, log } = this.#deps;
    try {
      await store.observe(observations, productOf);
    } catch (err) {
      this.#recent.clear();
      log.warn({ err, rows: observations.length }, 'reads not stored in the portfolio');
    }
  }
}

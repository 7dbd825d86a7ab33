import type { Observed } from '../domain/portfolio.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { PacedCalls } from './calls.ts';
import type { Clock } from './clock.ts';
import type { PortfolioBilling } from './sources.ts';
import type { SubscriptionReader } from './subscription-reader.ts';

/** With a larger share of unseen rows, the lists are not to be trusted. */
const MAX_UNSEEN = 0.05;
/** Rows to verify at most; the next sweep continues. */
const MAX_ROWS = 100_000;

export interface VerificationDeps {
  readonly store: PortfolioStore;
  readonly reader: SubscriptionReader;
  readonly billing: PortfolioBilling;
  readonly calls: PacedCalls;
  readonly clock: Clock;
  readonly log: Logger;
  observe(observed: readonly Observed[], at: number): Promise<void>;
}

/**
 * Reads the rows that a whole sweep did not see. Pages of a list can shift while it is read, so a row
 * is gone only when an individual read says so.
 */
export class Verification {
  readonly #deps: VerificationDeps;

  constructor(deps: VerificationDeps) {
    this.#deps = deps;
  }

  /** @param startedAt when the sweep began, in milliseconds since the epoch */
  async run(startedAt: number, signal: AbortSignal): Promise<void> {
    const { store, log } = this.#deps;
    for (const { kind, rows, unseen } of await store.seen(startedAt)) {
      if (unseen === 0) continue;
      if (unseen > MAX_UNSEEN * rows) {
        log.warn({ kind, rows, unseen }, 'sweep did not see many rows, marking none as gone');
      } else if (kind === 'subscriptions') await this.#verifySubscriptions(startedAt, signal);
      else await this.#verifyBilling(startedAt, signal);
    }
  }

  async #verifySubscriptions(startedAt: number, signal: AbortSignal): Promise<void> {
    const { store, reader, calls, log, observe } = this.#deps;
    for (const row of await store.unseenSubscriptions(startedAt, MAX_ROWS)) {
      try {
        const { observed, at } = await reader.read(row, (call) => calls.run(signal, call));
        await observe(observed, at);
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err, ...row }, 'unseen subscription not read, keeping it');
      }
    }
  }

  /** Billing returns no single customer, but its account. */
  async #verifyBilling(startedAt: number, signal: AbortSignal): Promise<void> {
    const { store, billing, calls, clock, log, observe } = this.#deps;
    for (const { key, accountId } of await store.unseenBilling(startedAt, MAX_ROWS)) {
      if (accountId === '') continue;
      try {
        const at = clock.now();
        const account = await calls.run(signal, (scope) => billing.getAccount(accountId, scope));
        if (!account) await observe([{ type: 'billing-customer-gone', key }], at);
      } catch (err) {
        signal.throwIfAborted();
        log.warn({ err, ...key }, 'unseen billing customer not read, keeping it');
      }
    }
  }
}

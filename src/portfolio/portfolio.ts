import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import type { CancelSignal } from '../domain/cancellation.ts';
import type { BillingCustomer } from '../domain/customer.ts';
import type { Notification } from '../domain/notification.ts';
import type { Observed, PortfolioChange, SweepStatus } from '../domain/portfolio.ts';
import type { IsVisible } from '../live/broadcast.ts';
import type { Entries } from '../live/feeds.ts';
import type { Logger } from '../log.ts';
import type { ChangeQuery, PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { ProductOf } from '../store/portfolio/rows.ts';
import { createPacedCalls } from './calls.ts';
import { type ChangeFeed, createChangeFeed } from './change-feed.ts';
import { Clock } from './clock.ts';
import { createDetails } from './details.ts';
import { observedAccount } from './observed.ts';
import { observedBilling, observedReseller } from './observing.ts';
import { Pacer } from './pacer.ts';
import { createRunner, type Runner } from './runner.ts';
import { createSubscriptionReader } from './subscription-reader.ts';
import { createSweep } from './sweep.ts';
import { Upkeep } from './upkeep.ts';
import { createVerification } from './verification.ts';
import { collectYoung } from './young-generation.ts';

export interface PortfolioOptions {
  /** Whether the portfolio is filled and kept current. */
  readonly isOn: boolean;
  /** Billing resellers whose customers are read. */
  readonly resellers: readonly string[];
  readonly callsPerSecond: number;
  readonly sweepIntervalMs: number;
  readonly detailsMaxAgeMs: number;
  readonly leaseMs: number;
}

export interface PortfolioDeps {
  readonly store: PortfolioStore;
  /** Subscribes to changes of the history, and returns the function that unsubscribes. */
  onPortfolio(listener: () => void): () => void;
  readonly reseller: ResellerClient;
  readonly billing: BillingClient;
  readonly productOf: ProductOf;
  readonly log: Logger;
  readonly options: PortfolioOptions;
}

/** Reads that follow notifications are this much faster than the sweep: clients wait for them. */
const UPKEEP_SPEED = 10;

/** Observations after which memory is freed. A page of customers has ten times as many. */
const BATCH = 100;

/** Stores what a page of the sweep contains, without keeping the memory that this takes. */
async function storeSwept(
  upkeep: Upkeep,
  observed: readonly Observed[],
  at: number,
): Promise<void> {
  for (let start = 0; start < observed.length; start += BATCH) {
    const some = observed.slice(start, start + BATCH);
    await upkeep.store(some.map((one) => ({ observed: one, at, source: 'SWEEP' })));
    collectYoung();
  }
}

/** The read model of this instance: fills it, keeps it current and streams its changes. */
export class Portfolio {
  readonly store: PortfolioStore;
  readonly #deps: PortfolioDeps;
  readonly #clock: Clock;
  readonly #upkeep: Upkeep;
  readonly #feed: ChangeFeed;
  readonly #runner: Runner;
  readonly #unsubscribe: () => void;

  constructor(deps: PortfolioDeps) {
    const { store, reseller, billing, productOf, log, options } = deps;
    const clock = new Clock(store);
    const reader = createSubscriptionReader(reseller, clock);
    const pacer = new Pacer(options.callsPerSecond);
    const calls = createPacedCalls(pacer, log);
    const upkeepCalls = createPacedCalls(new Pacer(UPKEEP_SPEED * options.callsPerSecond), log);
    const upkeep = new Upkeep({ store, reader, calls: upkeepCalls, productOf, log });
    const observe = (observed: readonly Observed[], at: number) => storeSwept(upkeep, observed, at);
    const common = { store, reseller, billing, calls, clock, log, observe };
    const verification = createVerification({ ...common, reader });
    this.store = store;
    this.#deps = deps;
    this.#clock = clock;
    this.#upkeep = upkeep;
    this.#feed = createChangeFeed(store);
    this.#runner = createRunner({
      ...{ store, clock, log, sweepIntervalMs: options.sweepIntervalMs, leaseMs: options.leaseMs },
      sweep: createSweep({ ...common, verification, resellers: options.resellers }),
      details: createDetails({ ...common, maxAgeMs: options.detailsMaxAgeMs }),
    });
    this.#unsubscribe = deps.onPortfolio(() => {
      upkeep.changed();
      this.#feed.changed();
    });
  }

  start(): void {
    if (this.#deps.options.isOn) this.#runner.start();
  }

  /** The clients for requests, whose reads refresh the rows. */
  observedClients(): { readonly reseller: ResellerClient; readonly billing: BillingClient } {
    const { reseller, billing, options } = this.#deps;
    if (!options.isOn) return { reseller, billing };
    const sink = {
      now: () => this.#clock.now(),
      read: (observed: readonly Observed[], at: number) => this.#upkeep.read(observed, at),
    };
    return { reseller: observedReseller(reseller, sink), billing: observedBilling(billing, sink) };
  }

  /** Follows up a notification that this instance received. */
  notified(notification: Notification): void {
    if (this.#deps.options.isOn) this.#upkeep.notified(notification);
  }

  /**
   * Stores what a mutation returned, before it returns to its client. A failure is logged: the
   * mutation itself has succeeded.
   * @param writeId the mutation's audit entry; null when it has none
   */
  async written(observed: readonly Observed[], writeId: string | null): Promise<void> {
    const { options, log } = this.#deps;
    if (!options.isOn) return;
    const at = this.#clock.now();
    const source = 'MUTATION';
    try {
      await this.#upkeep.store(
        observed.map((one) => ({ observed: one, at, source, writeId: writeId ?? undefined })),
      );
    } catch (err) {
      log.warn({ err }, 'result of a mutation not stored in the portfolio');
    }
  }

  /** Reads a subscription that a mutation has changed without returning it. */
  async reread(customerId: string, skuId: string): Promise<void> {
    const { options, log } = this.#deps;
    if (!options.isOn) return;
    try {
      await this.#upkeep.reread({ customerId, skuId, subscriptionId: null }, 'MUTATION');
    } catch (err) {
      log.warn({ err, customerId, skuId }, 'subscription not read after a mutation');
    }
  }

  /**
   * Stores the customer that an operation returned, and reads its account, which it may change.
   * @param writeId the audit entry of the mutation that started it; null when another client did
   */
  async operationEnded(customer: BillingCustomer, writeId: string | null): Promise<void> {
    const { billing, options, log } = this.#deps;
    if (!options.isOn) return;
    const { resellerId, customerId, billingAccountId } = customer;
    const key = { resellerId, customerId };
    const observed = { type: 'billing-customer', key, accountId: billingAccountId } as const;
    await this.written([observed], writeId);
    if (billingAccountId === '') return;
    try {
      const scope = { signal: AbortSignal.timeout(ACCOUNT_TIMEOUT_MS), requestId: customerId };
      const account = await billing.getAccount(billingAccountId, scope);
      if (account) await this.written([observedAccount(account)], writeId);
    } catch (err) {
      log.debug({ err, customerId }, 'account not read after an operation');
    }
  }

  /** See `ChangeFeed`. */
  watch(
    query: ChangeQuery,
    after: number | null,
    signal: CancelSignal,
    isVisible?: IsVisible<PortfolioChange>,
  ): Promise<Entries<PortfolioChange>> {
    return this.#feed.watch(query, after, signal, isVisible);
  }

  async status(): Promise<SweepStatus> {
    const status = await this.store.sweepStatus();
    return this.#deps.options.isOn ? status : { ...status, phase: 'OFF' };
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#upkeep.close();
    this.#feed.close();
    this.#unsubscribe();
  }
}

const ACCOUNT_TIMEOUT_MS = 30_000;

import { MAX_CUSTOMERS_PAGE } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Observed } from '../domain/portfolio.ts';
import { MAX_SUBSCRIPTIONS_PAGE } from '../domain/subscription.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { SweepState } from '../store/portfolio/sweep-store.ts';
import type { PacedCalls } from './calls.ts';
import type { Clock } from './clock.ts';
import type { PortfolioBilling, PortfolioReseller } from './sources.ts';
import type { Verification } from './verification.ts';

export interface SweepDeps {
  readonly store: Pick<PortfolioStore, 'maintain'>;
  readonly reseller: PortfolioReseller;
  readonly billing: PortfolioBilling;
  /** Billing resellers whose customers are read. */
  readonly resellers: readonly string[];
  readonly calls: PacedCalls;
  readonly clock: Clock;
  readonly verification: Verification;
  readonly log: Logger;
  observe(observed: readonly Observed[], at: number): Promise<void>;
}

/** Stores where the sweep is. Rejects when another instance has taken the lease. */
export type SaveState = (state: SweepState) => Promise<void>;

/** How often a list may begin anew because its page token was refused. */
const MAX_RESTARTS = 5;
const START = { pageToken: null, reseller: 0 } as const;

/** Codes with which the vendors refuse a page token that has expired. */
const refusedToken: ReadonlySet<string> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'FAILED_PRECONDITION',
]);

/** Reads all subscriptions and all billing customers, and finds out what has vanished. */
export class Sweep {
  readonly #deps: SweepDeps;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  /** Runs a sweep to its end, from where another instance or an earlier process left it. */
  async run(state: SweepState, save: SaveState, signal: AbortSignal): Promise<SweepState> {
    let current = state.phase === 'IDLE' ? await this.#begin(state, save) : state;
    let restarts = 0;
    while (current.phase !== 'IDLE') {
      signal.throwIfAborted();
      try {
        current = await this.#step(current, signal);
      } catch (error) {
        if (!isExpired(current, error) || ++restarts > MAX_RESTARTS) throw error;
        this.#deps.log.info({ err: error }, 'page token refused, starting the list again');
        current = this.#restarted(current);
      }
      await save(current);
    }
    return current;
  }

  async #begin(state: SweepState, save: SaveState): Promise<SweepState> {
    const startedAt = this.#deps.clock.now();
    const begun = { ...state, phase: 'SUBSCRIPTIONS', position: START, startedAt } as const;
    await save(begun);
    return begun;
  }

  /** The subscriptions are read from the beginning, so the sweep begins now. */
  #restarted(state: SweepState): SweepState {
    if (state.phase === 'SUBSCRIPTIONS') {
      return { ...state, position: START, startedAt: this.#deps.clock.now() };
    }
    return { ...state, position: { ...state.position, pageToken: null } };
  }

  #step(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    switch (state.phase) {
      case 'SUBSCRIPTIONS':
        return this.#readSubscriptions(state, signal);
      case 'CUSTOMERS':
        return this.#readCustomers(state, signal);
      default:
        return this.#finish(state, signal);
    }
  }

  async #readSubscriptions(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    const { reseller, calls, clock, observe } = this.#deps;
    const token = state.position.pageToken;
    let at = 0;
    const page = await calls.run(signal, async (scope) => {
      at = clock.now();
      const request = { filter: {}, page: { token, size: MAX_SUBSCRIPTIONS_PAGE } };
      const [found] = await reseller.listSubscriptionPages([request], scope);
      if (found === undefined) throw new Error('listSubscriptionPages returned no result');
      if (found instanceof GatewayError) throw found;
      return found;
    });
    const observed = page.items.map(
      (subscription): Observed => ({ type: 'subscription', subscription, isOwner: false }),
    );
    await observe(observed, at);
    return advanced(state, page, { phase: 'CUSTOMERS', position: START });
  }

  async #readCustomers(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    const { billing, resellers, calls, clock, observe } = this.#deps;
    const { reseller: index, pageToken: token } = state.position;
    const resellerId = resellers[index];
    if (resellerId === undefined) return { ...state, phase: 'VERIFYING', position: START };
    let at = 0;
    const page = await calls.run(signal, async (scope) => {
      at = clock.now();
      const request: PageRequest = { token, size: MAX_CUSTOMERS_PAGE };
      return billing.listCustomers(resellerId, request, scope);
    });
    const observed = page.items.map(
      ({ billingAccountId, customerId }): Observed => ({
        type: 'billing-customer',
        key: { resellerId, customerId },
        accountId: billingAccountId,
      }),
    );
    await observe(observed, at);
    const next = { pageToken: null, reseller: index + 1 };
    return advanced(state, page, { phase: 'CUSTOMERS', position: next });
  }

  async #finish(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    const { store, verification, clock, log } = this.#deps;
    await verification.run(state.startedAt, signal);
    await store.maintain().catch((err: unknown) => {
      log.warn({ err }, 'portfolio not prepared for fast queries');
    });
    const finishedAt = clock.now();
    const durationMs = finishedAt - state.startedAt;
    log.info({ durationMs }, 'portfolio sweep finished');
    return {
      ...{ phase: 'IDLE', position: START, startedAt: 0 },
      ...{ asOf: state.startedAt, finishedAt },
    };
  }
}

/** @throws GatewayError when the list returns the token that it was read with */
function advanced(
  state: SweepState,
  { nextToken }: Page<unknown>,
  end: Pick<SweepState, 'phase' | 'position'>,
): SweepState {
  if (nextToken === null) return { ...state, ...end };
  if (nextToken === state.position.pageToken) {
    const message = 'The backend returned the same page token twice.';
    throw new GatewayError('INTERNAL_SERVER_ERROR', message);
  }
  return { ...state, position: { ...state.position, pageToken: nextToken } };
}

function isExpired({ position }: SweepState, error: unknown): boolean {
  const isRefused = error instanceof GatewayError && refusedToken.has(error.code);
  return isRefused && position.pageToken !== null;
}

import { readPage } from '../backends/reseller/single-reads.ts';
import { MAX_CUSTOMERS_PAGE } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { Observed } from '../domain/portfolio.ts';
import type { SweepState } from '../store/portfolio/sweep-store.ts';
import type { SweepParts } from './sources.ts';
import type { Verification } from './verification.ts';

export interface SweepDeps extends SweepParts {
  /** Billing resellers whose customers are read. */
  readonly resellers: readonly string[];
  readonly verification: Verification;
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

export type Sweep = ReturnType<typeof createSweep>;

/** Reads all subscriptions and all billing customers, and finds out what has vanished. */
export function createSweep(deps: SweepDeps) {
  const { store, reseller, billing, resellers, calls, clock, log, observe } = deps;

  /** Runs a sweep to its end, from where another instance or an earlier process left it. */
  async function run(state: SweepState, save: SaveState, signal: AbortSignal): Promise<SweepState> {
    let current = state.phase === 'IDLE' ? await begin(state, save) : state;
    let restarts = 0;
    while (current.phase !== 'IDLE') {
      signal.throwIfAborted();
      try {
        current = await step(current, signal);
      } catch (error) {
        if (!isExpired(current, error) || ++restarts > MAX_RESTARTS) throw error;
        log.info({ err: error }, 'page token refused, starting the list again');
        current = restarted(current);
      }
      await save(current);
    }
    return current;
  }

  async function begin(state: SweepState, save: SaveState): Promise<SweepState> {
    const startedAt = clock.now();
    const begun = { ...state, phase: 'SUBSCRIPTIONS', position: START, startedAt } as const;
    await save(begun);
    return begun;
  }

  /** The subscriptions are read from the beginning, so the sweep begins now. */
  function restarted(state: SweepState): SweepState {
    if (state.phase === 'SUBSCRIPTIONS') {
      return { ...state, position: START, startedAt: clock.now() };
    }
    return { ...state, position: { ...state.position, pageToken: null } };
  }

  function step(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    switch (state.phase) {
      case 'SUBSCRIPTIONS':
        return readSubscriptions(state, signal);
      case 'CUSTOMERS':
        return readCustomers(state, signal);
      default:
        return finish(state, signal);
    }
  }

  async function readSubscriptions(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    const token = state.position.pageToken;
    let at = 0;
    const page = await calls.run(signal, (scope) => {
      at = clock.now();
      return readPage(reseller, {}, token, scope);
    });
    const observed = page.items.map(
      (subscription): Observed => ({ type: 'subscription', subscription, isOwner: false }),
    );
    await observe(observed, at);
    return advanced(state, page, { phase: 'CUSTOMERS', position: START });
  }

  async function readCustomers(state: SweepState, signal: AbortSignal): Promise<SweepState> {
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

  async function finish(state: SweepState, signal: AbortSignal): Promise<SweepState> {
    await deps.verification.run(state.startedAt, signal);
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

  return { run };
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

import { abortable, type CallScope } from '../domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { Gate } from '../domain/gate.ts';
import { type Page, type PageRequest, PageWalk } from '../domain/page.ts';

/** Bounds the memory of a list that does not end. */
const MAX_CUSTOMERS = 250_000;
/**
 * Sweeps at once of resellers that have no known customer, and the most that may wait: callers can send
 * arbitrary reseller ids.
 */
const UNKNOWN_SWEEPS = 4;
const MAX_UNKNOWN_SWEEPS = 100;

/** Reads one page of a reseller's customers. */
export type ListCustomers = (
  resellerId: string,
  page: PageRequest,
  scope: CallScope,
) => Promise<Page<BillingCustomer>>;

export interface CustomerIndexOptions {
  /** Page size of a sweep's list calls. */
  readonly pageSize: number;
  /** The minimum time between two sweeps of a reseller. */
  readonly sweepIntervalMs: number;
  /** Maximum number of cached resellers. Evicts those without customers first, then by last use. */
  readonly resellers: number;
}

/** One reading of a reseller's list. It is cancelled when the last caller leaves. */
interface Sweep {
  readonly result: Promise<void>;
  readonly controller: AbortController;
  callers: number;
}

interface ResellerIndex {
  readonly accounts: Map<string, string>;
  sweptAt: number;
  /** The list did not end when it was last swept; sweeping it again would cost as many calls. */
  fault: GatewayError | null;
  sweep: Sweep | null;
}

/**
 * Finds billing customers by id. The billing API has no call for that, so a sweep reads the whole
 * list of the reseller into a cache, and a miss sweeps again.
 */
export class CustomerIndex {
  readonly #list: ListCustomers;
  readonly #options: CustomerIndexOptions;
  readonly #resellers = new Map<string, ResellerIndex>();
  readonly #unknown = new Gate(UNKNOWN_SWEEPS);
  #unknownSweeps = 0;

  constructor(list: ListCustomers, options: CustomerIndexOptions) {
    this.#list = list;
    this.#options = options;
  }

  /** Caches customers that were read elsewhere: on a list page or in an operation's response. */
  learn(customers: Iterable<BillingCustomer>): void {
    let last = '';
    let index: ResellerIndex | undefined;
    for (const customer of customers) {
      const { resellerId } = customer;
      // The customers of a page have one reseller.
      if (!index || resellerId !== last) index = this.#indexOf(resellerId);
      last = resellerId;
      cache(index, customer);
    }
  }

  /** Returns null when the reseller has no such customer. Concurrent misses share one sweep. */
  async find(key: BillingCustomerKey, scope: CallScope): Promise<BillingCustomer | null> {
    const index = this.#indexOf(key.resellerId);
    const isFresh = performance.now() - index.sweptAt < this.#options.sweepIntervalMs;
    if (!index.accounts.has(key.customerId)) {
      if (!isFresh) await this.#sweepOrJoin(key.resellerId, index, scope);
      else if (index.fault) throw index.fault;
    }
    const billingAccountId = index.accounts.get(key.customerId);
    return billingAccountId === undefined ? null : { ...key, billingAccountId };
  }

  async #sweepOrJoin(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const sweep = index.sweep ?? this.#start(resellerId, index, scope);
    sweep.callers++;
    try {
      await abortable(sweep.result, scope.signal);
    } finally {
      sweep.callers--;
      if (sweep.callers === 0 && index.sweep === sweep) {
        index.sweep = null;
        sweep.controller.abort(scope.signal.reason);
      }
    }
  }

  #start(resellerId: string, index: ResellerIndex, { requestId }: CallScope): Sweep {
    const controller = new AbortController();
    // Other requests may wait for the sweep, so it does not run in the lane of the one that starts it.
    const detached: CallScope = { requestId, signal: controller.signal };
    const result = this.#bounded(index, detached, () => this.#sweep(resellerId, index, detached));
    const sweep: Sweep = { controller, callers: 0, result };
    index.sweep = sweep;
    const end = (): void => {
      if (index.sweep === sweep) index.sweep = null;
    };
    result.then(end, end);
    return sweep;
  }

  async #bounded(
    { accounts }: ResellerIndex,
    { signal }: CallScope,
    sweep: () => Promise<void>,
  ): Promise<void> {
    if (accounts.size > 0) return sweep();
    if (this.#unknownSweeps >= MAX_UNKNOWN_SWEEPS) {
      const message = 'Too many customers of unknown resellers are being looked up. Retry later.';
      throw new GatewayError('UNAVAILABLE', message, { service: 'billing', retryable: true });
    }
    this.#unknownSweeps++;
    try {
      await this.#unknown.run(signal, sweep);
    } finally {
      this.#unknownSweeps--;
    }
  }

  async #sweep(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    // The list may miss a customer that is created during the sweep, so its age counts from here.
    const startedAt = performance.now();
    index.fault = null;
    try {
      await this.#readAll(resellerId, index, scope);
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : null;
      // The reseller does not exist, so it has no customers.
      if (code !== 'NOT_FOUND') throw error;
    }
    index.sweptAt = startedAt;
  }

  async #readAll(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const walk = new PageWalk('billing');
    let token: string | null = null;
    do {
      scope.signal.throwIfAborted();
      const request: PageRequest = { token, size: this.#options.pageSize };
      const page: Page<BillingCustomer> = await this.#list(resellerId, request, scope);
      // The reseller may have been evicted meanwhile; callers of this sweep read this index.
      for (const customer of page.items) cache(index, customer);
      this.#checkEnd(walk, page, token, index);
      token = page.nextToken;
    } while (token !== null);
  }

  /** @throws GatewayError when the list does not end; until the next sweep, callers get it too */
  #checkEnd(
    walk: PageWalk,
    page: Page<BillingCustomer>,
    token: string | null,
    index: ResellerIndex,
  ): void {
    try {
      walk.record(page, token);
      if (index.accounts.size > MAX_CUSTOMERS) throw tooManyCustomers();
    } catch (error) {
      if (error instanceof GatewayError) index.fault = error;
      index.sweptAt = performance.now();
      throw error;
    }
  }

  #indexOf(resellerId: string): ResellerIndex {
    const index = this.#resellers.get(resellerId) ?? {
      accounts: new Map<string, string>(),
      sweptAt: Number.NEGATIVE_INFINITY,
      fault: null,
      sweep: null,
    };
    this.#resellers.delete(resellerId);
    this.#resellers.set(resellerId, index);
    if (this.#resellers.size > this.#options.resellers) this.#evictOne(resellerId);
    return index;
  }

  /** Callers can send arbitrary reseller ids, which must not evict resellers with customers. */
  #evictOne(except: string): void {
    const others = [...this.#resellers].filter(
      ([resellerId, { sweep }]) => resellerId !== except && !sweep,
    );
    const [evicted] = others.find(([, { accounts }]) => accounts.size === 0) ?? others[0] ?? [];
    if (evicted !== undefined) this.#resellers.delete(evicted);
  }
}

/**
 * An operation may return a customer without its account; a cached account id is kept then. What is
 * known is not replaced by an equal string, which would have to be moved to the long-lived objects.
 */
function cache({ accounts }: ResellerIndex, { customerId, billingAccountId }: BillingCustomer) {
  const known = accounts.get(customerId);
  if (known === billingAccountId) return;
  if (billingAccountId !== '' || known === undefined) accounts.set(customerId, billingAccountId);
}

function tooManyCustomers(): GatewayError {
  const message = `The reseller has more than ${MAX_CUSTOMERS} customers.`;
  return new GatewayError('INTERNAL_SERVER_ERROR', message, { service: 'billing' });
}

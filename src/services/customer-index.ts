import { abortable, type CallScope } from '../domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { type Page, type PageRequest, repeatedPageToken } from '../domain/page.ts';

/** Guards against a backend whose list never ends. */
const MAX_PAGES = 100_000;

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

interface ResellerIndex {
  readonly accounts: Map<string, string>;
  sweptAt: number;
  sweep: Promise<void> | null;
}

/**
 * Finds billing customers by id. The billing API has no call for that, so a sweep reads the whole
 * list of the reseller into a cache, and a miss sweeps again.
 */
export class CustomerIndex {
  readonly #list: ListCustomers;
  readonly #options: CustomerIndexOptions;
  readonly #resellers = new Map<string, ResellerIndex>();

  constructor(list: ListCustomers, options: CustomerIndexOptions) {
    this.#list = list;
    this.#options = options;
  }

  /** Caches customers that were read elsewhere: on a list page or in an operation's response. */
  learn(customers: Iterable<BillingCustomer>): void {
    for (const customer of customers) cache(this.#indexOf(customer.resellerId), customer);
  }

  /** Returns null when the reseller has no such customer. Concurrent misses share one sweep. */
  async find(key: BillingCustomerKey, scope: CallScope): Promise<BillingCustomer | null> {
    const index = this.#indexOf(key.resellerId);
    const isFresh = performance.now() - index.sweptAt < this.#options.sweepIntervalMs;
    if (!index.accounts.has(key.customerId) && !isFresh) {
      index.sweep ??= this.#sweep(key.resellerId, index, scope).finally(() => {
        index.sweep = null;
      });
      await abortable(index.sweep, scope.signal);
    }
    const billingAccountId = index.accounts.get(key.customerId);
    return billingAccountId === undefined ? null : { ...key, billingAccountId };
  }

  /** Other requests may wait for the sweep, so it does not end with the one that started it. */
  async #sweep(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const detached: CallScope = { ...scope, signal: new AbortController().signal };
    // The list may miss a customer that is created during the sweep, so its age counts from here.
    const startedAt = performance.now();
    try {
      await this.#readAll(resellerId, index, detached);
    } catch (error) {
      // The reseller does not exist, so it has no customers.
      if (!(error instanceof GatewayError && error.code === 'NOT_FOUND')) throw error;
    }
    index.sweptAt = startedAt;
  }

  async #readAll(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const seen = new Set<string | null>();
    let token: string | null = null;
    do {
      if (seen.has(token) || seen.size >= MAX_PAGES) throw repeatedPageToken('billing');
      seen.add(token);
      const request: PageRequest = { token, size: this.#options.pageSize };
      const page: Page<BillingCustomer> = await this.#list(resellerId, request, scope);
      // The reseller may have been evicted meanwhile; callers of this sweep read this index.
      for (const customer of page.items) cache(index, customer);
      token = page.nextToken;
    } while (token !== null);
  }

  #indexOf(resellerId: string): ResellerIndex {
    const index = this.#resellers.get(resellerId) ?? {
      accounts: new Map<string, string>(),
      sweptAt: Number.NEGATIVE_INFINITY,
      sweep: null,
    };
    this.#resellers.delete(resellerId);
    this.#resellers.set(resellerId, index);
    if (this.#resellers.size > this.#options.resellers) this.#evictOne(resellerId);
    return index;
  }

  /** Callers can send arbitrary reseller ids, which must not evict resellers with customers. */
  #evictOne(except: string): void {
    const others = [...this.#resellers].filter(([resellerId]) => resellerId !== except);
    const [evicted] = others.find(([, { accounts }]) => accounts.size === 0) ?? others[0] ?? [];
    if (evicted !== undefined) this.#resellers.delete(evicted);
  }
}

/** An operation may return a customer without its account; a cached account id is kept then. */
function cache({ accounts }: ResellerIndex, { customerId, billingAccountId }: BillingCustomer) {
  if (billingAccountId !== '' || !accounts.has(customerId)) {
    accounts.set(customerId, billingAccountId);
  }
}

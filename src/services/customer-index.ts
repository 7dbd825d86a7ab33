import { abortable, type CallScope } from '../domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { type Page, type PageRequest, repeatedPageToken } from '../domain/page.ts';

/** A list that is longer has no end. */
const MAX_PAGES = 100_000;

/** Reads one page of a reseller's customers. */
export type ListCustomers = (
  resellerId: string,
  page: PageRequest,
  scope: CallScope,
) => Promise<Page<BillingCustomer>>;

export interface CustomerIndexOptions {
  /** Customers read per call of a sweep. */
  readonly pageSize: number;
  /** A customer that is not there causes no new sweep sooner than this after the last one. */
  readonly sweepIntervalMs: number;
  /** Resellers kept; those without customers go first, then the one not looked at for longest. */
  readonly resellers: number;
}

interface ResellerIndex {
  readonly accounts: Map<string, string>;
  sweptAt: number;
  sweep: Promise<void> | null;
}

/**
 * Finds a billing customer by id, which no call of the billing API does: the reseller's list is
 * paged through once and remembered, and again on a miss.
 */
export class CustomerIndex {
  readonly #list: ListCustomers;
  readonly #options: CustomerIndexOptions;
  readonly #resellers = new Map<string, ResellerIndex>();

  constructor(list: ListCustomers, options: CustomerIndexOptions) {
    this.#list = list;
    this.#options = options;
  }

  /** Remembers customers that were seen elsewhere: on a page, in an operation's response. */
  learn(customers: Iterable<BillingCustomer>): void {
    for (const customer of customers) remember(this.#of(customer.resellerId), customer);
  }

  /** Null when the reseller has no such customer. Overlapping misses share one sweep. */
  async find(key: BillingCustomerKey, scope: CallScope): Promise<BillingCustomer | null> {
    const index = this.#of(key.resellerId);
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

  /** Belongs to everyone who waits for it, so it outlives the request that began it. */
  async #sweep(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const detached: CallScope = { ...scope, signal: new AbortController().signal };
    // Whoever comes to be while the list is read may be missed.
    const beganAt = performance.now();
    try {
      await this.#readAll(resellerId, index, detached);
    } catch (error) {
      // Billing knows no such reseller, so nobody is its customer.
      if (!(error instanceof GatewayError && error.code === 'NOT_FOUND')) throw error;
    }
    index.sweptAt = beganAt;
  }

  async #readAll(resellerId: string, index: ResellerIndex, scope: CallScope): Promise<void> {
    const seen = new Set<string | null>();
    let token: string | null = null;
    do {
      if (seen.has(token) || seen.size >= MAX_PAGES) throw repeatedPageToken('billing');
      seen.add(token);
      const request: PageRequest = { token, size: this.#options.pageSize };
      const page: Page<BillingCustomer> = await this.#list(resellerId, request, scope);
      // Into this index, even when the reseller has been forgotten meanwhile: its callers wait on it.
      for (const customer of page.items) remember(index, customer);
      token = page.nextToken;
    } while (token !== null);
  }

  #of(resellerId: string): ResellerIndex {
    const index = this.#resellers.get(resellerId) ?? {
      accounts: new Map<string, string>(),
      sweptAt: Number.NEGATIVE_INFINITY,
      sweep: null,
    };
    this.#resellers.delete(resellerId);
    this.#resellers.set(resellerId, index);
    if (this.#resellers.size > this.#options.resellers) this.#forgetOne(resellerId);
    return index;
  }

  /** Ids of resellers can be made up: they must not push out those who have customers. */
  #forgetOne(kept: string): void {
    const others = [...this.#resellers].filter(([resellerId]) => resellerId !== kept);
    const [forgotten] = others.find(([, { accounts }]) => accounts.size === 0) ?? others[0] ?? [];
    if (forgotten !== undefined) this.#resellers.delete(forgotten);
  }
}

/** An operation may name a customer without its account: that takes nothing away. */
function remember({ accounts }: ResellerIndex, { customerId, billingAccountId }: BillingCustomer) {
  if (billingAccountId !== '' || !accounts.has(customerId)) {
    accounts.set(customerId, billingAccountId);
  }
}

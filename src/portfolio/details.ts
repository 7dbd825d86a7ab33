import { isManagedElsewhere, MAX_CUSTOMERS_PAGE } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Observed } from '../domain/portfolio.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import { type PacedCalls, settledResults } from './calls.ts';
import type { Clock } from './clock.ts';
import { observedAccount } from './observed.ts';
import type { PortfolioBilling, PortfolioReseller } from './sources.ts';

export interface DetailsDeps {
  readonly store: PortfolioStore;
  readonly reseller: PortfolioReseller;
  readonly billing: PortfolioBilling;
  readonly calls: PacedCalls;
  readonly clock: Clock;
  readonly log: Logger;
  /** Details are read again after this time, in milliseconds. */
  readonly maxAgeMs: number;
  observe(observed: readonly Observed[], at: number): Promise<void>;
}

/** Customers per batch request. */
const BATCH = 10;
/** Details that are known are read again at this fraction of the pace. */
const SLOWNESS = 5;

/** Reads what no list contains: organizations, countries, administrators and accounts. */
export class Details {
  readonly #deps: DetailsDeps;
  /** Objects that could not be read lately. */
  readonly #failed = new Set<string>();
  #accountsListedAt = 0;

  constructor(deps: DetailsDeps) {
    this.#deps = deps;
  }

  /** Call this once per sweep: what failed may be read by now. */
  forgetFailures(): void {
    this.#failed.clear();
  }

  /** Reads some details. @returns false when all are recent */
  async step(signal: AbortSignal): Promise<boolean> {
    const { store, clock, maxAgeMs } = this.#deps;
    const due = clock.now() - maxAgeMs;
    const limit = BATCH + this.#failed.size;
    // What was never read comes first.
    for (const [before, weight] of [[1, 1] as const, [due, SLOWNESS] as const]) {
      const linked = before === 1 ? await store.unknownLinked(limit) : [];
      const stale = await store.staleResellerCustomers(before, limit);
      if (await this.#readCustomers(this.#chosen([...linked, ...stale]), weight, signal)) {
        return true;
      }
      const accounts = this.#chosen(await store.staleAccounts(before, limit));
      if (accounts.length > 0) return this.#readAccounts(accounts, due, weight, signal);
    }
    return false;
  }

  #chosen(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => !this.#failed.has(id)).slice(0, BATCH);
  }

  async #readCustomers(
    ids: readonly string[],
    weight: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { reseller, calls, clock, observe } = this.#deps;
    if (ids.length === 0) return false;
    let at = 0;
    const read = async (scope: Parameters<typeof reseller.getCustomers>[1]) => {
      at = clock.now();
      return settledResults(await reseller.getCustomers(ids, scope));
    };
    const found = await calls.run(signal, read, weight * ids.length);
    const observed = found.flatMap((customer, index): Observed[] => {
      const customerId = ids[index] ?? '';
      if (customer instanceof GatewayError) {
        this.#fail(customerId, customer);
        return [];
      }
      // Such a customer is not stored when only a link names it.
      if (!customer || isManagedElsewhere(customer)) this.#failed.add(customerId);
      return [
        customer
          ? { type: 'reseller-customer', customer }
          : { type: 'reseller-customer-gone', customerId },
      ];
    });
    await observe(observed, at);
    return true;
  }

  /** One list returns up to 1000 accounts; those that are not in it are read individually. */
  async #readAccounts(
    ids: readonly string[],
    due: number,
    weight: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock } = this.#deps;
    if (this.#accountsListedAt <= due || this.#accountsListedAt === 0) {
      this.#accountsListedAt = clock.now();
      await this.#listAccounts(signal);
      return true;
    }
    const [id] = ids;
    if (id !== undefined) await this.#readAccount(id, weight, signal);
    return true;
  }

  async #listAccounts(signal: AbortSignal): Promise<void> {
    const { billing, calls, clock, log, observe } = this.#deps;
    const tokens = new Set<string | null>();
    let token: string | null = null;
    try {
      do {
        tokens.add(token);
        const at = clock.now();
        const request = { token, size: MAX_CUSTOMERS_PAGE };
        const page: Awaited<ReturnType<PortfolioBilling['listAccounts']>> = await calls.run(
          signal,
          (scope) => billing.listAccounts(request, scope),
        );
        await observe(page.items.map(observedAccount), at);
        token = page.nextToken;
      } while (token !== null && !tokens.has(token));
    } catch (err) {
      signal.throwIfAborted();
      log.warn({ err }, 'accounts not listed, reading them one by one');
    }
  }

  async #readAccount(id: string, weight: number, signal: AbortSignal): Promise<void> {
    const { billing, calls, clock, observe } = this.#deps;
    const at = clock.now();
    try {
      const account = await calls.run(signal, (scope) => billing.getAccount(id, scope), weight);
      if (account) await observe([observedAccount(account)], at);
      else this.#failed.add(id);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GatewayError)) throw error;
      this.#fail(id, error);
    }
  }

  #fail(id: string, err: GatewayError): void {
    this.#failed.add(id);
    this.#deps.log.debug({ err, id }, 'details not read, retrying after the next sweep');
  }
}

import { type BillingAccount, isManagedElsewhere, MAX_CUSTOMERS_PAGE } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Page } from '../domain/page.ts';
import type { Observed } from '../domain/portfolio.ts';
import { settledResults } from './calls.ts';
import { observedAccount } from './observed.ts';
import type { SweepParts } from './sources.ts';

export interface DetailsDeps extends SweepParts {
  /** Details are read again after this time, in milliseconds. */
  readonly maxAgeMs: number;
}

/** Customers per batch request. */
const BATCH = 10;
/** Details that are known are read again at this fraction of the pace. */
const SLOWNESS = 5;

export type Details = ReturnType<typeof createDetails>;

/** Reads what no list contains: organizations, countries, administrators and accounts. */
export function createDetails(deps: DetailsDeps) {
  const { store, reseller, billing, calls, clock, log, observe } = deps;
  /** Objects that could not be read lately. */
  const failed = new Set<string>();
  let accountsListedAt = 0;

  /** Call this once per sweep: what failed may be read by now. */
  function forgetFailures(): void {
    failed.clear();
  }

  /** Reads some details. @returns false when all are recent */
  async function step(signal: AbortSignal): Promise<boolean> {
    const due = clock.now() - deps.maxAgeMs;
    const limit = BATCH + failed.size;
    // What was never read comes first.
    for (const [before, weight] of [[1, 1] as const, [due, SLOWNESS] as const]) {
      const linked = before === 1 ? await store.unknownLinked(limit) : [];
      const stale = await store.staleResellerCustomers(before, limit);
      if (await readCustomers(chosen([...linked, ...stale]), weight, signal)) {
        return true;
      }
      const accounts = chosen(await store.staleAccounts(before, limit));
      if (accounts.length > 0) return readAccounts(accounts, due, weight, signal);
    }
    return false;
  }

  function chosen(ids: readonly string[]): readonly string[] {
    return ids.filter((id) => !failed.has(id)).slice(0, BATCH);
  }

  async function readCustomers(
    ids: readonly string[],
    weight: number,
    signal: AbortSignal,
  ): Promise<boolean> {
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
        fail(customerId, customer);
        return [];
      }
      // Such a customer is not stored when only a link names it.
      if (!customer || isManagedElsewhere(customer)) failed.add(customerId);
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
  async function readAccounts(
    ids: readonly string[],
    due: number,
    weight: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (accountsListedAt <= due || accountsListedAt === 0) {
      accountsListedAt = clock.now();
      await listAccounts(signal);
      return true;
    }
    const [id] = ids;
    if (id !== undefined) await readAccount(id, weight, signal);
    return true;
  }

  async function listAccounts(signal: AbortSignal): Promise<void> {
    const tokens = new Set<string | null>();
    let token: string | null = null;
    try {
      do {
        tokens.add(token);
        const at = clock.now();
        const request = { token, size: MAX_CUSTOMERS_PAGE };
        const page: Page<BillingAccount> = await calls.run(signal, (scope) =>
          billing.listAccounts(request, scope),
        );
        await observe(page.items.map(observedAccount), at);
        token = page.nextToken;
      } while (token !== null && !tokens.has(token));
    } catch (err) {
      signal.throwIfAborted();
      log.warn({ err }, 'accounts not listed, reading them one by one');
    }
  }

  async function readAccount(id: string, weight: number, signal: AbortSignal): Promise<void> {
    const at = clock.now();
    try {
      const account = await calls.run(signal, (scope) => billing.getAccount(id, scope), weight);
      if (account) await observe([observedAccount(account)], at);
      else failed.add(id);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GatewayError)) throw error;
      fail(id, error);
    }
  }

  function fail(id: string, err: GatewayError): void {
    failed.add(id);
    log.debug({ err, id }, 'details not read, retrying after the next sweep');
  }

  return { forgetFailures, step };
}

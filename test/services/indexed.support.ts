import type { CallScope } from '../../src/domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../../src/domain/customer.ts';
import type { Page, PageRequest } from '../../src/domain/page.ts';
import { CustomerIndex, type CustomerIndexOptions } from '../../src/services/customer-index.ts';

export const interval = 10_000;

export function scope(signal = new AbortController().signal): CallScope {
  return { signal, requestId: 'req-1' };
}

export function key(customerId: string, resellerId = 'R1'): BillingCustomerKey {
  return { resellerId, customerId };
}

export function customer(customerId: string, resellerId = 'R1'): BillingCustomer {
  return { resellerId, customerId, billingAccountId: `account-of-${customerId}` };
}

export function customers(count: number): BillingCustomer[] {
  return Array.from({ length: count }, (_, n) => customer(`C${n}`));
}

export type List = (
  resellerId: string,
  page: PageRequest,
  call: CallScope,
) => Page<BillingCustomer>;

/** Pages through `items`, each under the requested reseller. */
export function pagesOf(items: readonly BillingCustomer[]): List {
  return (resellerId, { token, size }) => {
    const start = Number(token ?? 0);
    const end = start + size;
    return {
      items: items.slice(start, end).map((item) => ({ ...item, resellerId })),
      nextToken: end < items.length ? String(end) : null,
    };
  };
}

/** An index over a list. Records its calls; `close` blocks them until the returned function runs. */
export function indexOf(list: List, options: Partial<CustomerIndexOptions> = {}) {
  const calls: { resellerId: string; page: PageRequest; call: CallScope }[] = [];
  let gate: Promise<void> = Promise.resolve();
  const index = new CustomerIndex(
    async (resellerId, page, call) => {
      calls.push({ resellerId, page, call });
      if (calls.length > 200) throw new Error('the sweep does not end');
      await gate;
      return list(resellerId, page, call);
    },
    { pageSize: 1000, sweepIntervalMs: interval, resellers: 100, ...options },
  );
  const close = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { index, calls, close };
}

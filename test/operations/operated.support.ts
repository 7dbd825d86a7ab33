import { onTestFinished } from 'vitest';
import type { BillingClient } from '../../src/backends/billing/client.ts';
import type { BillingCustomer } from '../../src/domain/customer.ts';
import type { Operation, OperationEntry } from '../../src/domain/operation.ts';
import type { LeaseOptions } from '../../src/operations/leases.ts';
import { Operations } from '../../src/operations/operations.ts';
import type { Store } from '../../src/store/store.ts';
import { log } from './operations.support.ts';
import { openMemory, pollOptions } from './polled.support.ts';

export const leaseOptions: LeaseOptions = { leaseMs: 15_000 };

/** Operations on the given store, or on a new one; not opened. */
export async function operated(
  billing: BillingClient,
  { store, leases }: { store?: Store; leases?: LeaseOptions } = {},
) {
  const on = store ?? (await openMemory());
  await on.journal.renew((leases ?? leaseOptions).leaseMs);
  const learned: BillingCustomer[] = [];
  const operations = new Operations({
    ...{ billing, log, store: on, poll: pollOptions },
    leases: leases ?? leaseOptions,
    onCustomer: (customer) => void learned.push(customer),
  });
  onTestFinished(() => operations.close());
  return {
    operations,
    store: on,
    journal: on.journal,
    /** The customers that were passed to `onCustomer`. */
    learned,
  };
}

/** The states of a stream that ends. */
export async function statesOf(
  entries: AsyncIterable<OperationEntry> | null,
): Promise<Operation[]> {
  const seen: Operation[] = [];
  for await (const entry of entries ?? []) seen.push(entry.operation);
  return seen;
}

import { onTestFinished } from 'vitest';
import type { BillingClient } from '../../src/backends/billing/client.ts';
import {
  type Operation,
  type OperationEntry,
  type OperationStatus,
  operationStatus,
} from '../../src/domain/operation.ts';
import { type PollerOptions, Pollers } from '../../src/operations/poller.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { log, operation } from './operations.support.ts';

export const pollOptions: PollerOptions = {
  intervalMs: 1_000,
  maxIntervalMs: 10_000,
  idleIntervalMs: 30_000,
  lostAfterMs: 60_000,
  maxAgeMs: 86_400_000,
};

/** A store in memory, gone when the test is. */
export async function openMemory(): Promise<Store> {
  const store = await openStore('sqlite::memory:', { log });
  onTestFinished(() => store.close());
  return store;
}

/** A store, and pollers on it, with one running operation that nobody polls yet. */
export async function polled(
  billing: Pick<BillingClient, 'getOperation'>,
  options: Partial<PollerOptions> = {},
) {
  const store = await openMemory();
  const { journal } = store;
  const pollers = new Pollers({ billing, journal, log, options: { ...pollOptions, ...options } });
  onTestFinished(() => pollers.close());
  return {
    store,
    journal,
    pollers,
    latest: await journal.append(operation()),
    record: (state: Operation): Promise<OperationEntry> => journal.append(state),
    /** Has it polled, and watches it; gives the way to watch no more. */
    watch(entry: OperationEntry): () => void {
      pollers.start(entry);
      return pollers.watch(entry.operation.operationId);
    },
    statuses: async (): Promise<OperationStatus[]> =>
      (await journal.after('op', 0)).map((entry) => operationStatus(entry.operation)),
  };
}

import { onTestFinished } from 'vitest';
import type { BillingClient } from '../../src/backends/billing/client.ts';
import {
  type HeldOperation,
  type Operation,
  type OperationEntry,
  type OperationStatus,
  operationStatus,
} from '../../src/domain/operation.ts';
import type { Logger } from '../../src/log.ts';
import { Pollers, type PollersOptions } from '../../src/operations/pollers.ts';
import { Watchers } from '../../src/operations/watchers.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { log, operation } from './operations.support.ts';

export const pollOptions: PollersOptions = {
  intervalMs: 1_000,
  maxIntervalMs: 10_000,
  idleIntervalMs: 30_000,
  lostAfterMs: 60_000,
  maxAgeMs: 86_400_000,
  maxPolls: 50,
  pollsPerSecond: 1_000,
};

const LEASE_MS = 600_000;

/** A store in memory, closed when the test ends. */
export async function openMemory(): Promise<Store> {
  const store = await openStore('sqlite::memory:', { log });
  onTestFinished(() => store.close());
  return store;
}

/** Appends a state, and holds its operation. */
export async function holdIn(
  { journal }: Pick<Store, 'journal'>,
  state: Operation = operation(),
): Promise<HeldOperation> {
  await journal.append(state);
  await journal.renew(LEASE_MS);
  const held = await journal.take(state.operationId);
  if (!held) throw new Error('the operation cannot be taken');
  return held;
}

/** A store, and pollers on it, with one running operation that it holds but does not poll yet. */
export async function polled(
  billing: Pick<BillingClient, 'getOperation'>,
  options: Partial<PollersOptions> = {},
  logger: Logger = log,
) {
  const store = await openMemory();
  const { journal } = store;
  const deps = { billing, journal, log: logger, onOperation: store.onOperation };
  const pollers = new Pollers({ ...deps, options: { ...pollOptions, ...options } });
  const watchers = new Watchers({ store, pollers, log });
  onTestFinished(() => {
    watchers.close();
    pollers.close();
  });
  return {
    store,
    journal,
    pollers,
    watchers,
    held: await holdIn(store),
    hold: (state: Operation): Promise<HeldOperation> => holdIn(store, state),
    record: (state: Operation): Promise<OperationEntry> => journal.append(state),
    /** Polls and watches an operation; the returned function removes the watcher. */
    watch(held: HeldOperation): () => void {
      pollers.start(held);
      return watchers.add(held.entry.operation.operationId);
    },
    statuses: async (): Promise<OperationStatus[]> =>
      (await journal.after('op', 0)).map((entry) => operationStatus(entry.operation)),
  };
}

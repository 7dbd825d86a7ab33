import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../domain/customer.ts';
import {
  isEnded,
  type Operation,
  type OperationEntry,
  type OperationKind,
  resellerOf,
  withKnown,
} from '../domain/operation.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { TraceContext } from '../domain/tracing.ts';
import { follow } from '../live/follow.ts';
import { SharedReads } from '../live/shared-reads.ts';
import { WakeUps } from '../live/wake-up.ts';
import type { Logger } from '../log.ts';
import type { PageQuery } from '../store/database/pages.ts';
import type {
  ListedOperation,
  OperationFilter,
  OperationJournal,
} from '../store/operations/journal.ts';
import type { Store } from '../store/store.ts';
import { type LeaseOptions, Leases } from './leases.ts';
import { Outcomes } from './outcomes.ts';
import { Pollers, type PollersOptions } from './pollers.ts';
import { assertRequested } from './readings.ts';
import { Watchers } from './watchers.ts';

export interface OperationsDeps {
  readonly billing: BillingClient;
  readonly store: Pick<Store, 'journal' | 'onOperation' | 'announceWatched' | 'onWatched'>;
  readonly log: Logger;
  readonly poll: PollersOptions;
  readonly leases: LeaseOptions;
  /** Called with every customer that an operation returns, before its watchers see the result. */
  onCustomer(customer: BillingCustomer): void;
}

/** What outlives a request: the journal of operations, their pollers and their watchers. */
export class Operations {
  readonly #deps: OperationsDeps;
  readonly #journal: OperationJournal;
  readonly #wakeUps = new WakeUps();
  readonly #pollers: Pollers;
  readonly #leases: Leases;
  readonly #outcomes: Outcomes;
  readonly #watchers: Watchers;
  readonly #reads = new SharedReads<OperationEntry>();
  readonly #unsubscribe: () => void;

  constructor(deps: OperationsDeps) {
    const { billing, log, poll, store } = deps;
    const { journal } = store;
    this.#deps = deps;
    this.#journal = journal;
    this.#pollers = new Pollers({
      ...{ billing, journal, log, options: poll },
      onOperation: store.onOperation,
    });
    this.#watchers = new Watchers({ store, pollers: this.#pollers, log });
    this.#outcomes = new Outcomes(deps.onCustomer, journal, log);
    this.#leases = new Leases({ journal, pollers: this.#pollers, log, options: deps.leases });
    this.#unsubscribe = store.onOperation((id) => {
      this.#reads.changed();
      if (id === null) return this.#wakeUps.wakeAll();
      this.#wakeUps.wake(id);
      this.#wakeUps.wake(ALL);
      this.#outcomes.publishById(id);
    });
  }

  /** Starts polling what an earlier process, or another instance that died, left unfinished. */
  open(): void {
    this.#leases.start();
  }

  /**
   * Polls an operation that this instance has started and holds the lease of.
   * @param trace the trace of its write, which the polls continue
   */
  adopt(entry: OperationEntry, trace?: TraceContext | null): void {
    this.#pollers.start({ entry, ageMs: 0, trace });
  }

  /** Pages of operations in their latest state, newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]> {
    return this.#journal.pages(queries);
  }

  /** The numbers of operations that match the filters, in their order. */
  counts(filters: readonly OperationFilter[]): Promise<readonly number[]> {
    return this.#journal.counts(filters);
  }

  /** Number of operations that this instance is polling. */
  get polled(): number {
    return this.#pollers.size;
  }

  /**
   * Records a state that the billing API returned, unless a newer one is known, and publishes it to
   * the watchers. Returns the latest state.
   * @param operationId the operation that was requested
   * @throws GatewayError INTERNAL_SERVER_ERROR when the billing API returned another operation
   */
  async record(
    operation: Operation,
    operationId: string = operation.operationId,
  ): Promise<OperationEntry> {
    assertRequested(operation, operationId);
    const known = await this.#journal.latest(operation.operationId);
    return this.#journal.append(withKnown(operation, known?.operation.metadata ?? null));
  }

  /**
   * The current state. A finished operation is not read again. When the billing API does not return
   * it (a replica that lags, an outage), the journal's latest state is returned. An operation that the
   * caller does not see is not recorded.
   * @returns null when neither the journal nor the billing API knows the operation, or when the caller
   *   does not see its reseller
   */
  async get(
    operationId: string,
    scope: CallScope,
    seesReseller: SeesReseller = seesEverything,
  ): Promise<OperationEntry | null> {
    const known = await this.#journal.latest(operationId);
    if (known && !seesReseller(known.resellerId)) return null;
    if (known?.operation.done) return known;
    const kind = known?.operation.kind ?? 'UNKNOWN';
    try {
      const reading = await this.#deps.billing.getOperation(operationId, kind, scope);
      if (!reading) return known;
      if (!known && !seesReseller(resellerOf(reading.operation))) return null;
      return await this.record(reading.operation, operationId);
    } catch (error) {
      if (!known || scope.signal.aborted) throw error;
      const message = 'operation read failed, returning the journaled state';
      this.#deps.log.warn({ err: error, operation: operationId }, message);
      return known;
    }
  }

  /** The mutation that started the operation; UNKNOWN when the journal does not have it. */
  async kindOf(operationId: string): Promise<OperationKind> {
    return (await this.#journal.latest(operationId))?.operation.kind ?? 'UNKNOWN';
  }

  /**
   * The states of an operation: the current one, or every one after the sequence `after`; then each
   * change until the operation is done or LOST.
   * @returns null as `get` does
   */
  async watch(
    operationId: string,
    after: number | null,
    scope: CallScope,
    seesReseller: SeesReseller = seesEverything,
  ): Promise<AsyncIterableIterator<OperationEntry> | null> {
    const known = await this.#journal.latest(operationId);
    const current = known ?? (await this.get(operationId, scope, seesReseller));
    if (!current || !seesReseller(current.resellerId)) return null;
    const { sequence, operation } = current;
    // A higher sequence comes from a journal that was deleted; it marks no position in this one.
    const seen = after !== null && after <= sequence ? after : sequence - 1;
    if (isEnded(operation) && seen === sequence) return nothing();
    this.#leases.take(current);
    const release = isEnded(operation) ? () => {} : this.#watchers.add(operationId);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: operationId,
        seen,
        read: (from, limit) =>
          this.#read(`${from} ${operationId}`, () => this.#journal.after(operationId, from, limit)),
        // An operation that was LOST earlier may have been found again.
        isLast: (entry) => isEnded(entry.operation) && entry.sequence >= sequence,
        release,
      },
      scope.signal,
    );
  }

  /**
   * Every change of all operations, or of one customer's, from now on or after `after`.
   * @param tenant the tenant that sees them; undefined for all
   */
  async watchAll(
    customer: BillingCustomerKey | undefined,
    after: number | null,
    scope: CallScope,
    tenant?: Tenant,
  ): Promise<AsyncIterableIterator<OperationEntry>> {
    const last = await this.#journal.lastSequence();
    // As in `watch`: the reader would wait for a sequence that this journal may never reach.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify([customer?.resellerId, customer?.customerId, tenant]);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: ALL,
        seen,
        read: (from, limit) =>
          this.#read(`${from} of ${name}`, () =>
            this.#journal.changesAfter({ customer, tenant }, from, limit),
          ),
        isLast: () => false,
        release: () => {},
      },
      scope.signal,
    );
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#watchers.close();
    await this.#leases.close();
    this.#pollers.close();
  }

  /** Merges equal reads, and publishes the customers that they contain before returning. */
  #read(
    key: string,
    read: () => Promise<readonly OperationEntry[]>,
  ): Promise<readonly OperationEntry[]> {
    return this.#reads.read(key, async () => {
      const entries = await read();
      for (const entry of entries) this.#outcomes.publish(entry);
      return entries;
    });
  }
}

/** The wake-up key of those who watch all operations. No operation has an empty id. */
const ALL = '';

async function* nothing(): AsyncGenerator<never> {}

/** @param resellerId null when it is not known */
export type SeesReseller = (resellerId: string | null) => boolean;

function seesEverything(): boolean {
  return true;
}

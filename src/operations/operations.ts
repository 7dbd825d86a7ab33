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
import type { FeedSource } from '../live/feed.ts';
import { type Entries, Feeds, type Following } from '../live/feeds.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';
import type { Store } from '../store/store.ts';
import { type LeaseOptions, Leases } from './leases.ts';
import { createOutcomes, type Outcomes } from './outcomes.ts';
import { Pollers, type PollersOptions } from './pollers.ts';
import { assertRequested } from './readings.ts';
import { Watchers } from './watchers.ts';

export interface OperationsDeps {
  readonly billing: BillingClient;
  readonly store: Pick<
    Store,
    'journal' | 'onOperation' | 'onOperationEnded' | 'announceWatched' | 'onWatched'
  >;
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
  readonly #feeds = new Feeds<OperationEntry>();
  readonly #pollers: Pollers;
  readonly #leases: Leases;
  readonly #outcomes: Outcomes;
  readonly #watchers: Watchers;
  readonly #unsubscribe: readonly (() => void)[];

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
    this.#outcomes = createOutcomes(deps.onCustomer, journal, log);
    this.#leases = new Leases({ journal, pollers: this.#pollers, log, options: deps.leases });
    this.#unsubscribe = [
      store.onOperation((id) => {
        if (id === null) return this.#feeds.wakeAll();
        this.#feeds.wake(id);
        this.#feeds.wake(ALL);
      }),
      store.onOperationEnded((id) => id !== null && this.#outcomes.publishById(id)),
    ];
  }

  /** Starts polling what an earlier process, or another instance that died, left unfinished. */
  open(): void {
    this.#leases.start();
  }

  /**
   * Polls an operation that this instance has started and holds.
   * @param trace the trace of its write, which the polls continue
   */
  adopt(entry: OperationEntry, trace?: TraceContext | null): void {
    this.#pollers.start({ entry, ageMs: 0, trace }, 'LATER');
  }

  /** All operations in their latest state. */
  get journal(): Pick<OperationJournal, 'pages' | 'counts'> {
    return this.#journal;
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
  ): Promise<Entries<OperationEntry> | null> {
    const known = await this.#journal.latest(operationId);
    const current = known ?? (await this.get(operationId, scope, seesReseller));
    if (!current || !seesReseller(current.resellerId)) return null;
    const { sequence, operation } = current;
    const isFinal = isEnded(operation);
    const isOver = isFinal && after === sequence;
    if (!isOver) this.#leases.take(current);
    return this.#follow(
      { name: operationId, key: operationId },
      (from, limit) => this.#journal.after(operationId, from, limit),
      {
        ...{ after, last: sequence, start: sequence - 1 },
        signal: isOver ? AbortSignal.abort() : scope.signal,
        // An operation that was LOST earlier may have been found again.
        isLast: (entry) => isEnded(entry.operation) && entry.sequence >= sequence,
        release: isFinal ? undefined : this.#watchers.add(operationId),
      },
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
  ): Promise<Entries<OperationEntry>> {
    const last = await this.#journal.lastSequence();
    const name = JSON.stringify([customer?.resellerId, customer?.customerId, tenant]);
    return this.#follow(
      { name, key: ALL },
      (from, limit) => this.#journal.changesAfter({ customer, tenant }, from, limit),
      { after, last, signal: scope.signal },
    );
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#watchers.close();
    await this.#leases.close();
    this.#pollers.close();
  }

  /** Follows a feed, and publishes the customers in its entries before they are delivered. */
  #follow(
    feed: Pick<FeedSource<OperationEntry>, 'name' | 'key'>,
    read: FeedSource<OperationEntry>['read'],
    following: Following<OperationEntry>,
  ): Entries<OperationEntry> {
    const publishing: typeof read = async (after, limit) => {
      const entries = await read(after, limit);
      for (const entry of entries) this.#outcomes.publish(entry);
      return entries;
    };
    return this.#feeds.follow({ ...feed, read: publishing }, following);
  }
}

/** The wake-up key of those who watch all operations. No operation has an empty id. */
const ALL = '';

/** @param resellerId null when it is not known */
export type SeesReseller = (resellerId: string | null) => boolean;

function seesEverything(): boolean {
  return true;
}

import type { BillingClient } from '../backends/billing/client.ts';
import { abortable, type CallScope } from '../domain/call-scope.ts';
import type { BillingCustomer, BillingCustomerKey } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import {
  type Operation,
  type OperationEntry,
  type OperationKind,
  withKnown,
} from '../domain/operation.ts';
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
import { type PollerOptions, Pollers } from './poller.ts';
import type { BillingRequest } from './request.ts';
import { type IdempotencyScope, Starts } from './start.ts';
import { Watchers } from './watchers.ts';

export interface OperationsDeps {
  readonly billing: BillingClient;
  readonly store: Pick<Store, 'journal' | 'onOperation' | 'announceWatched' | 'onWatched'>;
  readonly log: Logger;
  readonly poll: PollerOptions;
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
  readonly #starts: Starts;
  readonly #leases: Leases;
  readonly #outcomes: Outcomes;
  readonly #watchers: Watchers;
  readonly #reads = new SharedReads<OperationEntry>();
  /** Starts that must finish before the store closes. */
  readonly #running = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(deps: OperationsDeps) {
    const { billing, log, poll, store } = deps;
    const { journal } = store;
    this.#deps = deps;
    this.#journal = journal;
    this.#pollers = new Pollers({ billing, journal, log, options: poll });
    this.#starts = new Starts({ billing, journal, log });
    this.#watchers = new Watchers({ store, pollers: this.#pollers, log });
    this.#outcomes = new Outcomes(deps.onCustomer, journal, log);
    this.#leases = new Leases({
      ...{ journal, pollers: this.#pollers, starts: this.#starts, log },
      options: deps.leases,
    });
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
   * Starts an operation, or returns the one that the caller's key started before. The call continues
   * when the client disconnects or its deadline passes: otherwise the operation's id would be lost.
   * @param check runs before the call and refuses it by throwing; skipped when the key is known
   * @throws GatewayError UNAVAILABLE when the journal cannot be written (nothing is sent); CONFLICT
   *   when the key was used for a different request
   */
  async start(
    request: BillingRequest,
    key: IdempotencyScope,
    scope: CallScope,
    check?: () => Promise<void>,
  ): Promise<OperationEntry> {
    scope.signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const detached: CallScope = { ...scope, signal: this.#closing.signal };
    const starting = this.#starts.start(request, key, detached, check).then((started) => {
      if (typeof started !== 'string') this.#leases.take(started);
      return started;
    });
    this.#track(starting);
    const started = await abortable(starting, scope.signal);
    if (typeof started !== 'string') return started;
    const entry = await this.get(started, scope);
    if (entry) return entry;
    throw new Error(`operation ${started} is in the journal without a state`);
  }

  /** See OperationJournal.isLinkAwaited. */
  isLinkAwaited({ caller, idempotencyKey }: IdempotencyScope): Promise<boolean> {
    return this.#journal.isLinkAwaited(caller, idempotencyKey);
  }

  /** Pages of operations in their latest state, newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]> {
    return this.#journal.pages(queries);
  }

  /** Number of operations that this instance is polling. */
  get polled(): number {
    return this.#pollers.size;
  }

  /** Records a state that the billing API returned and publishes it to the watchers. */
  async record(operation: Operation): Promise<OperationEntry> {
    const known = await this.#journal.latest(operation.operationId);
    return this.#journal.append(withKnown(operation, known?.operation.metadata ?? null));
  }

  /**
   * The current state. A finished operation is not read again. When the billing API does not return
   * it (a replica that lags, an outage), the journal's latest state is returned.
   * @returns null when neither the journal nor the billing API knows the operation
   */
  async get(operationId: string, scope: CallScope): Promise<OperationEntry | null> {
    const known = await this.#journal.latest(operationId);
    if (known?.operation.done) return known;
    const kind = known?.operation.kind ?? 'UNKNOWN';
    try {
      const reading = await this.#deps.billing.getOperation(operationId, kind, scope);
      return reading ? await this.record(reading.operation) : known;
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
   * change until the operation is done.
   * @returns null when neither the journal nor the billing API knows the operation
   */
  async watch(
    operationId: string,
    after: number | null,
    scope: CallScope,
  ): Promise<AsyncIterableIterator<OperationEntry> | null> {
    const known = await this.#journal.latest(operationId);
    const current = known ?? (await this.get(operationId, scope));
    if (!current) return null;
    const { sequence, operation } = current;
    // A higher sequence comes from a journal that was deleted; it marks no position in this one.
    const seen = after !== null && after <= sequence ? after : sequence - 1;
    if (operation.done && seen === sequence) return nothing();
    if (!operation.done) this.#leases.take(current);
    const release = operation.done ? () => {} : this.#watchers.add(operationId);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: operationId,
        seen,
        read: (from, limit) =>
          this.#read(`${from} ${operationId}`, () => this.#journal.after(operationId, from, limit)),
        isLast: (entry) => entry.operation.done,
        release,
      },
      scope.signal,
    );
  }

  /** Every change of all operations, or of one customer's, from now on or after `after`. */
  async watchAll(
    customer: BillingCustomerKey | undefined,
    after: number | null,
    scope: CallScope,
  ): Promise<AsyncIterableIterator<OperationEntry>> {
    const last = await this.#journal.lastSequence();
    // As in `watch`: the reader would wait for a sequence that this journal may never reach.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify([customer?.resellerId, customer?.customerId]);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: ALL,
        seen,
        read: (from, limit) =>
          this.#read(`${from} of ${name}`, () =>
            this.#journal.changesAfter({ customer }, from, limit),
          ),
        isLast: () => false,
        release: () => {},
      },
      scope.signal,
    );
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    const reason = 'The gateway is shutting down; try again.';
    this.#closing.abort(new GatewayError('UNAVAILABLE', reason, { retryable: true }));
    this.#watchers.close();
    await this.#leases.close();
    this.#pollers.close();
    // Responses that billing has sent must be on disk before the store closes.
    await Promise.allSettled(this.#running);
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

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    const end = (): void => void this.#running.delete(work);
    work.then(end, end);
  }
}

/** The wake-up key of those who watch all operations. No operation has an empty id. */
const ALL = '';

async function* nothing(): AsyncGenerator<never> {}

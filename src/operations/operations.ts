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
  DurableJournal,
  ListedOperation,
  OperationFilter,
} from '../store/operations/journal.ts';
import type { Store } from '../store/store.ts';
import { Adoption } from './adoption.ts';
import { Keeper, type KeeperOptions } from './leases.ts';
import { Outcomes } from './outcomes.ts';
import { type PollerOptions, Pollers } from './poller.ts';
import type { BillingRequest } from './request.ts';
import { type Asked, Starts } from './start.ts';
import { Interest } from './watchers.ts';

export interface OperationsDeps {
  readonly billing: BillingClient;
  readonly store: Pick<Store, 'journal' | 'onChange' | 'tellWatched' | 'onWatched'>;
  readonly log: Logger;
  readonly poll: PollerOptions;
  readonly keep: KeeperOptions;
  /** Takes in a customer that came out of an operation, before anybody is told of its end. */
  learn(customer: BillingCustomer): void;
}

/** All that outlives a request: the journal of operations, their pollers and their watchers. */
export class Operations {
  readonly #deps: OperationsDeps;
  readonly #journal: DurableJournal;
  readonly #wakeUps = new WakeUps();
  readonly #pollers: Pollers;
  readonly #starts: Starts;
  readonly #keeper: Keeper;
  readonly #adoption: Adoption;
  readonly #outcomes: Outcomes;
  readonly #interest: Interest;
  readonly #reads = new SharedReads<OperationEntry>();
  /** Starts that are to end before the store may close. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #deafen: () => void;

  constructor(deps: OperationsDeps) {
    const { billing, log, poll, store } = deps;
    const { journal } = store;
    this.#deps = deps;
    this.#journal = journal;
    this.#pollers = new Pollers({ billing, journal, log, options: poll });
    this.#starts = new Starts({ billing, journal, log });
    this.#adoption = new Adoption({ journal, pollers: this.#pollers, log, options: deps.keep });
    this.#interest = new Interest({ store, pollers: this.#pollers, log });
    this.#outcomes = new Outcomes(deps.learn, journal, log);
    this.#keeper = new Keeper({
      ...{ journal, pollers: this.#pollers, starts: this.#starts, log },
      options: deps.keep,
    });
    this.#deafen = store.onChange((id) => {
      this.#reads.changed();
      if (id === null) return this.#wakeUps.wakeAll();
      this.#wakeUps.wake(id);
      this.#wakeUps.wake(ANY);
      this.#outcomes.tellOf(id);
    });
  }

  /** Takes up what an earlier life, or another instance that is gone, left unfinished. */
  open(): void {
    this.#keeper.start();
  }

  /**
   * Starts an operation, or gives the one that the caller's key started before. It goes on to its end
   * when the client leaves or runs out of time: the id that the call answers would be lost.
   * @param check refuses by throwing, before anything is sent; not asked when the key is known
   * @throws GatewayError UNAVAILABLE, with nothing sent, when the journal cannot be written; CONFLICT
   *   when the key stands for another request
   */
  async start(
    request: BillingRequest,
    asked: Asked,
    scope: CallScope,
    check?: () => Promise<void>,
  ): Promise<OperationEntry> {
    scope.signal.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    const lasting: CallScope = { ...scope, signal: this.#closing.signal };
    const starting = this.#starts.start(request, asked, lasting, check).then((started) => {
      if (typeof started !== 'string') this.#adoption.adopt(started);
      return started;
    });
    this.#lastUntilClosed(starting);
    const started = await abortable(starting, scope.signal);
    if (typeof started !== 'string') return started;
    const entry = await this.get(started, scope);
    if (entry) return entry;
    throw new Error(`operation ${started} is in the journal without a state`);
  }

  /** As of the journal. */
  isLinkAwaited({ caller, idempotencyKey }: Asked): Promise<boolean> {
    return this.#journal.isLinkAwaited(caller, idempotencyKey);
  }

  /** Pages of operations in their newest states, each the last started first. */
  pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]> {
    return this.#journal.pages(queries);
  }

  /** How many operations are being polled now. */
  get polled(): number {
    return this.#pollers.size;
  }

  /** Keeps a state that the billing API gave; everyone who watches is told. */
  async record(operation: Operation): Promise<OperationEntry> {
    const known = await this.#journal.latest(operation.operationId);
    return this.#journal.append(withKnown(operation, known?.operation.metadata ?? null));
  }

  /**
   * The present state. A finished operation is never asked for again. When the billing API cannot
   * say (not yet on all of its replicas, not reachable), the journal's latest state stands.
   * @returns null when neither knows the operation
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
      this.#deps.log.warn({ err: error, operation: operationId }, 'showing the journaled state');
      return known;
    }
  }

  /** What the operation was started for, as far as the journal knows. */
  async kindOf(operationId: string): Promise<OperationKind> {
    return (await this.#journal.latest(operationId))?.operation.kind ?? 'UNKNOWN';
  }

  /**
   * The states of an operation: the present one, or every one behind the sequence `after`; then each
   * change, until it is done.
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
    // A sequence that this journal has not given is of one that is no more: it names no state here.
    const seen = after !== null && after <= sequence ? after : sequence - 1;
    if (operation.done && seen === sequence) return nothing();
    if (!operation.done) this.#adoption.adopt(current);
    const release = operation.done ? () => {} : this.#interest.begin(operationId);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: operationId,
        seen,
        read: (behind, limit) =>
          this.#read(`${behind} ${operationId}`, () =>
            this.#journal.after(operationId, behind, limit),
          ),
        isLast: (entry) => entry.operation.done,
        release,
      },
      scope.signal,
    );
  }

  /** Every change of every operation, or of those of one customer, from now on or behind `after`. */
  async watchAll(
    customer: BillingCustomerKey | undefined,
    after: number | null,
    scope: CallScope,
  ): Promise<AsyncIterableIterator<OperationEntry>> {
    const last = await this.#journal.lastSequence();
    // As in `watch`: a sequence that this journal has not given would be waited for in silence.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify([customer?.resellerId, customer?.customerId]);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: ANY,
        seen,
        read: (behind, limit) =>
          this.#read(`${behind} of ${name}`, () =>
            this.#journal.changesAfter({ customer }, behind, limit),
          ),
        isLast: () => false,
        release: () => {},
      },
      scope.signal,
    );
  }

  async close(): Promise<void> {
    this.#deafen();
    const reason = 'The gateway is stopping.';
    this.#closing.abort(new GatewayError('UNAVAILABLE', reason, { retryable: true }));
    this.#interest.close();
    await Promise.all([this.#keeper.close(), this.#adoption.close()]);
    this.#pollers.close();
    // What billing answered meanwhile is to be on disk before the store closes.
    await Promise.allSettled(this.#underWay);
  }

  /** One read for all who want the same; what it tells of customers is known before they have it. */
  #read(
    key: string,
    read: () => Promise<readonly OperationEntry[]>,
  ): Promise<readonly OperationEntry[]> {
    return this.#reads.read(key, async () => {
      const entries = await read();
      for (const entry of entries) this.#outcomes.tell(entry);
      return entries;
    });
  }

  #lastUntilClosed(work: Promise<unknown>): void {
    this.#underWay.add(work);
    const over = (): void => void this.#underWay.delete(work);
    work.then(over, over);
  }
}

/** What wakes those who follow all operations; no id of an operation is empty. */
const ANY = '';

async function* nothing(): AsyncGenerator<never> {}

import type { BillingClient } from '../backends/billing/client.ts';
import type { CallScope } from '../backends/call.ts';
import {
  type Operation,
  type OperationEntry,
  type OperationKind,
  withKnown,
} from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/journal.ts';
import { type PollerOptions, Pollers } from './poller.ts';
import { WakeUps } from './wake-up.ts';
import { watch } from './watch.ts';

export interface OperationsDeps {
  readonly billing: Pick<BillingClient, 'getOperation'>;
  readonly journal: OperationJournal;
  readonly log: Logger;
  readonly poll: PollerOptions;
}

/** All that outlives a request: the journal of operations, their pollers and their watchers. */
export class Operations {
  readonly #deps: OperationsDeps;
  readonly #wakeUps = new WakeUps();
  readonly #pollers: Pollers;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
    this.#pollers = new Pollers({ ...deps, wakeUps: this.#wakeUps, options: deps.poll });
  }

  /** How many operations are being polled now. */
  get polled(): number {
    return this.#pollers.size;
  }

  /**
   * Keeps a state that the billing API gave, and tells everyone who watches.
   * @param asked whom the call was about, should the API not say
   */
  async record(operation: Operation, asked: Operation['metadata'] = null): Promise<OperationEntry> {
    const known = await this.#deps.journal.latest(operation.operationId);
    const state = withKnown(operation, known?.operation.metadata ?? asked);
    const entry = await this.#deps.journal.append(state);
    this.#wakeUps.wake(operation.operationId);
    return entry;
  }

  /**
   * The present state. A finished operation is never asked for again. When the billing API cannot
   * say (not yet on all of its replicas, not reachable), the journal's latest state stands.
   * @returns null when neither knows the operation
   */
  async get(operationId: string, scope: CallScope): Promise<OperationEntry | null> {
    const known = await this.#deps.journal.latest(operationId);
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
    return (await this.#deps.journal.latest(operationId))?.operation.kind ?? 'UNKNOWN';
  }

  /**
   * The states of an operation from now on, or after the state that `after` names.
   * @returns null when neither the journal nor the billing API knows the operation
   */
  async watch(
    operationId: string,
    after: number | null,
    scope: CallScope,
  ): Promise<AsyncIterableIterator<OperationEntry> | null> {
    const { journal } = this.#deps;
    const known = await journal.latest(operationId);
    const current = known ?? (await this.get(operationId, scope));
    if (!current) return null;
    const deps = { journal, wakeUps: this.#wakeUps, pollers: this.#pollers };
    return watch(deps, current, after, scope.signal);
  }

  close(): void {
    this.#pollers.close();
  }
}

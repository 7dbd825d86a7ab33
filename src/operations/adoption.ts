import type { OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { DurableJournal } from '../store/operations/journal.ts';
import type { KeeperOptions } from './leases.ts';
import type { Pollers } from './poller.ts';

export interface AdoptionDeps {
  readonly journal: Pick<DurableJournal, 'lease'>;
  readonly pollers: Pick<Pollers, 'isKept' | 'keep'>;
  readonly log: Logger;
  readonly options: Pick<KeeperOptions, 'leaseMs'>;
}

/** Has operations polled by this instance, unless another one does. */
export class Adoption {
  readonly #deps: AdoptionDeps;
  readonly #underWay = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(deps: AdoptionDeps) {
    this.#deps = deps;
  }

  adopt(entry: OperationEntry): void {
    const { operationId, done } = entry.operation;
    if (done || this.#isClosed) return;
    if (this.#deps.pollers.isKept(operationId) || this.#underWay.has(operationId)) return;
    const adopting = this.#lease(entry).finally(() => this.#underWay.delete(operationId));
    this.#underWay.set(operationId, adopting);
  }

  /** Adopts no more. Resolves when no lease is being taken. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#underWay.values());
  }

  async #lease(entry: OperationEntry): Promise<void> {
    const { journal, pollers, log, options } = this.#deps;
    const { operationId } = entry.operation;
    try {
      const isOurs = await journal.lease(operationId, options.leaseMs);
      if (isOurs && !this.#isClosed) pollers.keep(entry);
    } catch (err) {
      // The keeper takes it up in one of its rounds.
      log.warn({ err, operation: operationId }, 'not leased');
    }
  }
}

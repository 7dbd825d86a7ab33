import type { BillingCustomer } from '../domain/customer.ts';
import type { OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { DurableJournal } from '../store/operations/journal.ts';

/** Tells of the customers that operations end with. */
export class Outcomes {
  readonly #learn: (customer: BillingCustomer) => void;
  readonly #journal: Pick<DurableJournal, 'latest'>;
  readonly #log: Logger;

  constructor(
    learn: (customer: BillingCustomer) => void,
    journal: Pick<DurableJournal, 'latest'>,
    log: Logger,
  ) {
    this.#learn = learn;
    this.#journal = journal;
    this.#log = log;
  }

  tell({ operation: { result } }: OperationEntry): void {
    if (result?.type !== 'customer' || result.customer.resellerId === '') return;
    this.#learn(result.customer);
  }

  /** Of operations that nobody watches here, too: another instance may have finished them. */
  tellOf(operationId: string): void {
    this.#journal.latest(operationId).then(
      (entry) => entry && this.tell(entry),
      (err: unknown) => this.#log.debug({ err, operation: operationId }, 'its end was not told'),
    );
  }
}

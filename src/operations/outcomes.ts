import type { BillingCustomer } from '../domain/customer.ts';
import type { OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';

/** Passes on the customers that operations return. */
export class Outcomes {
  readonly #onCustomer: (customer: BillingCustomer) => void;
  readonly #journal: Pick<OperationJournal, 'latest'>;
  readonly #log: Logger;

  constructor(
    onCustomer: (customer: BillingCustomer) => void,
    journal: Pick<OperationJournal, 'latest'>,
    log: Logger,
  ) {
    this.#onCustomer = onCustomer;
    this.#journal = journal;
    this.#log = log;
  }

  publish({ operation: { result } }: OperationEntry): void {
    if (result?.type !== 'customer' || result.customer.resellerId === '') return;
    this.#onCustomer(result.customer);
  }

  /** Reads the operation first: another instance may have recorded its end. */
  publishById(operationId: string): void {
    this.#journal.latest(operationId).then(
      (entry) => entry && this.publish(entry),
      (err: unknown) => this.#log.debug({ err, operation: operationId }, 'outcome not read'),
    );
  }
}

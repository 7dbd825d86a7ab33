import type { BillingCustomer } from '../domain/customer.ts';
import type { OperationEntry } from '../domain/operation.ts';
import type { Logger } from '../log.ts';
import type { OperationJournal } from '../store/operations/journal.ts';

export type Outcomes = ReturnType<typeof createOutcomes>;

/** Passes on the customers that operations return. */
export function createOutcomes(
  onCustomer: (customer: BillingCustomer) => void,
  journal: Pick<OperationJournal, 'latest'>,
  log: Logger,
) {
  function publish({ operation: { result } }: OperationEntry): void {
    if (result?.type !== 'customer' || result.customer.resellerId === '') return;
    onCustomer(result.customer);
  }

  /** Reads the operation first: another instance may have recorded its end. */
  function publishById(operationId: string): void {
    journal.latest(operationId).then(
      (entry) => entry && publish(entry),
      (err: unknown) => log.debug({ err, operation: operationId }, 'outcome not read'),
    );
  }

  return { publish, publishById };
}

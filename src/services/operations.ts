import { randomUUID } from 'node:crypto';
import { abortable, type CallScope } from '../backends/call.ts';
import type { BillingCustomerKey, Customer } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Operation, OperationEntry } from '../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../domain/order.ts';
import { authorize } from './authorize.ts';
import type { CustomerService } from './customers.ts';
import type { RequestScope, ServiceSources } from './scope.ts';

export interface OperationService {
  /** The present state; null when nobody knows the operation. */
  get(operationId: string): Promise<OperationEntry | null>;
  /**
   * The states from now on, or after the one whose sequence is `after`.
   * @throws GatewayError NOT_FOUND when nobody knows the operation
   */
  watch(operationId: string, after: number | null): Promise<AsyncIterable<OperationEntry>>;
  inviteCustomer(
    invitation: CustomerInvitation,
    idempotencyKey: string | null,
  ): Promise<OperationEntry>;
  createResellerServedCustomer(
    creation: CustomerCreation,
    idempotencyKey: string | null,
  ): Promise<OperationEntry>;
  /** @param idempotencyKey null has one made for this call */
  activateCustomer(customer: Customer, idempotencyKey: string | null): Promise<OperationEntry>;
  /** @param idempotencyKey null has one made for this call */
  suspendCustomer(customer: Customer, idempotencyKey: string | null): Promise<OperationEntry>;
  /** Asks for a cancellation, best effort. Gives the operation as it is. */
  cancel(operationId: string): Promise<OperationEntry>;
}

export function createOperationService(
  { billing, operations }: ServiceSources,
  customers: CustomerService,
  scope: RequestScope,
): OperationService {
  /** Remembers what a finished operation says about its customer. */
  function learned(entry: OperationEntry): OperationEntry {
    const { result } = entry.operation;
    if (result?.type === 'customer') customers.learn(result.customer);
    return entry;
  }

  /**
   * A call that starts an operation is not given up when its client leaves or runs out of time: the
   * id that it will answer would be lost, and with it the operation.
   */
  async function start(
    asked: BillingCustomerKey | null,
    call: (lasting: CallScope) => Promise<Operation>,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    scope.signal.throwIfAborted();
    const lasting: CallScope = { ...scope, signal: new AbortController().signal };
    const about = asked && ({ type: 'customer', ...asked } as const);
    const recorded = call(lasting).then((operation) => operations.record(operation, about));
    return learned(await abortable(recorded, scope.signal));
  }

  async function startFor(
    customer: Customer,
    call: (key: BillingCustomerKey, lasting: CallScope) => Promise<Operation>,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    const key = await customers.billingKey(customer);
    if (!key) {
      const message = 'This customer is not known to the billing API: link it to one first.';
      throw new GatewayError('FAILED_PRECONDITION', message);
    }
    return start(key, (lasting) => call(key, lasting));
  }

  return {
    async get(operationId) {
      authorize(scope.viewer, 'READ');
      const entry = await operations.get(operationId, scope);
      return entry && learned(entry);
    },
    async watch(operationId, after) {
      authorize(scope.viewer, 'READ');
      const states = await operations.watch(operationId, after, scope);
      if (!states) throw new GatewayError('NOT_FOUND', 'There is no such operation.');
      return states;
    },
    inviteCustomer: (invitation, idempotencyKey) =>
      start({ resellerId: invitation.resellerId, customerId: '' }, (lasting) =>
        billing.inviteCustomer(invitation, idempotencyKey ?? randomUUID(), lasting),
      ),
    createResellerServedCustomer: (creation, idempotencyKey) =>
      start({ resellerId: creation.resellerId, customerId: '' }, (lasting) =>
        billing.createResellerServedCustomer(creation, idempotencyKey ?? randomUUID(), lasting),
      ),
    activateCustomer: (customer, idempotencyKey) =>
      startFor(customer, ({ customerId }, lasting) =>
        billing.activateCustomer(customerId, idempotencyKey ?? randomUUID(), lasting),
      ),
    suspendCustomer: (customer, idempotencyKey) =>
      startFor(customer, ({ customerId }, lasting) =>
        billing.suspendCustomer(customerId, idempotencyKey ?? randomUUID(), lasting),
      ),
    async cancel(operationId) {
      const kind = await operations.kindOf(operationId);
      return start(null, (lasting) => billing.cancelOperation(operationId, kind, lasting));
    },
  };
}

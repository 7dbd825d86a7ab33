import { randomUUID } from 'node:crypto';
import type { BillingCustomerKey, Customer } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { Operation, OperationEntry } from '../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../domain/order.ts';
import { authorize } from './authorize.ts';
import type { CustomerService } from './customers.ts';
import type { RequestScope, ServiceSources } from './services.ts';

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

  async function start(
    asked: BillingCustomerKey | null,
    call: () => Promise<Operation>,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    return learned(await operations.record(await call(), asked && { type: 'customer', ...asked }));
  }

  async function startFor(
    customer: Customer,
    call: (key: BillingCustomerKey) => Promise<Operation>,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    const key = await customers.billingKey(customer);
    if (!key) {
      const message = 'This customer is not known to the billing API: link it to one first.';
      throw new GatewayError('FAILED_PRECONDITION', message);
    }
    return start(key, () => call(key));
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
      start({ resellerId: invitation.resellerId, customerId: '' }, () =>
        billing.inviteCustomer(invitation, idempotencyKey ?? randomUUID(), scope),
      ),
    createResellerServedCustomer: (creation, idempotencyKey) =>
      start({ resellerId: creation.resellerId, customerId: '' }, () =>
        billing.createResellerServedCustomer(creation, idempotencyKey ?? randomUUID(), scope),
      ),
    activateCustomer: (customer, idempotencyKey) =>
      startFor(customer, ({ customerId }) =>
        billing.activateCustomer(customerId, idempotencyKey ?? randomUUID(), scope),
      ),
    suspendCustomer: (customer, idempotencyKey) =>
      startFor(customer, ({ customerId }) =>
        billing.suspendCustomer(customerId, idempotencyKey ?? randomUUID(), scope),
      ),
    async cancel(operationId) {
      const kind = await operations.kindOf(operationId);
      return start(null, () => billing.cancelOperation(operationId, kind, scope));
    },
  };
}

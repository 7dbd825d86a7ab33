import { randomUUID } from 'node:crypto';
import type { BillingCustomerKey, Customer } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import type { OperationEntry } from '../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../domain/order.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { BillingRequest } from '../operations/request.ts';
import type { IdempotencyScope } from '../operations/start.ts';
import type { OperationFilter } from '../store/operations/journal.ts';
import { authorize } from './authorize.ts';
import type { CustomerLinkService } from './customer-links.ts';
import type { CustomerService } from './customers.ts';
import type { Loaders } from './loaders.ts';
import type { RequestScope, ServiceSources } from './scope.ts';

export type { OperationFilter };

export interface OperationService {
  /** The present state; null when nobody knows the operation. */
  get(operationId: string): Promise<OperationEntry | null>;
  /**
   * The states from now on, or after the one whose sequence is `after`.
   * @throws GatewayError NOT_FOUND when nobody knows the operation
   */
  watch(operationId: string, after: number | null): Promise<AsyncIterable<OperationEntry>>;
  /** Every change of every operation, or of one customer's, from now on or behind `after`. */
  watchAll(
    customer: BillingCustomerKey | null,
    after: number | null,
  ): Promise<AsyncIterable<OperationEntry>>;
  /** @param linkTo the reseller customer to link the new one to, when the operation has succeeded */
  inviteCustomer(
    invitation: CustomerInvitation,
    linkTo: string | null,
    idempotencyKey: string | null,
  ): Promise<OperationEntry>;
  /** @param linkTo as of `inviteCustomer` */
  createResellerServedCustomer(
    creation: CustomerCreation,
    linkTo: string | null,
    idempotencyKey: string | null,
  ): Promise<OperationEntry>;
  /** @param idempotencyKey null has one made for this call */
  activateCustomer(customer: Customer, idempotencyKey: string | null): Promise<OperationEntry>;
  /** @param idempotencyKey null has one made for this call */
  suspendCustomer(customer: Customer, idempotencyKey: string | null): Promise<OperationEntry>;
  /** Operations of the journal in their newest state, the last started first. */
  page(filter: OperationFilter, page: PageRequest): Promise<Page<OperationEntry>>;
  /** Asks for a cancellation, best effort. Gives the operation as it is. */
  cancel(operationId: string): Promise<OperationEntry>;
}

export function createOperationService(
  { billing, operations }: ServiceSources,
  loaders: Loaders,
  customers: CustomerService,
  customerLinks: CustomerLinkService,
  scope: RequestScope,
): OperationService {
  /** Remembers what a finished operation says about its customer. */
  function learned(entry: OperationEntry): OperationEntry {
    const { result } = entry.operation;
    if (result?.type === 'customer') customers.learn(result.customer);
    return entry;
  }

  async function start(
    request: BillingRequest,
    idempotencyKey: string | null,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    const key = { caller: scope.viewer.subject, idempotencyKey: idempotencyKey ?? randomUUID() };
    const linkTo = 'linkTo' in request ? request.linkTo : null;
    const check = linkTo ? () => requireLinkable(linkTo, key) : undefined;
    return learned(await operations.start(request, key, scope, check));
  }

  /** @throws GatewayError CONFLICT when the reseller customer has a partner, or will have one */
  async function requireLinkable(linkTo: string, key: IdempotencyScope): Promise<void> {
    await customerLinks.requireUnlinked(linkTo);
    if (!(await operations.isLinkAwaited(key))) return;
    const message = `Another operation is under way that links the reseller customer ${linkTo}.`;
    throw new GatewayError('CONFLICT', message);
  }

  async function startFor(
    kind: 'ACTIVATE_CUSTOMER' | 'SUSPEND_CUSTOMER',
    customer: Customer,
    idempotencyKey: string | null,
  ): Promise<OperationEntry> {
    authorize(scope.viewer, 'WRITE');
    const key = await customers.billingKey(customer);
    if (key) return start({ kind, ...key }, idempotencyKey);
    const message = 'This customer is not known to the billing API: link it to one first.';
    throw new GatewayError('FAILED_PRECONDITION', message);
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
    async watchAll(customer, after) {
      authorize(scope.viewer, 'READ');
      return operations.watchAll(customer ?? undefined, after, scope);
    },
    inviteCustomer: (invitation, linkTo, idempotencyKey) =>
      start({ kind: 'INVITE_CUSTOMER', ...invitation, linkTo }, idempotencyKey),
    createResellerServedCustomer: (creation, linkTo, idempotencyKey) =>
      start({ kind: 'CREATE_RESELLER_SERVED_CUSTOMER', ...creation, linkTo }, idempotencyKey),
    activateCustomer: (customer, idempotencyKey) =>
      startFor('ACTIVATE_CUSTOMER', customer, idempotencyKey),
    suspendCustomer: (customer, idempotencyKey) =>
      startFor('SUSPEND_CUSTOMER', customer, idempotencyKey),
    async cancel(operationId) {
      authorize(scope.viewer, 'WRITE');
      const kind = await operations.kindOf(operationId);
      return learned(
        await operations.record(await billing.cancelOperation(operationId, kind, scope)),
      );
    },
    async page(filter, { token, size }) {
      authorize(scope.viewer, 'READ');
      const before = token === null ? null : Number(token);
      const listed = await loaders.operationPage.load({ filter, before, limit: size + 1 });
      const shown = listed.slice(0, size);
      const last = shown.at(-1);
      return {
        items: shown.map(({ entry }) => entry),
        nextToken: last && listed.length > size ? String(last.number) : null,
      };
    },
  };
}

import { type BillingCustomerKey, type Customer, checkBillingId } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { isEnded, type OperationEntry, operationStatus } from '../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../domain/order.ts';
import { numberedPage, type Page, type PageRequest } from '../domain/page.ts';
import { type Plan, PlanDraft } from '../domain/plan.ts';
import type { StartedOperation } from '../domain/write.ts';
import type { OperationFilter } from '../store/operations/journal.ts';
import { type BillingRequest, billingMutations } from '../writes/billing/billing-request.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import type { CustomerLinkService } from './customer-links.ts';
import type { CustomerService } from './customers.ts';
import { endDryRun, runWrite, type ServiceSources, type Viewed } from './scope.ts';

export type { OperationFilter };

export type OperationService = ReturnType<typeof createOperationService>;

export function createOperationService(
  { billing, operations, writes }: ServiceSources,
  { access, loaders, scope }: Viewed,
  customers: CustomerService,
  customerLinks: CustomerLinkService,
) {
  const { viewer } = scope;

  /** Caches the customer that a finished operation returned. */
  function cacheResult(entry: OperationEntry): OperationEntry {
    const { result } = entry.operation;
    if (result?.type === 'customer') customers.rememberCustomer(result.customer);
    return entry;
  }

  async function start(
    request: BillingRequest,
    idempotencyKey: string | null,
  ): Promise<StartedOperation> {
    authorizeMutation(viewer, billingMutations[request.kind]);
    access.requireReseller(request.resellerId);
    const linkTo = 'linkTo' in request ? request.linkTo : null;
    const check = linkTo ? () => customerLinks.requireUnlinked(linkTo) : null;
    const spec = writes.billing.start(request, check, customers);
    const started = await runWrite(writes, spec, scope, idempotencyKey);
    cacheResult(started.value);
    return started;
  }

  async function startFor(
    kind: 'ACTIVATE_CUSTOMER' | 'SUSPEND_CUSTOMER',
    customer: Customer,
    idempotencyKey: string | null,
  ): Promise<StartedOperation> {
    authorizeMutation(viewer, billingMutations[kind]);
    const key = await keyOf(customer);
    // Billing identifies the customer by its id alone, which may be that of another reseller's.
    if (access.tenant) await customerLinks.requireBilling(key);
    return start({ kind, ...key }, idempotencyKey);
  }

  async function keyOf(customer: Customer): Promise<BillingCustomerKey> {
    const key = await customers.billingKey(customer);
    if (key) return key;
    const message = 'The customer is not in the billing API. Use linkCustomer first.';
    throw new GatewayError('FAILED_PRECONDITION', message);
  }

  return {
    /** The current state; null when the operation does not exist. */
    async get(operationId: string): Promise<OperationEntry | null> {
      authorizeRead(viewer);
      checkBillingId('operationId', operationId);
      const entry = await operations.get(operationId, scope, access.seesReseller);
      return entry && cacheResult(entry);
    },
    /**
     * The current state and each later one; with `after`, the states after that sequence number.
     * @throws GatewayError NOT_FOUND when the operation does not exist
     */
    async watch(operationId: string, after: number | null): Promise<AsyncIterable<OperationEntry>> {
      authorizeRead(viewer);
      checkBillingId('operationId', operationId);
      const states = await operations.watch(operationId, after, scope, access.seesReseller);
      if (!states) throw notFound();
      return states;
    },
    /**
     * New states of all operations or of one customer's; with `after`, first the states stored after
     * that sequence number.
     */
    async watchAll(
      customer: BillingCustomerKey | null,
      after: number | null,
    ): Promise<AsyncIterable<OperationEntry>> {
      authorizeRead(viewer);
      return operations.watchAll(customer ?? undefined, after, scope, access.tenant);
    },
    /**
     * @param linkTo the reseller customer to link the new customer to once the operation succeeds
     * @param key the idempotency key; null to generate one; the same for the three methods below
     */
    inviteCustomer: (invitation: CustomerInvitation, linkTo: string | null, key: string | null) =>
      start({ kind: 'INVITE_CUSTOMER', ...invitation, linkTo }, key),
    /** @param linkTo as for `inviteCustomer` */
    createResellerServedCustomer: (
      creation: CustomerCreation,
      linkTo: string | null,
      key: string | null,
    ) => start({ kind: 'CREATE_RESELLER_SERVED_CUSTOMER', ...creation, linkTo }, key),
    /**
     * @throws GatewayError NOT_FOUND when the customer does not exist; FAILED_PRECONDITION when it is
     *   not in the billing API
     */
    requireCustomer: async (customer: Customer) =>
      customerLinks.requireBilling(await keyOf(customer)),
    activateCustomer: (customer: Customer, key: string | null) =>
      startFor('ACTIVATE_CUSTOMER', customer, key),
    suspendCustomer: (customer: Customer, key: string | null) =>
      startFor('SUSPEND_CUSTOMER', customer, key),
    /** Requests cancellation, which is best effort. Returns the current state. */
    async cancel(operationId: string): Promise<OperationEntry> {
      authorizeMutation(viewer, 'cancelOperation');
      checkBillingId('operationId', operationId);
      if (access.tenant && !(await this.get(operationId))) throw notFound();
      await endDryRun(scope, async () => planCancellation(await this.get(operationId)));
      const kind = await operations.kindOf(operationId);
      return cacheResult(
        await operations.record(
          await billing.cancelOperation(operationId, kind, scope),
          operationId,
        ),
      );
    },
    /** The number of operations that match the filter. */
    async count(filter: OperationFilter): Promise<number> {
      authorizeRead(viewer);
      return loaders.operationCount.load({ ...filter, tenant: access.tenant });
    },
    /** Lists the journal's operations in their last known state, most recently started first. */
    async page(filter: OperationFilter, page: PageRequest): Promise<Page<OperationEntry>> {
      authorizeRead(viewer);
      const visible = { ...filter, tenant: access.tenant };
      const { items, nextToken } = await numberedPage(
        page,
        (before, limit) => loaders.operationPage.load({ filter: visible, before, limit }),
        ({ number }) => number,
      );
      return { items: items.map(({ entry }) => entry), nextToken };
    },
  };
}

function planCancellation(entry: OperationEntry | null): Plan {
  if (!entry) throw notFound();
  const { operationId, kind } = entry.operation;
  const before = operationStatus(entry.operation);
  const after = isEnded(entry.operation) ? before : 'CANCELLED';
  return new PlanDraft()
    .change({ type: 'Operation', operationId }, 'status', 'The status', { before, after })
    .warnIf(
      before !== after,
      'VENDOR_DECIDES',
      'Billing decides whether it cancels the operation, which may still succeed.',
    )
    .done(`Requests the cancellation of the ${kind} operation ${operationId}.`);
}

function notFound(): GatewayError {
  return new GatewayError('NOT_FOUND', 'The operation was not found.');
}

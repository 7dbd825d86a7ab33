import { randomUUID } from 'node:crypto';
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CallScope } from '../../domain/call-scope.ts';
import type { BillingAccount, BillingCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { Operation, OperationKind } from '../../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../../domain/order.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { vendorText } from '../../domain/sensitive-text.ts';
import { BillingAccountService } from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import type { OperationSchema } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { OperationService } from '../../gen/yandex/cloud/operation/operation_service_pb.ts';
import { Admission } from '../admission.ts';
import { readCustomerPage } from './customer-page.ts';
import { invalidResponse, isStatusUnavailable } from './errors.ts';
import { Host, type HostOptions } from './host.ts';
import { toBillingAccount, toBillingCustomer, toOperation, toPerson } from './mapping.ts';
import type { UnaryMethod } from './unary.ts';

export interface BillingClientOptions extends HostOptions {
  /** host:port of CustomerService and BillingAccountService. */
  readonly endpoint: string;
  /** host:port of OperationService; Yandex Cloud serves it on a different host than billing. */
  readonly operationEndpoint: string;
  /** Requests that may call the API at once, and that may wait for that. */
  readonly concurrency: number;
  readonly queue: number;
}

/** An operation and the interval at which the server wants to be polled. */
export interface OperationReading {
  readonly operation: Operation;
  /** From the response header x-operation-poll-interval; null when it is missing or invalid. */
  readonly pollIntervalMs: number | null;
}

export type BillingClient = ReturnType<typeof createBillingClient>;

/**
 * The billing API in domain types. Every method rejects with a GatewayError, or with the reason of
 * the scope's signal.
 */
export function createBillingClient(options: BillingClientOptions) {
  const { endpoint, operationEndpoint, concurrency, queue } = options;
  const admission = new Admission({ service: 'billing', concurrency, queue });
  const billing = new Host(endpoint, admission, options);
  const operations =
    operationEndpoint === endpoint ? billing : new Host(operationEndpoint, admission, options);

  /** @param asked the id of the operation that was asked for; null for a new one */
  function received(
    message: MessageShape<typeof OperationSchema>,
    kind: OperationKind,
    asked: string | null,
  ): Operation {
    const { id, done, result } = message;
    if (id === '') throw invalidResponse('the operation has no id');
    if (asked !== null && id !== asked) {
      throw invalidResponse('the response has another operation than the one asked for');
    }
    if (done && result.case === 'error') {
      const { code, message: reason } = result.value;
      options.log?.info({ operation: id, grpcStatus: code, reason: vendorText(reason) }, OP_FAILED);
    }
    return toOperation(message, kind);
  }

  async function start<I extends DescMessage>(
    kind: OperationKind,
    method: UnaryMethod<I, typeof OperationSchema>,
    init: MessageInitShape<I>,
    write: { idempotencyKey: string; scope: CallScope },
  ): Promise<Operation> {
    const { message } = await billing.write(method, init, write, null);
    return received(message, kind, null);
  }

  return {
    /** Obtains a token and a connection, so that a write can leave at once. Sends nothing. */
    ready: (scope: CallScope) => billing.ready(scope),
    /** One page of 1 to 1000 customers. The vendor does not document the order. */
    async listCustomers(
      resellerId: string,
      { token, size }: PageRequest,
      scope: CallScope,
    ): Promise<Page<BillingCustomer>> {
      const init = { resellerId, pageSize: BigInt(size), pageToken: token ?? '' };
      const { message } = await billing.read(listCustomers, init, scope);
      const named = message.customers.filter(({ id }) => id !== '');
      const skipped = message.customers.length - named.length;
      if (skipped > 0) options.log?.warn({ resellerId, skipped }, NO_CUSTOMER_ID);
      const items = named.map((customer) => toBillingCustomer(resellerId, customer));
      return { items, nextToken: message.nextPageToken || null };
    },
    /** One page of 1 to 1000 of the accounts that the credential sees. */
    async listAccounts(
      { token, size }: PageRequest,
      scope: CallScope,
    ): Promise<Page<BillingAccount>> {
      const method = BillingAccountService.method.list;
      const init = { pageSize: BigInt(size), pageToken: token ?? '' };
      const { message } = await billing.read(method, init, scope);
      const items = message.billingAccounts.map(toBillingAccount);
      return { items, nextToken: message.nextPageToken || null };
    },
    /** Null when the account is not found. */
    async getAccount(id: string, scope: CallScope): Promise<BillingAccount | null> {
      const method = BillingAccountService.method.get;
      const response = await orNull(billing.read(method, { id }, scope));
      if (response?.message.id && response.message.id !== id) {
        throw invalidResponse('the response has another account than the one asked for');
      }
      return response && toBillingAccount(response.message);
    },
    inviteCustomer(
      { person, ...invitation }: CustomerInvitation,
      idempotencyKey: string,
      scope: CallScope,
    ) {
      const method = CustomerService.method.invite;
      const init = { ...invitation, person: toPerson(person) };
      return start('INVITE_CUSTOMER', method, init, { idempotencyKey, scope });
    },
    createResellerServedCustomer(
      { person, ...creation }: CustomerCreation,
      idempotencyKey: string,
      scope: CallScope,
    ) {
      const method = CustomerService.method.createResellerServed;
      const init = { ...creation, person: toPerson(person) };
      return start('CREATE_RESELLER_SERVED_CUSTOMER', method, init, { idempotencyKey, scope });
    },
    activateCustomer(customerId: string, idempotencyKey: string, scope: CallScope) {
      const method = CustomerService.method.activate;
      return start('ACTIVATE_CUSTOMER', method, { customerId }, { idempotencyKey, scope });
    },
    suspendCustomer(customerId: string, idempotencyKey: string, scope: CallScope) {
      const method = CustomerService.method.suspend;
      return start('SUSPEND_CUSTOMER', method, { customerId }, { idempotencyKey, scope });
    },
    /**
     * The current state of an operation; null when it is not found, which can also happen shortly
     * after its creation.
     * @param kind the operation's kind, which the API does not return
     */
    async getOperation(
      operationId: string,
      kind: OperationKind,
      scope: CallScope,
    ): Promise<OperationReading | null> {
      const method = OperationService.method.get;
      const response = await orNull(operations.read(method, { operationId }, scope));
      return (
        response && {
          operation: received(response.message, kind, operationId),
          pollIntervalMs: pollIntervalMs(response.header(POLL_INTERVAL)),
        }
      );
    },
    /**
     * Requests cancellation (best effort) and returns the operation's current state.
     * @param kind the operation's kind, which the API does not return
     */
    async cancelOperation(
      operationId: string,
      kind: OperationKind,
      scope: CallScope,
    ): Promise<Operation> {
      const method = OperationService.method.cancel;
      const write = { idempotencyKey: randomUUID(), scope };
      const { message } = await operations.write(
        method,
        { operationId },
        write,
        isStatusUnavailable,
      );
      return received(message, kind, operationId);
    },
    /** Why the API cannot be used, or null. Calls nothing. */
    async problem(): Promise<string | null> {
      const [first, second] = await Promise.all([billing.problem(), operations.problem()]);
      return first ?? (second === null ? null : `operations: ${second}`);
    },
    close(): void {
      billing.close();
      operations.close();
    },
  };
}

const listCustomers = { ...CustomerService.method.list, readUsual: readCustomerPage };

const POLL_INTERVAL = 'x-operation-poll-interval';
const OP_FAILED = 'operation failed in the billing API';
const NO_CUSTOMER_ID = 'customers without an id in a page of the billing API, skipping them';

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** The header holds whole seconds; longer intervals are reduced to an hour. */
function pollIntervalMs(header = ''): number | null {
  if (!/^\d+$/.test(header) || Number(header) === 0) return null;
  return Math.min(Number(header), 3600) * 1000;
}

import { randomUUID } from 'node:crypto';
import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toJsonString,
} from '@bufbuild/protobuf';
import { Metadata } from '@grpc/grpc-js';
import type { CallScope } from '../../domain/call-scope.ts';
import type { BillingAccount, BillingCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { Operation, OperationKind } from '../../domain/operation.ts';
import type { CustomerCreation, CustomerInvitation } from '../../domain/order.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { BillingAccountService } from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import type { OperationSchema } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { OperationService } from '../../gen/yandex/cloud/operation/operation_service_pb.ts';
import { BackendCalls, type IsRetryable, withDeadline } from '../call.ts';
import type { Credential } from '../credentials/credential.ts';
import { Channel, type ConnectionTimes } from './channel.ts';
import { billingError, isServiceError, isStatusUnavailable } from './errors.ts';
import { toBillingAccount, toBillingCustomer, toOperation, toPerson } from './mapping.ts';
import type { UnaryMethod, UnaryResponse } from './unary.ts';

export interface BillingClientOptions {
  /** host:port of CustomerService and BillingAccountService. */
  readonly endpoint: string;
  /** host:port of OperationService; Yandex Cloud serves it on a different host than billing. */
  readonly operationEndpoint: string;
  readonly tls: boolean;
  readonly credential: Credential;
  /** Deadline of one call, including its retries. */
  readonly timeoutMs: number;
  /** When connections count as stuck or dead; by default after seconds. */
  readonly connections?: ConnectionTimes | undefined;
}

/** An operation and the interval at which the server wants to be polled. */
export interface OperationReading {
  readonly operation: Operation;
  /** From the response header x-operation-poll-interval; null when it is missing or invalid. */
  readonly pollIntervalMs: number | null;
}

/**
 * The billing API in domain types. Every method rejects with a GatewayError, or with the reason of
 * the scope's signal.
 */
export interface BillingClient {
  /** One page of 1 to 1000 customers. The vendor does not document the order. */
  listCustomers(
    resellerId: string,
    page: PageRequest,
    scope: CallScope,
  ): Promise<Page<BillingCustomer>>;
  /** Null when the account is not found. */
  getAccount(id: string, scope: CallScope): Promise<BillingAccount | null>;
  inviteCustomer(
    invitation: CustomerInvitation,
    idempotencyKey: string,
    scope: CallScope,
  ): Promise<Operation>;
  createResellerServedCustomer(
    creation: CustomerCreation,
    idempotencyKey: string,
    scope: CallScope,
  ): Promise<Operation>;
  activateCustomer(
    customerId: string,
    idempotencyKey: string,
    scope: CallScope,
  ): Promise<Operation>;
  suspendCustomer(customerId: string, idempotencyKey: string, scope: CallScope): Promise<Operation>;
  /**
   * The current state of an operation; null when it is not found, which can also happen shortly
   * after its creation.
   * @param kind the operation's kind, which the API does not return
   */
  getOperation(id: string, kind: OperationKind, scope: CallScope): Promise<OperationReading | null>;
  /**
   * Requests cancellation (best effort) and returns the operation's current state.
   * @param kind the operation's kind, which the API does not return
   */
  cancelOperation(id: string, kind: OperationKind, scope: CallScope): Promise<Operation>;
  /** Obtains a token and a connection, so that a write can leave at once. Sends nothing. */
  ready(scope: CallScope): Promise<void>;
  close(): void;
}

export function createBillingClient(options: BillingClientOptions): BillingClient {
  const { endpoint, operationEndpoint, tls, connections } = options;
  const billing = new Channel(endpoint, tls, connections);
  const operations =
    operationEndpoint === endpoint ? billing : new Channel(operationEndpoint, tls, connections);
  const call = createCaller(options);

  async function start<I extends DescMessage>(
    kind: OperationKind,
    method: UnaryMethod<I, typeof OperationSchema>,
    init: MessageInitShape<I>,
    write: { idempotencyKey: string; scope: CallScope },
  ): Promise<Operation> {
    const { message } = await call.write(billing, method, init, write, null);
    return toOperation(message, kind);
  }

  return {
    ready: (scope) => call.ready(billing, scope),
    async listCustomers(resellerId, { token, size }, scope) {
      const method = CustomerService.method.list;
      const init = { resellerId, pageSize: BigInt(size), pageToken: token ?? '' };
      const { message } = await call.read(billing, method, init, scope);
      const items = message.customers.map((customer) => toBillingCustomer(resellerId, customer));
      return { items, nextToken: message.nextPageToken || null };
    },
    async getAccount(id, scope) {
      const method = BillingAccountService.method.get;
      const response = await orNull(call.read(billing, method, { id }, scope));
      return response && toBillingAccount(response.message);
    },
    inviteCustomer({ person, ...invitation }, idempotencyKey, scope) {
      const method = CustomerService.method.invite;
      const init = { ...invitation, person: toPerson(person) };
      return start('INVITE_CUSTOMER', method, init, { idempotencyKey, scope });
    },
    createResellerServedCustomer({ person, ...creation }, idempotencyKey, scope) {
      const method = CustomerService.method.createResellerServed;
      const init = { ...creation, person: toPerson(person) };
      return start('CREATE_RESELLER_SERVED_CUSTOMER', method, init, { idempotencyKey, scope });
    },
    activateCustomer(customerId, idempotencyKey, scope) {
      const method = CustomerService.method.activate;
      return start('ACTIVATE_CUSTOMER', method, { customerId }, { idempotencyKey, scope });
    },
    suspendCustomer(customerId, idempotencyKey, scope) {
      const method = CustomerService.method.suspend;
      return start('SUSPEND_CUSTOMER', method, { customerId }, { idempotencyKey, scope });
    },
    async getOperation(operationId, kind, scope) {
      const method = OperationService.method.get;
      const response = await orNull(call.read(operations, method, { operationId }, scope));
      return (
        response && {
          operation: toOperation(response.message, kind),
          pollIntervalMs: pollIntervalMs(response.metadata),
        }
      );
    },
    async cancelOperation(operationId, kind, scope) {
      const method = OperationService.method.cancel;
      const write = { idempotencyKey: randomUUID(), scope };
      const { message } = await call.write(
        operations,
        method,
        { operationId },
        write,
        isStatusUnavailable,
      );
      return toOperation(message, kind);
    },
    close() {
      billing.close();
      operations.close();
    },
  };
}

/** Adds the deadline, the credential, request ids and error translation to calls of a channel. */
function createCaller({ credential, timeoutMs }: BillingClientOptions) {
  const calls = new BackendCalls({ service: 'billing', timeoutMs });

  async function attempt<I extends DescMessage, O extends DescMessage>(
    channel: Channel,
    method: UnaryMethod<I, O>,
    request: MessageShape<I>,
    sent: { scope: CallScope; signal: AbortSignal; deadline: number; idempotencyKey?: string },
  ): Promise<UnaryResponse<O>> {
    for (let rejection: GatewayError | null = null; ; ) {
      const token = await credential.token(sent.signal).catch((error: unknown) => {
        throw rejection ?? notSent(error);
      });
      const requestId = randomUUID();
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      metadata.set('x-client-request-id', requestId);
      metadata.set('x-client-trace-id', sent.scope.requestId);
      if (sent.idempotencyKey) metadata.set('idempotency-key', sent.idempotencyKey);
      try {
        return await channel.unary(method, request, { ...sent, metadata });
      } catch (error) {
        if (!isServiceError(error)) throw error;
        const failure = billingError(error, requestId);
        if (failure.code !== 'UNAUTHENTICATED' || rejection) throw failure;
        if (!credential.invalidate(token)) throw failure;
        rejection = failure;
      }
    }
  }

  return {
    read<I extends DescMessage, O extends DescMessage>(
      channel: Channel,
      method: UnaryMethod<I, O>,
      init: MessageInitShape<I>,
      scope: CallScope,
    ): Promise<UnaryResponse<O>> {
      const request = create(method.input, init);
      const key = `${method.parent.typeName}/${method.name} ${toJsonString(method.input, request)}`;
      return calls.read(key, scope, (signal, remaining) =>
        attempt(channel, method, request, { scope, signal, deadline: Date.now() + remaining }),
      );
    },
    /** @param isRetryable which failures to retry after; null sends the call once */
    write<I extends DescMessage, O extends DescMessage>(
      channel: Channel,
      method: UnaryMethod<I, O>,
      init: MessageInitShape<I>,
      { idempotencyKey, scope }: { idempotencyKey: string; scope: CallScope },
      isRetryable: IsRetryable | null,
    ): Promise<UnaryResponse<O>> {
      const request = create(method.input, init);
      return calls.write(scope, isRetryable, async (signal, remaining) => {
        const deadline = Date.now() + remaining;
        await connected(channel, signal);
        return attempt(channel, method, request, { scope, signal, deadline, idempotencyKey });
      });
    },
    /** Obtains a token and a connection. */
    ready(channel: Channel, { signal }: CallScope): Promise<void> {
      return withDeadline(signal, timeoutMs, 'billing', async (inner) => {
        await Promise.all([credential.token(inner), connected(channel, inner)]);
      }).catch((error: unknown) => {
        throw notSent(error);
      });
    },
  };
}

/** Without a connection, a write is known not to have left. */
async function connected(channel: Channel, signal: AbortSignal): Promise<void> {
  try {
    await channel.ready(signal);
  } catch (error) {
    throw isServiceError(error) ? notSent(billingError(error, undefined)) : error;
  }
}

/** The failure of a call that never left the gateway. */
function notSent(error: unknown): unknown {
  if (!(error instanceof GatewayError)) return error;
  const { code, message, cause } = error;
  return new GatewayError(code, message, { ...error, cause, nothingSent: true });
}

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** The header holds whole seconds; longer intervals are reduced to an hour. */
function pollIntervalMs(metadata: Metadata): number | null {
  const header = metadata.get('x-operation-poll-interval')[0]?.toString() ?? '';
  if (!/^\d+$/.test(header) || Number(header) === 0) return null;
  return Math.min(Number(header), 3600) * 1000;
}

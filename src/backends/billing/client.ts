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
import { BackendCalls } from '../call.ts';
import type { Credential } from '../credentials/credential.ts';
import { billingError, isServiceError, isStatusUnavailable } from './errors.ts';
import { toBillingAccount, toBillingCustomer, toOperation, toPerson } from './mapping.ts';
import { Channel, type UnaryAnswer, type UnaryMethod } from './transport.ts';

export interface BillingClientOptions {
  /** host:port of CustomerService and BillingAccountService. */
  readonly endpoint: string;
  /** host:port of OperationService: another host than billing at the vendor. */
  readonly operationEndpoint: string;
  readonly tls: boolean;
  readonly credential: Credential;
  /** How long one call may take, repeats included. */
  readonly timeoutMs: number;
}

/** A read operation, with what the server says about reading it again. */
export interface OperationReading {
  readonly operation: Operation;
  /** From the response header x-operation-poll-interval; null when absent. */
  readonly pollIntervalMs: number | null;
}

/**
 * The billing API in domain terms. Every method rejects with a GatewayError, or with the reason of
 * the scope's signal.
 */
export interface BillingClient {
  /** One page; `size` is 1 to 1000. The order is the vendor's and not documented. */
  listCustomers(
    resellerId: string,
    page: PageRequest,
    scope: CallScope,
  ): Promise<Page<BillingCustomer>>;
  /** Null when there is no such account. */
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
   * The operation as it is now; null when the API does not know it (yet: right after creation that
   * says nothing).
   * @param kind what the operation was started for, when that is known
   */
  getOperation(id: string, kind: OperationKind, scope: CallScope): Promise<OperationReading | null>;
  /**
   * Asks for an operation to be cancelled; best effort. Gives the operation as it is.
   * @param kind what the operation was started for, when that is known
   */
  cancelOperation(id: string, kind: OperationKind, scope: CallScope): Promise<Operation>;
  close(): void;
}

export function createBillingClient(options: BillingClientOptions): BillingClient {
  const { endpoint, operationEndpoint, tls } = options;
  const billing = new Channel(endpoint, tls);
  const operations = operationEndpoint === endpoint ? billing : new Channel(operationEndpoint, tls);
  const call = createCaller(options);

  async function start<I extends DescMessage>(
    kind: OperationKind,
    method: UnaryMethod<I, typeof OperationSchema>,
    init: MessageInitShape<I>,
    write: { idempotencyKey: string; scope: CallScope },
  ): Promise<Operation> {
    const { message } = await call.write(billing, method, init, write);
    return toOperation(message, kind);
  }

  return {
    async listCustomers(resellerId, { token, size }, scope) {
      const method = CustomerService.method.list;
      const init = { resellerId, pageSize: BigInt(size), pageToken: token ?? '' };
      const { message } = await call.read(billing, method, init, scope);
      const items = message.customers.map((customer) => toBillingCustomer(resellerId, customer));
      return { items, nextToken: message.nextPageToken || null };
    },
    async getAccount(id, scope) {
      const method = BillingAccountService.method.get;
      const answer = await orNull(call.read(billing, method, { id }, scope));
      return answer && toBillingAccount(answer.message);
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
      const answer = await orNull(call.read(operations, method, { operationId }, scope));
      return (
        answer && {
          operation: toOperation(answer.message, kind),
          pollIntervalMs: pollIntervalMs(answer.metadata),
        }
      );
    },
    async cancelOperation(operationId, kind, scope) {
      const method = OperationService.method.cancel;
      const write = { idempotencyKey: randomUUID(), scope };
      const { message } = await call.write(operations, method, { operationId }, write);
      return toOperation(message, kind);
    },
    close() {
      billing.close();
      operations.close();
    },
  };
}

/** Adds to a bare channel what every call needs: deadline, credential, ids, translated errors. */
function createCaller({ credential, timeoutMs }: BillingClientOptions) {
  const calls = new BackendCalls({ service: 'billing', timeoutMs });

  async function once<I extends DescMessage, O extends DescMessage>(
    channel: Channel,
    method: UnaryMethod<I, O>,
    request: MessageShape<I>,
    sent: { scope: CallScope; signal: AbortSignal; deadline: number; idempotencyKey?: string },
  ): Promise<UnaryAnswer<O>> {
    for (let refusals = 0; ; refusals++) {
      const token = await credential.token(sent.signal);
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
        const refused = failure.code === 'UNAUTHENTICATED' && refusals === 0;
        if (!refused || !credential.refused(token)) throw failure;
      }
    }
  }

  return {
    read<I extends DescMessage, O extends DescMessage>(
      channel: Channel,
      method: UnaryMethod<I, O>,
      init: MessageInitShape<I>,
      scope: CallScope,
    ): Promise<UnaryAnswer<O>> {
      const request = create(method.input, init);
      const key = `${method.parent.typeName}/${method.name} ${toJsonString(method.input, request)}`;
      return calls.read(key, scope, (signal, remaining) =>
        once(channel, method, request, { scope, signal, deadline: Date.now() + remaining }),
      );
    },
    write<I extends DescMessage, O extends DescMessage>(
      channel: Channel,
      method: UnaryMethod<I, O>,
      init: MessageInitShape<I>,
      { idempotencyKey, scope }: { idempotencyKey: string; scope: CallScope },
    ): Promise<UnaryAnswer<O>> {
      const request = create(method.input, init);
      return calls.write(
        scope,
        idempotencyKey === '' ? null : isStatusUnavailable,
        (signal, remaining) => {
          const deadline = Date.now() + remaining;
          return once(channel, method, request, { scope, signal, deadline, idempotencyKey });
        },
      );
    },
  };
}

async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Whole seconds, an hour at most; anything else is as good as absent. */
function pollIntervalMs(metadata: Metadata): number | null {
  const header = metadata.get('x-operation-poll-interval')[0]?.toString() ?? '';
  if (!/^\d+$/.test(header) || Number(header) === 0) return null;
  return Math.min(Number(header), 3600) * 1000;
}

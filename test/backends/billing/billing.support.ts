import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Any, AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { onTestFinished } from 'vitest';
import {
  type BillingClient,
  type BillingClientOptions,
  createBillingClient,
} from '../../../src/backends/billing/client.ts';
import { toOperation } from '../../../src/backends/billing/mapping.ts';
import { type Credential, fixedToken } from '../../../src/backends/credentials/credential.ts';
import type { CallScope } from '../../../src/domain/call-scope.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { StatusSchema } from '../../../src/gen/google/rpc/status_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationSchema } from '../../../src/gen/yandex/cloud/operation/operation_pb.ts';
import { type BillingServer, metadataOf, StatusFailure } from '../../support/billing-server.ts';

/** A client of `server` that is closed when the test ends. */
export function clientOf(
  server: Pick<BillingServer, 'address'>,
  options: Partial<BillingClientOptions> = {},
): BillingClient {
  const client = createBillingClient({
    endpoint: server.address,
    operationEndpoint: server.address,
    tls: false,
    credential: fixedToken('t0k3n'),
    timeoutMs: 5_000,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

export function scope(signal = new AbortController().signal, requestId = 'req-1'): CallScope {
  return { signal, requestId };
}

export const firstPage = { token: null, size: 100 };
export const key = '6f0a2f0e-7b43-4f62-9c1d-0d6b1c1f2a3b';

/** Fails CustomerService.List with each of the failures in turn, and then answers with no customers. */
export function failingLists(server: BillingServer, ...failures: StatusFailure[]): void {
  const left = [...failures];
  server.on(CustomerService.method.list, () => {
    const failure = left.shift();
    if (failure) throw failure;
    return {};
  });
}

export function packed<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any {
  return anyPack(schema, create(schema, init));
}

/** A failure with a google.rpc.Status in its trailer. */
export function detailedFailure(
  code: number,
  details: readonly Any[],
  trailers: Readonly<Record<string, string>> = {},
): StatusFailure {
  const body = create(StatusSchema, { code, details: [...details] });
  return rawDetailsFailure(code, toBinary(StatusSchema, body), trailers);
}

/** A failure whose grpc-status-details-bin holds these bytes. */
export function rawDetailsFailure(
  code: number,
  bytes: Uint8Array,
  trailers: Readonly<Record<string, string>> = {},
): StatusFailure {
  const metadata = metadataOf(trailers);
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return new StatusFailure(code, 'vendor words', metadata);
}

/** Gives t1, t2, ... : the next one after every refusal, at most `tokens` of them. */
export function changingTokens(tokens: number): Credential & { refusals: string[] } {
  let current = 1;
  const refusals: string[] = [];
  return {
    refusals,
    token: async () => `t${current}`,
    refused(token) {
      refusals.push(token);
      if (current === tokens) return false;
      current++;
      return true;
    },
  };
}

export type OperationInit = MessageInitShape<typeof OperationSchema> & object;

/** An operation in domain terms, over the wire and back, as the gateway gets it. */
export function mapped(init: OperationInit): Operation {
  const message = create(OperationSchema, { id: 'op', ...init });
  const received = fromBinary(OperationSchema, toBinary(OperationSchema, message));
  return toOperation(received, 'ACTIVATE_CUSTOMER');
}

/** A payload of any type, with any bytes. */
export function anyOf(typeUrl: string, hex: string): Any {
  return create(AnySchema, { typeUrl, value: Buffer.from(hex, 'hex') });
}

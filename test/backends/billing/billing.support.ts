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
import type { ConnectionTarget } from '../../../src/backends/billing/connection.ts';
import { toOperation } from '../../../src/backends/billing/mapping.ts';
import { fixedToken } from '../../../src/backends/credentials/credential.ts';
import { Egress } from '../../../src/backends/network/egress.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { StatusSchema } from '../../../src/gen/google/rpc/status_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationSchema } from '../../../src/gen/yandex/cloud/operation/operation_pb.ts';
import { type BillingServer, metadataOf, StatusFailure } from '../../support/billing-server.ts';

export { changingTokens, scope } from '../backends.support.ts';

/** A client of `server`, closed when the test ends. */
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
    concurrency: 50,
    queue: 100,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

export const firstPage = { token: null, size: 100 };
export const key = '6f0a2f0e-7b43-4f62-9c1d-0d6b1c1f2a3b';

/** Makes CustomerService.List fail with each of the failures in turn and then return no customers. */
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

/** A failure with these bytes in grpc-status-details-bin. */
export function rawDetailsFailure(
  code: number,
  bytes: Uint8Array,
  trailers: Readonly<Record<string, string>> = {},
): StatusFailure {
  const metadata = metadataOf(trailers);
  metadata.set('grpc-status-details-bin', Buffer.from(bytes));
  return new StatusFailure(code, 'vendor message', metadata);
}

export type OperationInit = MessageInitShape<typeof OperationSchema> & object;

/** An operation encoded, decoded and mapped to the domain type. */
export function mapped(init: OperationInit): Operation {
  const message = create(OperationSchema, { id: 'op', ...init });
  const received = fromBinary(OperationSchema, toBinary(OperationSchema, message));
  return toOperation(received, 'ACTIVATE_CUSTOMER');
}

/** A payload of any type, with any bytes. */
export function anyOf(typeUrl: string, hex: string): Any {
  return create(AnySchema, { typeUrl, value: Buffer.from(hex, 'hex') });
}

/** A plaintext target without a proxy. */
export function targetOf({ address }: Pick<BillingServer, 'address'>): ConnectionTarget {
  return { address, tls: false, egress: new Egress() };
}

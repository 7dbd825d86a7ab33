import { createRegistry, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import {
  type Any,
  AnySchema,
  anyUnpack,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  type Timestamp,
} from '@bufbuild/protobuf/wkt';
import type { BillingAccount, BillingCustomer } from '../../domain/customer.ts';
import type {
  CustomerMetadata,
  Operation,
  OperationFailure,
  OperationKind,
  OperationResult,
  UnknownPayload,
} from '../../domain/operation.ts';
import type { CustomerPerson } from '../../domain/order.ts';
import {
  DebugInfoSchema,
  file_google_rpc_error_details,
} from '../../gen/google/rpc/error_details_pb.ts';
import type { Status } from '../../gen/google/rpc/status_pb.ts';
import type * as wire from '../../gen/yandex/cloud/billing/v1/billing_account_pb.ts';
import {
  type CustomerPersonSchema,
  CustomerSchema,
  file_yandex_cloud_billing_v1_customer,
  type Customer as WireCustomer,
} from '../../gen/yandex/cloud/billing/v1/customer_pb.ts';
import {
  CustomerMetadataSchema,
  file_yandex_cloud_billing_v1_customer_service,
} from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import type { Operation as WireOperation } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { readable, statusDetail } from './status-details.ts';

/** Every message type that can be shown as JSON when it turns up in an Any. */
const registry = createRegistry(
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  file_google_rpc_error_details,
  file_yandex_cloud_billing_v1_customer,
  file_yandex_cloud_billing_v1_customer_service,
);

export function toBillingCustomer(resellerId: string, customer: WireCustomer): BillingCustomer {
  const { id, billingAccountId } = customer;
  return { resellerId, customerId: id, billingAccountId };
}

export function toBillingAccount(account: wire.BillingAccount): BillingAccount {
  const { id, name, active, currency, countryCode, createdAt } = account;
  return { id, name, active, currency, countryCode, createdAt: toDate(createdAt) };
}

/** What is not given is empty: the wire knows no absence here. */
export function toPerson(person: CustomerPerson): MessageInitShape<typeof CustomerPersonSchema> {
  return {
    name: person.name ?? '',
    longname: person.longname ?? '',
    phone: person.phone ?? '',
    email: person.email ?? '',
    postCode: person.postCode ?? '',
    postAddress: person.postAddress ?? '',
    legalAddress: person.legalAddress ?? '',
    tin: person.tin ?? '',
  };
}

/** @param kind what was asked; the operation itself does not say */
export function toOperation(operation: WireOperation, kind: OperationKind): Operation {
  const metadata = operation.metadata ? toMetadata(operation.metadata) : null;
  return {
    operationId: operation.id,
    kind,
    description: operation.description || null,
    createdAt: toDate(operation.createdAt),
    createdBy: operation.createdBy || null,
    modifiedAt: toDate(operation.modifiedAt),
    done: operation.done,
    metadata,
    result: toResult(operation, metadata),
  };
}

function toResult(
  operation: WireOperation,
  metadata: Operation['metadata'],
): OperationResult | null {
  const { case: kind, value } = operation.result;
  if (kind === 'error') return toFailure(value);
  if (kind === 'response') return toResponse(value, metadata);
  return operation.done ? finishedWithoutResult : null;
}

/** The contract forbids it: done, yet neither error nor response. It must not look like a success. */
const finishedWithoutResult: OperationFailure = {
  type: 'failure',
  code: 2,
  message: 'The billing API ended the operation without saying how.',
  details: [],
};

function toFailure(error: Status): OperationFailure {
  // Debug information speaks of the vendor's inside: it is not for clients.
  const shown = error.details.filter((any) => typeName(any) !== DebugInfoSchema.typeName);
  const details = shown.map((any) => readable(() => statusDetail(any)) ?? toUnknown(any));
  return { type: 'failure', code: error.code, message: error.message, details };
}

function toResponse(response: Any, metadata: Operation['metadata']): OperationResult {
  const customer = readable(() => anyUnpack(response, CustomerSchema));
  const resellerId = metadata?.type === 'customer' ? metadata.resellerId : '';
  if (!customer?.id) return toUnknown(response);
  return { type: 'customer', customer: toBillingCustomer(resellerId, customer) };
}

function toMetadata(metadata: Any): CustomerMetadata | UnknownPayload {
  const customer = readable(() => anyUnpack(metadata, CustomerMetadataSchema));
  if (!customer) return toUnknown(metadata);
  return { type: 'customer', resellerId: customer.resellerId, customerId: customer.customerId };
}

/** proto3 JSON where the type is known, else the bytes in base64. */
function toUnknown(any: Any): UnknownPayload {
  const raw = { '@type': any.typeUrl, value: Buffer.from(any.value).toString('base64') };
  const json = registry.getMessage(typeName(any))
    ? readable(() => toJson(AnySchema, any, { registry }))
    : undefined;
  return { type: 'unknown', typeUrl: any.typeUrl, json: json ?? raw };
}

/** What follows the last slash of a type URL. */
function typeName({ typeUrl }: Any): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

/** Cut to milliseconds. A time outside of JavaScript's range counts as not given. */
export function toDate(timestamp: Timestamp | undefined): Date | null {
  if (!timestamp) return null;
  const date = new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6));
  return Number.isNaN(date.getTime()) ? null : date;
}

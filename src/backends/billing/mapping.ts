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
import { operationFailureMessage, shownDetail } from './shown-details.ts';
import { statusDetail, tryDecode } from './status-details.ts';

/** The message types of an Any that can be converted to JSON. */
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

/** Missing fields are sent as empty strings: proto3 does not distinguish the two here. */
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

/** @param kind the operation's kind, which the message does not contain */
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

/** The API contract forbids a finished operation without a result; it must not count as a success. */
const finishedWithoutResult: OperationFailure = {
  type: 'failure',
  code: 2,
  message: 'The billing API finished the operation without a result.',
  details: [],
};

function toFailure(error: Status): OperationFailure {
  // DebugInfo describes the vendor's internals.
  const shown = error.details.filter((any) => typeName(any) !== DebugInfoSchema.typeName);
  const details = shown.map((any) => tryDecode(() => statusDetail(any)) ?? toUnknown(any));
  const message = operationFailureMessage(error.code);
  return { type: 'failure', code: error.code, message, details: details.map(shownDetail) };
}

function toResponse(response: Any, metadata: Operation['metadata']): OperationResult {
  const customer = tryDecode(() => anyUnpack(response, CustomerSchema));
  const resellerId = metadata?.type === 'customer' ? metadata.resellerId : '';
  if (!customer?.id) return toUnknown(response);
  return { type: 'customer', customer: toBillingCustomer(resellerId, customer) };
}

function toMetadata(metadata: Any): CustomerMetadata | UnknownPayload {
  const customer = tryDecode(() => anyUnpack(metadata, CustomerMetadataSchema));
  if (!customer) return toUnknown(metadata);
  return { type: 'customer', resellerId: customer.resellerId, customerId: customer.customerId };
}

/** proto3 JSON when the type is known, otherwise the bytes in base64. */
function toUnknown(any: Any): UnknownPayload {
  const raw = { '@type': any.typeUrl, value: Buffer.from(any.value).toString('base64') };
  const json = registry.getMessage(typeName(any))
    ? tryDecode(() => toJson(AnySchema, any, { registry }))
    : undefined;
  return { type: 'unknown', typeUrl: any.typeUrl, json: json ?? raw };
}

/** The part of a type URL after its last slash. */
function typeName({ typeUrl }: Any): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

/** Truncated to milliseconds; null when the time is missing or outside the range of Date. */
export function toDate(timestamp: Timestamp | undefined): Date | null {
  if (!timestamp) return null;
  const date = new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6));
  return Number.isNaN(date.getTime()) ? null : date;
}

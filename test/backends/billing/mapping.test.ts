import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type Any,
  DurationSchema,
  EmptySchema,
  StringValueSchema,
  StructSchema,
} from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from 'vitest';
import { toOperation } from '../../../src/backends/billing/mapping.ts';
import { operationFailureMessage } from '../../../src/backends/billing/shown-details.ts';
import { type OperationStatus, operationStatus } from '../../../src/domain/operation.ts';
import { CustomerSchema } from '../../../src/gen/yandex/cloud/billing/v1/customer_pb.ts';
import { CustomerMetadataSchema } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationSchema } from '../../../src/gen/yandex/cloud/operation/operation_pb.ts';
import { anyOf, mapped, type OperationInit, packed } from './billing.support.ts';

type Init = OperationInit;
type Result = NonNullable<Init['result']>;

const metadata = packed(CustomerMetadataSchema, { resellerId: 'R1', customerId: 'C1' });
const customer = packed(CustomerSchema, { id: 'C1', billingAccountId: 'A1' });

describe('done, error and response', () => {
  const error = (code: number): Result => ({
    case: 'error',
    value: { code, message: 'vendor message' },
  });
  const response: Result = { case: 'response', value: customer };
  const failure = (code: number) => ({
    type: 'failure',
    code,
    message: operationFailureMessage(code),
    details: [],
  });
  const succeeded = {
    type: 'customer',
    customer: { resellerId: 'R1', customerId: 'C1', billingAccountId: 'A1' },
  };

  test.each<[string, Init, OperationStatus, unknown]>([
    ['nothing, not done', { done: false }, 'RUNNING', null],
    ['an error, not done', { done: false, result: error(9) }, 'FAILING', failure(9)],
    ['a cancellation, not done', { done: false, result: error(1) }, 'FAILING', failure(1)],
    ['an error, done', { done: true, result: error(9) }, 'FAILED', failure(9)],
    ['an error of code 0, done', { done: true, result: error(0) }, 'FAILED', failure(0)],
    ['a cancellation, done', { done: true, result: error(1) }, 'CANCELLED', failure(1)],
    ['a response, done', { done: true, metadata, result: response }, 'SUCCEEDED', succeeded],
    ['a response, not done', { done: false, metadata, result: response }, 'RUNNING', succeeded],
    [
      'nothing, done',
      { done: true },
      'FAILED',
      {
        type: 'failure',
        code: 2,
        message: 'The billing API finished the operation without a result.',
        details: [],
      },
    ],
  ])('%s', (_, init, status, result) => {
    const operation = mapped(init);
    expect(operationStatus(operation)).toBe(status);
    expect(operation.result).toEqual(result);
    expect(operation.done).toBe(init.done);
  });

  test.each<[string, Result, Result, OperationStatus]>([
    ['error', response, error(9), 'FAILED'],
    ['response', error(9), response, 'SUCCEEDED'],
  ])('the last of error and response on the wire wins: %s', (_, first, second, status) => {
    const bytes = (result: Result, rest: Init = {}): Uint8Array =>
      toBinary(OperationSchema, {
        ...create(OperationSchema, rest),
        result: create(OperationSchema, { result }).result,
      });
    const wire = Buffer.concat([bytes(first, { id: 'op', done: true, metadata }), bytes(second)]);
    const operation = toOperation(fromBinary(OperationSchema, wire), 'UNKNOWN');
    expect(operationStatus(operation)).toBe(status);
  });
});

describe('operation fields', () => {
  test('are mapped with the kind that was passed', () => {
    const init: Init = {
      description: 'Activate customer',
      createdBy: 'sa-1',
      createdAt: { seconds: 1_700_000_000n, nanos: 123_456_789 },
      modifiedAt: { seconds: 1_700_000_001n },
      metadata,
    };
    expect(mapped(init)).toEqual({
      operationId: 'op',
      kind: 'ACTIVATE_CUSTOMER',
      description: 'Activate customer',
      createdAt: new Date(1_700_000_000_123),
      createdBy: 'sa-1',
      modifiedAt: new Date(1_700_000_001_000),
      done: false,
      metadata: { type: 'customer', resellerId: 'R1', customerId: 'C1' },
      result: null,
    });
  });

  test('are null when they are missing', () => {
    expect(mapped({})).toEqual({
      operationId: 'op',
      kind: 'ACTIVATE_CUSTOMER',
      description: null,
      createdAt: null,
      createdBy: null,
      modifiedAt: null,
      done: false,
      metadata: null,
      result: null,
    });
  });

  test.each<[string, bigint, number, Date | null]>([
    ['the epoch', 0n, 0, new Date(0)],
    ['before the epoch', -1n, 500_000_000, new Date(-500)],
    ['the last protobuf timestamp', 253_402_300_799n, 999_999_999, new Date(253_402_300_799_999)],
    ['after the last Date', 8_640_000_000_001n, 0, null],
    ['before the first Date', -8_640_000_000_001n, 0, null],
    ['the largest int64', 9_223_372_036_854_775_807n, 0, null],
  ])('createdAt: %s', (_, seconds, nanos, date) => {
    expect(mapped({ createdAt: { seconds, nanos } }).createdAt).toEqual(date);
  });
});

describe('metadata and response', () => {
  test('are identified by the type name after the last slash', () => {
    for (const prefix of ['', '/', 'type.googleapis.com/', 'https://x.example/a/b/']) {
      const typeUrl = `${prefix}yandex.cloud.billing.v1.CustomerMetadata`;
      expect(mapped({ metadata: { ...metadata, typeUrl } }).metadata).toMatchObject({
        type: 'customer',
      });
    }
  });

  const unknown: [string, Any, unknown][] = [
    [
      'of an unknown type',
      anyOf('type.googleapis.com/acme.Secret', '0a0141'),
      { '@type': 'type.googleapis.com/acme.Secret', value: 'CgFB' },
    ],
    [
      'with invalid bytes',
      anyOf('type.googleapis.com/yandex.cloud.billing.v1.Customer', '0aff'),
      { '@type': 'type.googleapis.com/yandex.cloud.billing.v1.Customer', value: 'Cv8=' },
    ],
    [
      'with invalid metadata bytes',
      anyOf('type.googleapis.com/yandex.cloud.billing.v1.CustomerMetadata', '0aff'),
      { '@type': 'type.googleapis.com/yandex.cloud.billing.v1.CustomerMetadata', value: 'Cv8=' },
    ],
    ['without a type', anyOf('', '00'), { '@type': '', value: 'AA==' }],
    [
      'whose type has no name',
      anyOf('type.googleapis.com/', ''),
      { '@type': 'type.googleapis.com/', value: '' },
    ],
    [
      'of type Empty',
      packed(EmptySchema, {}),
      { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    ],
    [
      'of type Duration',
      packed(DurationSchema, { seconds: 2n }),
      { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '2s' },
    ],
    [
      'of type Duration out of range',
      packed(DurationSchema, { seconds: 9_000_000_000_000n }),
      { '@type': 'type.googleapis.com/google.protobuf.Duration', value: 'CICgts73hQI=' },
    ],
    [
      'of type StringValue',
      packed(StringValueSchema, { value: 'x' }),
      { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x' },
    ],
    [
      'of type Struct',
      packed(StructSchema, { fields: { a: { kind: { case: 'numberValue', value: 1 } } } }),
      { '@type': 'type.googleapis.com/google.protobuf.Struct', value: { a: 1 } },
    ],
  ];

  test.each(unknown)('%s are mapped to JSON', (_, payload, json) => {
    const expected = { type: 'unknown', typeUrl: payload.typeUrl, json };
    expect(mapped({ metadata: payload }).metadata).toEqual(expected);
    const result: Result = { case: 'response', value: payload };
    const operation = mapped({ done: true, metadata, result });
    expect(operation.result).toEqual(expected);
    expect(operationStatus(operation)).toBe('SUCCEEDED');
  });

  test.each<[string, Init['metadata']]>([
    ['no metadata', undefined],
    ['metadata of another type', packed(EmptySchema, {})],
    ['metadata without a reseller', packed(CustomerMetadataSchema, { customerId: 'C1' })],
  ])('with %s the customer has an empty reseller id', (_, about) => {
    const result: Result = { case: 'response', value: customer };
    const operation = mapped({ done: true, result, ...(about && { metadata: about }) });
    expect(operation.result).toEqual({
      type: 'customer',
      customer: { resellerId: '', customerId: 'C1', billingAccountId: 'A1' },
    });
  });

  test('a customer without an id is an unknown payload', () => {
    const withoutId = packed(CustomerSchema, { billingAccountId: 'A1' });
    const result: Result = { case: 'response', value: withoutId };
    expect(mapped({ done: true, metadata, result }).result).toMatchObject({
      type: 'unknown',
      json: {
        '@type': 'type.googleapis.com/yandex.cloud.billing.v1.Customer',
        billingAccountId: 'A1',
      },
    });
  });
});

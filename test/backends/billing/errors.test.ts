import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import {
  BadRequestSchema,
  DebugInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../../../src/gen/google/rpc/error_details_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import {
  type BillingServer,
  metadataOf,
  StatusFailure,
  startBillingServer,
} from '../../support/billing-server.ts';
import {
  clientOf,
  detailedFailure,
  failingLists,
  firstPage,
  key,
  packed,
  rawDetailsFailure,
  scope,
} from './billing.support.ts';

/** The error of listCustomers when every call fails with `failure`. */
async function errorOf(failure: StatusFailure, server?: BillingServer): Promise<GatewayError> {
  const failing = server ?? (await startBillingServer());
  failing.on(CustomerService.method.list, () => {
    throw failure;
  });
  const error: unknown = await clientOf(failing)
    .listCustomers('R1', firstPage, scope())
    .then(
      () => null,
      (reason) => reason,
    );
  if (error instanceof GatewayError) return error;
  throw new Error('not a GatewayError', { cause: error });
}

const VENDOR = 'vendor message';
const FAILED = 'The billing API failed.';
const INVALID = 'The billing API rejected the request as invalid.';
const DENIED = 'The billing API denied permission for this request.';

describe('a gRPC status', () => {
  test.each<[string, number, string, boolean, string]>([
    [
      'OK without a message',
      0,
      'INTERNAL_SERVER_ERROR',
      false,
      'The billing API does not implement this method.',
    ],
    ['CANCELLED', 1, 'UNAVAILABLE', true, 'The billing API cancelled the call. Retry later.'],
    ['UNKNOWN', 2, 'INTERNAL_SERVER_ERROR', false, FAILED],
    ['INVALID_ARGUMENT', 3, 'BAD_USER_INPUT', false, INVALID],
    ['DEADLINE_EXCEEDED', 4, 'DEADLINE_EXCEEDED', true, 'The billing API timed out.'],
    ['NOT_FOUND', 5, 'NOT_FOUND', false, 'The object was not found in the billing API.'],
    ['ALREADY_EXISTS', 6, 'CONFLICT', false, 'The object already exists in the billing API.'],
    ['PERMISSION_DENIED', 7, 'FORBIDDEN', false, DENIED],
    [
      'RESOURCE_EXHAUSTED',
      8,
      'RATE_LIMITED',
      true,
      'A rate limit or quota of the billing API is exceeded. Retry later.',
    ],
    [
      'FAILED_PRECONDITION',
      9,
      'FAILED_PRECONDITION',
      false,
      "The billing API rejected the request in the object's current state.",
    ],
    [
      'ABORTED',
      10,
      'CONFLICT',
      true,
      'The request conflicted with another change in the billing API. Retry later.',
    ],
    ['OUT_OF_RANGE', 11, 'BAD_USER_INPUT', false, INVALID],
    [
      'UNIMPLEMENTED',
      12,
      'INTERNAL_SERVER_ERROR',
      false,
      'The billing API does not implement this method.',
    ],
    ['INTERNAL', 13, 'INTERNAL_SERVER_ERROR', false, FAILED],
    ['UNAVAILABLE', 14, 'UNAVAILABLE', true, 'The billing API is unavailable.'],
    ['DATA_LOSS', 15, 'INTERNAL_SERVER_ERROR', false, FAILED],
    [
      'UNAUTHENTICATED',
      16,
      'UNAUTHENTICATED',
      false,
      "The billing API rejected the gateway's credentials.",
    ],
    ['an unknown code', 99, 'INTERNAL_SERVER_ERROR', false, FAILED],
  ])('%s (%i) is %s, retryable: %s', async (_, grpc, code, retryable, message) => {
    expect(await errorOf(new StatusFailure(grpc, VENDOR))).toMatchObject({
      code,
      retryable,
      message,
      service: 'billing',
      retryAfterMs: undefined,
      violations: [],
    });
  });

  test('without a message gets a default message', async () => {
    const error = await errorOf(new StatusFailure(status.NOT_FOUND));
    expect(error.message).toBe('The object was not found in the billing API.');
  });

  test.each([
    ['listCustomers', CustomerService.method.list],
    ['getOperation', OperationService.method.get],
    ['activateCustomer', CustomerService.method.activate],
    ['suspendCustomer', CustomerService.method.suspend],
  ] as const)('of %s is translated', async (name, method) => {
    const server = await startBillingServer();
    server.on<typeof method.input, typeof method.output>(method, () => {
      throw new StatusFailure(status.PERMISSION_DENIED, VENDOR);
    });
    const client = clientOf(server);
    const calls = {
      listCustomers: () => client.listCustomers('R1', firstPage, scope()),
      getOperation: () => client.getOperation('op', 'UNKNOWN', scope()),
      activateCustomer: () => client.activateCustomer('C1', key, scope()),
      suspendCustomer: () => client.suspendCustomer('C1', key, scope()),
    };
    await expect(calls[name]()).rejects.toMatchObject({ code: 'FORBIDDEN', message: DENIED });
  });
});

describe('status details', () => {
  test('contain the field violations', async () => {
    const first = { field: 'page_size', description: 'too large' };
    const second = { field: 'reseller_id', description: 'malformed' };
    const error = await errorOf(
      detailedFailure(status.INVALID_ARGUMENT, [
        packed(BadRequestSchema, { fieldViolations: [first] }),
        packed(BadRequestSchema, { fieldViolations: [second] }),
      ]),
    );
    expect(error.violations).toEqual([first, second]);
  });

  test.each([
    ['1.5 s', { seconds: 1n, nanos: 500_000_000 }, 1_500],
    ['no time', undefined, 0],
    ['a negative time', { seconds: -3n, nanos: 0 }, 0],
  ])('with a retry delay of %s set retryAfterMs', async (_, retryDelay, ms) => {
    const info = packed(RetryInfoSchema, retryDelay ? { retryDelay } : {});
    const server = await startBillingServer();
    const error = await errorOf(detailedFailure(status.UNAVAILABLE, [info]), server);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, retryAfterMs: ms });
    // A call with a retry delay is not retried.
    expect(server.received).toHaveLength(1);
  });

  test('contain the request id', async () => {
    const info = packed(RequestInfoSchema, { requestId: 'up-1', servingData: 'host-7' });
    const error = await errorOf(detailedFailure(status.INTERNAL, [info]));
    expect(error.requestId).toBe('up-1');
  });

  test('hide DebugInfo from clients', async () => {
    const debug = packed(DebugInfoSchema, { detail: 'SELECT secret' });
    const error = await errorOf(detailedFailure(status.INTERNAL, [debug]));
    const { cause: _, ...seen } = error;
    expect(JSON.stringify({ ...seen, message: error.message })).not.toContain('SELECT');
  });

  test.each<[string, StatusFailure]>([
    ['invalid bytes', rawDetailsFailure(3, Buffer.from('0aff', 'hex'), { 'x-request-id': 'up-1' })],
    ['no bytes', rawDetailsFailure(3, Buffer.alloc(0), { 'x-request-id': 'up-1' })],
    [
      'an invalid detail',
      detailedFailure(3, [{ ...packed(BadRequestSchema, {}), value: Buffer.from('0aff', 'hex') }], {
        'x-request-id': 'up-1',
      }),
    ],
    [
      'a detail whose type has no name',
      detailedFailure(3, [{ ...packed(BadRequestSchema, {}), typeUrl: 'type.googleapis.com/' }], {
        'x-request-id': 'up-1',
      }),
    ],
    [
      'a detail of an unknown type',
      detailedFailure(3, [{ ...packed(BadRequestSchema, {}), typeUrl: 'x/acme.Unknown' }], {
        'x-request-id': 'up-1',
      }),
    ],
  ])('with %s do not hide the error', async (_, failure) => {
    expect(await errorOf(failure)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: INVALID,
      requestId: 'up-1',
      violations: [],
    });
  });

  test('that are invalid do not hide the valid ones', async () => {
    const violation = { field: 'name', description: 'empty' };
    const broken = { ...packed(BadRequestSchema, {}), value: Buffer.from('0aff', 'hex') };
    const good = packed(BadRequestSchema, { fieldViolations: [violation] });
    const error = await errorOf(detailedFailure(3, [broken, good]));
    expect(error.violations).toEqual([violation]);
  });
});

describe('the request id', () => {
  test('is taken from the trailers', async () => {
    const trailers = metadataOf({ 'x-request-id': 'up-1' });
    expect((await errorOf(new StatusFailure(3, VENDOR, trailers))).requestId).toBe('up-1');
  });

  test('is taken from the headers', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, (call) => {
      call.sendHeaders({ 'x-request-id': 'up-2' });
      throw new StatusFailure(3, VENDOR);
    });
    await expect(clientOf(server).listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      requestId: 'up-2',
      code: 'BAD_USER_INPUT',
      message: INVALID,
    });
  });

  test('of the trailers takes precedence over the details', async () => {
    const info = packed(RequestInfoSchema, { requestId: 'in-details' });
    const error = await errorOf(detailedFailure(3, [info], { 'x-request-id': 'in-trailers' }));
    expect(error.requestId).toBe('in-trailers');
  });

  test('is the one that was sent when the response has none', async () => {
    const server = await startBillingServer();
    const error = await errorOf(new StatusFailure(3, VENDOR), server);
    expect(error.requestId).toBeDefined();
    expect(error.requestId).toBe(server.received[0]?.header('x-client-request-id'));
  });

  test('is the one of the last attempt', async () => {
    const server = await startBillingServer();
    const failures = ['up-1', 'up-2', 'up-3', 'up-4'].map(
      (id) => new StatusFailure(14, VENDOR, metadataOf({ 'x-request-id': id })),
    );
    failingLists(server, ...failures);
    await expect(clientOf(server).listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      requestId: 'up-3',
    });
  });
});

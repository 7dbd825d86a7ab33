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

/** The error of a list whose call fails in this way every time. */
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

const VENDOR = 'vendor words';
const FAILED = 'The billing API failed.';

describe('status', () => {
  test.each<[string, number, string, boolean, string]>([
    [
      'OK, yet without an answer',
      0,
      'INTERNAL_SERVER_ERROR',
      false,
      'The billing API does not offer this call.',
    ],
    ['CANCELLED', 1, 'UNAVAILABLE', true, 'The billing API gave up on the call.'],
    ['UNKNOWN', 2, 'INTERNAL_SERVER_ERROR', false, FAILED],
    ['INVALID_ARGUMENT', 3, 'BAD_USER_INPUT', false, VENDOR],
    [
      'DEADLINE_EXCEEDED',
      4,
      'DEADLINE_EXCEEDED',
      true,
      'The billing API did not answer in its own time.',
    ],
    ['NOT_FOUND', 5, 'NOT_FOUND', false, VENDOR],
    ['ALREADY_EXISTS', 6, 'CONFLICT', false, VENDOR],
    ['PERMISSION_DENIED', 7, 'FORBIDDEN', false, VENDOR],
    ['RESOURCE_EXHAUSTED', 8, 'RATE_LIMITED', true, VENDOR],
    ['FAILED_PRECONDITION', 9, 'FAILED_PRECONDITION', false, VENDOR],
    ['ABORTED', 10, 'CONFLICT', true, VENDOR],
    ['OUT_OF_RANGE', 11, 'BAD_USER_INPUT', false, VENDOR],
    [
      'UNIMPLEMENTED',
      12,
      'INTERNAL_SERVER_ERROR',
      false,
      'The billing API does not offer this call.',
    ],
    ['INTERNAL', 13, 'INTERNAL_SERVER_ERROR', false, FAILED],
    ['UNAVAILABLE', 14, 'UNAVAILABLE', true, 'The billing API is not available.'],
    ['DATA_LOSS', 15, 'INTERNAL_SERVER_ERROR', false, FAILED],
    [
      'UNAUTHENTICATED',
      16,
      'UNAUTHENTICATED',
      false,
      "The billing API refused the gateway's credential.",
    ],
    ['of a later version', 99, 'INTERNAL_SERVER_ERROR', false, FAILED],
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

  test('without words gets words of the gateway', async () => {
    const error = await errorOf(new StatusFailure(status.NOT_FOUND));
    expect(error.message).toBe('The billing API answered NOT_FOUND.');
  });

  test.each([
    ['listCustomers', CustomerService.method.list],
    ['getOperation', OperationService.method.get],
    ['activateCustomer', CustomerService.method.activate],
    ['suspendCustomer', CustomerService.method.suspend],
  ] as const)('of %s is translated too', async (name, method) => {
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
    await expect(calls[name]()).rejects.toMatchObject({ code: 'FORBIDDEN', message: VENDOR });
  });
});

describe('details of the status', () => {
  test('name the fields that were refused', async () => {
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
    ['nothing', undefined, 0],
    ['a time before now', { seconds: -3n, nanos: 0 }, 0],
  ])('with a delay of %s say when to try again', async (_, retryDelay, ms) => {
    const info = packed(RetryInfoSchema, retryDelay ? { retryDelay } : {});
    const server = await startBillingServer();
    const error = await errorOf(detailedFailure(status.UNAVAILABLE, [info]), server);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, retryAfterMs: ms });
    // The server said when; before that it is not asked again.
    expect(server.received).toHaveLength(1);
  });

  test('hold the request id', async () => {
    const info = packed(RequestInfoSchema, { requestId: 'up-1', servingData: 'host-7' });
    const error = await errorOf(detailedFailure(status.INTERNAL, [info]));
    expect(error.requestId).toBe('up-1');
  });

  test('stay out of what a client sees unless it may see them', async () => {
    const debug = packed(DebugInfoSchema, { detail: 'SELECT secret' });
    const error = await errorOf(detailedFailure(status.INTERNAL, [debug]));
    const { cause: _, ...seen } = error;
    expect(JSON.stringify({ ...seen, message: error.message })).not.toContain('SELECT');
  });

  test.each<[string, StatusFailure]>([
    ['broken bytes', rawDetailsFailure(3, Buffer.from('0aff', 'hex'), { 'x-request-id': 'up-1' })],
    ['no bytes', rawDetailsFailure(3, Buffer.alloc(0), { 'x-request-id': 'up-1' })],
    [
      'a broken detail',
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
  ])('with %s do not hide the failure', async (_, failure) => {
    expect(await errorOf(failure)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: VENDOR,
      requestId: 'up-1',
      violations: [],
    });
  });

  test('that are broken do not hide the ones beside them', async () => {
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
      message: VENDOR,
    });
  });

  test('of the answer stands before the one in the details', async () => {
    const info = packed(RequestInfoSchema, { requestId: 'in-details' });
    const error = await errorOf(detailedFailure(3, [info], { 'x-request-id': 'in-trailers' }));
    expect(error.requestId).toBe('in-trailers');
  });

  test('is the one that was sent when the answer has none', async () => {
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

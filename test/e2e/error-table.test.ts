import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import {
  ActivateCustomerDocument,
  CustomerDocument,
  CustomersDocument,
  SuspendSubscriptionDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';

interface Outcome {
  /** The member of the result union; absent when the failure stands in `errors`. */
  readonly member?: string;
  readonly code: string;
  /** The code of a read, when it differs. */
  readonly read?: string;
}

/** Billing may have begun: the write is repeated with its key, and its outcome stays unknown. */
const unknown = { member: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN' };

const billing: Record<keyof typeof status & string, Outcome> = {
  OK: { code: '' },
  CANCELLED: { ...unknown, read: 'UNAVAILABLE' },
  UNKNOWN: { ...unknown, read: 'INTERNAL_SERVER_ERROR' },
  INVALID_ARGUMENT: { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  DEADLINE_EXCEEDED: { ...unknown, read: 'DEADLINE_EXCEEDED' },
  NOT_FOUND: { member: 'NotFoundError', code: 'NOT_FOUND' },
  ALREADY_EXISTS: { member: 'ConflictError', code: 'CONFLICT' },
  PERMISSION_DENIED: { member: 'PermissionError', code: 'FORBIDDEN' },
  RESOURCE_EXHAUSTED: { member: 'RateLimitedError', code: 'RATE_LIMITED' },
  FAILED_PRECONDITION: { member: 'FailedPreconditionError', code: 'FAILED_PRECONDITION' },
  ABORTED: { ...unknown, read: 'CONFLICT' },
  OUT_OF_RANGE: { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  UNIMPLEMENTED: { code: 'INTERNAL_SERVER_ERROR' },
  INTERNAL: { ...unknown, read: 'INTERNAL_SERVER_ERROR' },
  UNAVAILABLE: { ...unknown, read: 'UNAVAILABLE' },
  DATA_LOSS: { ...unknown, read: 'INTERNAL_SERVER_ERROR' },
  UNAUTHENTICATED: { code: 'UNAUTHENTICATED' },
};

const failing = Object.entries(billing).filter(([name]) => name !== 'OK');

describe('a gRPC status of the billing API', () => {
  test('has a row for every code that there is', () => {
    const names = Object.keys(status).filter((name) => Number.isNaN(Number(name)));
    expect(Object.keys(billing).sort()).toEqual(names.sort());
  });

  test.each(failing)('%s of a write is its typed or coded error', async (name, expected) => {
    const env = { BILLING_TIMEOUT_MS: '600' };
    const gateway = await startTestGateway({ env });
    const customer = await customerNamed(gateway, 'Nordlicht Bakery');
    const code = status[name as keyof typeof status];
    const effect = { type: 'grpc', code, message: 'the vendor says' } as const;
    gateway.sandbox.faults.add({ method: 'CustomerService.Activate', effect });
    const { data, errors } = await request(gateway.url, ActivateCustomerDocument, { customer });
    expectOutcome(data?.activateCustomer, errors, 'activateCustomer', expected);
    const sent = gateway.sandbox.calls.recent
      .filter(({ method }) => method === 'CustomerService.Activate')
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(sent).size).toBe(1);
    if (expected.member === unknown.member) expect(sent.length).toBeGreaterThan(1);
    else expect(sent).toHaveLength(1);
  });

  test.each(failing)('%s of a read is a coded error at its path', async (name, {
    code,
    read = code,
  }) => {
    const gateway = await startTestGateway();
    const effect = { type: 'grpc', code: status[name as keyof typeof status] } as const;
    gateway.sandbox.faults.add({ method: 'CustomerService.List', effect });
    const { data, errors } = await request(gateway.url, CustomersDocument, {});
    expect(data).toEqual({ customers: null });
    expect(errors).toMatchObject([
      { path: ['customers'], extensions: { code: read, service: 'billing' } },
    ]);
  });
});

interface Answer {
  readonly status: number;
  readonly domain?: string;
  readonly reason?: string;
  readonly message?: string | null;
  readonly body?: string;
  readonly contentType?: string;
}

/** Every row of what the reseller API answers, and the shapes of a front end before it. */
const reseller: readonly (readonly [Answer, Outcome])[] = [
  [
    { status: 400, reason: 'badRequest' },
    { member: 'FailedPreconditionError', code: 'FAILED_PRECONDITION' },
  ],
  [
    { status: 400, reason: 'invalid' },
    { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  ],
  [
    { status: 400, reason: 'required' },
    { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  ],
  [
    { status: 400, reason: 'invalidParameter' },
    { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  ],
  [
    { status: 400, reason: 'parseError' },
    { member: 'ValidationError', code: 'BAD_USER_INPUT' },
  ],
  [{ status: 401, reason: 'authError' }, { code: 'UNAUTHENTICATED' }],
  [{ status: 401, reason: 'required' }, { code: 'UNAUTHENTICATED' }],
  [
    { status: 403, reason: 'forbidden' },
    { member: 'PermissionError', code: 'FORBIDDEN' },
  ],
  [
    { status: 403, reason: 'insufficientPermissions' },
    { member: 'PermissionError', code: 'FORBIDDEN' },
  ],
  [
    { status: 403, domain: 'usageLimits', reason: 'dailyLimitExceeded' },
    { member: 'RateLimitedError', code: 'RATE_LIMITED' },
  ],
  [
    { status: 403, domain: 'usageLimits', reason: 'accessNotConfigured' },
    { member: 'UnavailableError', code: 'UNAVAILABLE' },
  ],
  [
    { status: 403, domain: 'usageLimits', reason: 'rateLimitExceeded' },
    { member: 'RateLimitedError', code: 'RATE_LIMITED' },
  ],
  [
    { status: 403, domain: 'usageLimits', reason: 'userRateLimitExceeded' },
    { member: 'RateLimitedError', code: 'RATE_LIMITED' },
  ],
  [
    { status: 404, reason: 'notFound' },
    { member: 'NotFoundError', code: 'NOT_FOUND' },
  ],
  [
    { status: 409, reason: 'duplicate' },
    { member: 'ConflictError', code: 'CONFLICT' },
  ],
  [
    { status: 412, reason: 'conditionNotMet' },
    { member: 'FailedPreconditionError', code: 'FAILED_PRECONDITION' },
  ],
  [
    { status: 429, domain: 'usageLimits', reason: 'quotaExceeded' },
    { member: 'RateLimitedError', code: 'RATE_LIMITED' },
  ],
  [{ status: 500, message: null }, unknown],
  [{ status: 503, reason: 'backendError' }, unknown],
  [
    { status: 502, body: '<html>Bad gateway at 10.0.0.1</html>', contentType: 'text/html' },
    unknown,
  ],
];

describe('an error of the reseller API', () => {
  test.each(
    reseller,
  )('%j of a write is its typed or coded error, and the write is sent once', async (answer, expected) => {
    const gateway = await startTestGateway({ env: { RESELLER_TIMEOUT_MS: '600' } });
    const by = { domain: 'flexible.example' };
    const { data: before } = await request(gateway.url, CustomerDocument, { by });
    const subscription = before?.customer?.subscriptions?.nodes[0]?.id ?? '';
    gateway.sandbox.faults.add({
      method: 'subscriptions.suspend',
      effect: { type: 'http', message: 'the vendor says', ...answer },
    });
    const { data, errors } = await request(gateway.url, SuspendSubscriptionDocument, {
      subscription,
    });
    expectOutcome(data?.suspendSubscription, errors, 'suspendSubscription', expected);
    expect(gateway.sandbox.calls.count('subscriptions.suspend')).toBe(1);
    expect(JSON.stringify({ data, errors })).not.toContain('10.0.0.1');
  });
});

function expectOutcome(
  result: object | null | undefined,
  errors: readonly object[] | undefined,
  field: string,
  { member, code }: Outcome,
): void {
  if (member) {
    expect(errors).toBeUndefined();
    expect(result).toMatchObject({ __typename: member, code, message: expect.any(String) });
  } else {
    expect(result).toBeNull();
    expect(errors).toMatchObject([{ path: [field], extensions: { code } }]);
  }
}

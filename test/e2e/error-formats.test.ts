import { describe, expect, onTestFinished, test } from 'vitest';
import { sharedTestGateway } from '../support/gateway.ts';
import {
  ActivateSubscriptionDocument,
  ChangeSubscriptionSeatsDocument,
  CustomerDocument,
  StartPaidServiceDocument,
  SuspendSubscriptionDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

const gateway = sharedTestGateway();
const withFormat2 = sharedTestGateway({ sandbox: { errorFormat: '2' } });

/** The global id of the first subscription of a customer. */
async function subscriptionOf(domain: string, { url } = gateway()): Promise<string> {
  const { data } = await request(url, CustomerDocument, { by: { domain } });
  const id = data?.customer?.subscriptions?.nodes[0]?.id;
  if (id === undefined) throw new Error(`${domain} has no subscription`);
  return id;
}

function failing(status: number, body: string, contentType = 'application/json'): void {
  const { faults } = gateway().sandbox;
  faults.add({ backend: 'reseller', effect: { type: 'http', status, body, contentType } });
  onTestFinished(() => faults.set([]));
}

function format2(code: number, status: string, message: string, reason?: string): string {
  const type = 'type.googleapis.com/google.rpc.ErrorInfo';
  const details = reason && [{ '@type': type, reason, domain: 'googleapis.com', metadata: {} }];
  return JSON.stringify({ error: { code, message, status, ...(details && { details }) } });
}

const deployment =
  'Reseller API has not been used in project 123456789012 before. Visit https://console.developers.google.com/?project=123456789012.';
const text = 'text/plain; charset=UTF-8';

const rows = [
  [403, format2(403, 'PERMISSION_DENIED', deployment, 'SERVICE_DISABLED'), 'UNAVAILABLE', false],
  [
    ...([403, format2(403, 'PERMISSION_DENIED', 'm', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')] as const),
    ...(['FORBIDDEN', false] as const),
  ],
  [403, format2(403, 'RESOURCE_EXHAUSTED', 'm', 'RATE_LIMIT_EXCEEDED'), 'RATE_LIMITED', true],
  [403, format2(403, 'PERMISSION_DENIED', 'Quota exceeded for quota metric'), 'RATE_LIMITED', true],
  [403, 'Request rate higher than configured.', 'RATE_LIMITED', true, text],
  [403, format2(403, 'X', 'Queries per day', 'RATE_LIMIT_EXCEEDED'), 'RATE_LIMITED', false],
  [403, format2(403, 'PERMISSION_DENIED', 'not yours'), 'FORBIDDEN', false],
  [401, format2(401, 'UNAUTHENTICATED', 'm', 'ACCESS_TOKEN_EXPIRED'), 'UNAUTHENTICATED', false],
  [429, format2(429, 'RESOURCE_EXHAUSTED', 'm', 'RATE_LIMIT_EXCEEDED'), 'RATE_LIMITED', true],
] as const;

test.each(rows)('%i %s of a read is %s, retryable: %s', async (...row) => {
  const [status, body, code, retryable, contentType] = row;
  failing(status, body, contentType);
  const by = { domain: 'flexible.example' };
  const { errors } = await request(gateway().url, CustomerDocument, { by });
  expect(errors).toMatchObject([{ extensions: { code, retryable, service: 'reseller' } }]);
  expect(JSON.stringify(errors)).not.toMatch(/123456789012|console|quota metric/);
});

/** The member of the result union for each code that has one. */
const members: Readonly<Record<string, string>> = {
  FORBIDDEN: 'PermissionError',
  RATE_LIMITED: 'RateLimitedError',
  UNAVAILABLE: 'UnavailableError',
};

test('the typed error of the daily quota is not retryable', async () => {
  const { url, sandbox } = gateway();
  const subscription = await subscriptionOf('flexible.example');
  const retryableOf = async (message: string) => {
    failing(403, format2(403, 'X', message, 'RATE_LIMIT_EXCEEDED'));
    const { data } = await request<{ suspendSubscription: object }, object>(
      url,
      `mutation ($id: ID!) { suspendSubscription(input: { subscription: $id }) {
        ... on RateLimitedError { retryable } ... on Error { code } } }`,
      { id: subscription },
    );
    sandbox.faults.set([]);
    return data?.suspendSubscription;
  };
  const code = 'RATE_LIMITED';
  expect(await retryableOf('Queries per minute')).toEqual({ code, retryable: true });
  expect(await retryableOf('Queries per day')).toEqual({ code, retryable: false });
});

test.each(rows)('%i %s of a write is %s, and the write is sent once', async (...row) => {
  const [status, body, code, , contentType] = row;
  const subscription = await subscriptionOf('flexible.example');
  const { faults, calls } = gateway().sandbox;
  const effect = { type: 'http', status, body, contentType } as const;
  faults.add({ method: 'subscriptions.suspend', effect });
  onTestFinished(() => faults.set([]));
  calls.reset();
  const { url } = gateway();
  const { data, errors } = await request(url, SuspendSubscriptionDocument, { subscription });
  const member = members[code];
  if (member) expect(data?.suspendSubscription).toMatchObject({ __typename: member, code });
  else expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(calls.count('subscriptions.suspend')).toBe(1);
  expect(JSON.stringify({ data, errors })).not.toMatch(/123456789012|console|quota metric/);
});

describe('a change that the state of the subscription does not permit', () => {
  const refused = { __typename: 'FailedPreconditionError', code: 'FAILED_PRECONDITION' };

  test('is FAILED_PRECONDITION when the seats of a suspended subscription change', async () => {
    const subscription = await subscriptionOf('paused-by-reseller.example');
    const { data } = await request(gateway().url, ChangeSubscriptionSeatsDocument, {
      ...{ subscription, seats: 30 },
    });
    expect(data?.changeSubscriptionSeats).toMatchObject(refused);
  });

  test('is FAILED_PRECONDITION when the terms of service are pending', async () => {
    const subscription = await subscriptionOf('terms-pending.example');
    const { data } = await request(gateway().url, ActivateSubscriptionDocument, { subscription });
    expect(data?.activateSubscription).toMatchObject(refused);
  });

  test.each([
    'free-identity.example',
    'paused-by-reseller.example',
  ])('is FAILED_PRECONDITION when %s is suspended', async (domain) => {
    const subscription = await subscriptionOf(domain);
    const { data } = await request(gateway().url, SuspendSubscriptionDocument, { subscription });
    expect(data?.suspendSubscription).toMatchObject(refused);
  });

  test('is FAILED_PRECONDITION when the paid service of a paid plan starts', async () => {
    const subscription = await subscriptionOf('flexible.example');
    const { data } = await request(gateway().url, StartPaidServiceDocument, { subscription });
    expect(data?.startPaidService).toMatchObject(refused);
  });

  test('is FAILED_PRECONDITION in error format 2 too', async () => {
    const { url } = withFormat2();
    const of = (domain: string) => subscriptionOf(domain, withFormat2());
    const paused = { subscription: await of('paused-by-reseller.example') };
    const paid = { subscription: await of('flexible.example') };
    const pending = { subscription: await of('terms-pending.example') };
    const seats = { ...paused, seats: 30 };
    for (const { data } of [
      await request(url, ChangeSubscriptionSeatsDocument, seats),
      await request(url, ActivateSubscriptionDocument, pending),
      await request(url, SuspendSubscriptionDocument, paused),
      await request(url, StartPaidServiceDocument, paid),
    ]) {
      expect(Object.values(data ?? {})).toMatchObject([refused]);
    }
    const tooFew = { ...paid, seats: 1 };
    const { data } = await request(url, ChangeSubscriptionSeatsDocument, tooFew);
    expect(data?.changeSubscriptionSeats).toMatchObject({
      ...{ code: 'BAD_USER_INPUT', fields: [{ path: ['input', 'seats'] }] },
    });
  });

  const invalid = JSON.stringify({
    error: { code: 400, message: 'no', errors: [{ reason: 'invalid', message: 'no' }] },
  });
  const own = "The reseller API rejected the request in the object's current state.";

  test('is FAILED_PRECONDITION without a reason, unless the state permits the change', async () => {
    const { url, sandbox } = gateway();
    const flexible = await subscriptionOf('flexible.example');
    const paused = await subscriptionOf('paused-by-reseller.example');
    const effect = { type: 'http', status: 400, body: invalid } as const;
    sandbox.faults.add({ method: 'subscriptions.startPaidService', effect });
    sandbox.faults.add({ method: 'subscriptions.changeSeats', effect });
    onTestFinished(() => sandbox.faults.set([]));
    const seats = async (subscription: string) => {
      const variables = { subscription, seats: 30 };
      return (await request(url, ChangeSubscriptionSeatsDocument, variables)).data;
    };
    const paid = await request(url, StartPaidServiceDocument, { subscription: flexible });
    expect(paid.data?.startPaidService).toMatchObject({ ...refused, message: own });
    expect(await seats(paused)).toMatchObject({
      changeSubscriptionSeats: { ...refused, message: own },
    });
    expect(await seats(flexible)).toMatchObject({
      changeSubscriptionSeats: { code: 'BAD_USER_INPUT' },
    });
  });
});

import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { RetryInfoSchema } from '../../src/gen/google/rpc/error_details_pb.ts';
import { CustomerService } from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { FaultPlan } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { billingClient, failureOf, restClient, testSandbox } from './sandbox.support.ts';

const { list, createResellerServed } = CustomerService.method;
const customer = 'customers/flexible.example';

async function start() {
  const sandbox = await testSandbox();
  const { resellerId, faults } = sandbox;
  const call = billingClient(sandbox.billingAddress);
  return { sandbox, faults, call, resellerId, rest: restClient(sandbox) };
}

describe('matching of faults', () => {
  const effect = { type: 'hang' } as const;

  test.each([
    ['everything', {}, [true, true, true]],
    ['one backend', { backend: 'billing' }, [true, true, false]],
    ['one method', { method: 'CustomerService.List' }, [true, false, false]],
    ['a family of methods', { method: 'customers.*' }, [false, false, true]],
  ] as const)('%s', (_, where, expected) => {
    const plan = new FaultPlan([{ ...where, effect }]);
    const affected = [
      plan.decide('billing', 'CustomerService.List'),
      plan.decide('billing', 'OperationService.Get'),
      plan.decide('reseller', 'customers.get'),
    ].map((decision) => decision.effect !== undefined);
    expect(affected).toEqual(expected);
  });

  test('affects only the next `times` calls', () => {
    const plan = new FaultPlan([{ times: 2, effect }]);
    const affected = [1, 2, 3].map(() => plan.decide('billing', 'x').effect !== undefined);
    expect(affected).toEqual([true, true, false]);
  });

  test('affects a deterministic share of the calls', () => {
    const plan = new FaultPlan();
    const run = () => {
      plan.set([{ share: 0.3, effect }]);
      return Array.from({ length: 1000 }, () => plan.decide('reseller', 'x').effect !== undefined);
    };
    const first = run();
    const count = first.filter(Boolean).length;
    expect(count).toBeGreaterThan(200);
    expect(count).toBeLessThan(400);
    expect(run()).toEqual(first);
  });

  test('latencies add up, the first effect wins, and faults can be removed', () => {
    const plan = new FaultPlan([{ latencyMs: 5 }, { latencyMs: { min: 7, max: 7 }, effect }]);
    const remove = plan.add({ effect: { type: 'close' } });
    expect(plan.decide('billing', 'x')).toEqual({ latencyMs: 12, effect, executed: false });
    remove();
    plan.clear();
    expect(plan.decide('billing', 'x').effect).toBeUndefined();
  });
});

describe('a fault of the billing API', () => {
  test('returns any status with RetryInfo', async () => {
    const { faults, call, resellerId } = await start();
    const effect = { type: 'grpc', code: 8, message: 'slow down', retryAfterMs: 1500 } as const;
    faults.add({ method: 'CustomerService.List', times: 1, effect });
    const failure = await failureOf(call(list, { resellerId }));
    expect(failure.error).toMatchObject({ code: 8, details: 'slow down' });
    const [detail] = failure.status.details;
    expect(detail && anyUnpack(detail, RetryInfoSchema)?.retryDelay?.seconds).toBe(1n);
    expect((await call(list, { resellerId })).message.customers).toHaveLength(30);
  });

  test('hangs until the deadline', async () => {
    const { faults, call, resellerId, sandbox } = await start();
    faults.add({ backend: 'billing', effect: { type: 'hang' } });
    const failure = await failureOf(call(list, { resellerId }, { deadlineMs: 50 }));
    expect(failure.error.code).toBe(status.DEADLINE_EXCEEDED);
    expect(sandbox.calls.count('CustomerService.List')).toBe(1);
  });

  test('closes the connection', async () => {
    const { faults, call, resellerId } = await start();
    faults.add({ backend: 'billing', times: 1, effect: { type: 'close' } });
    const failure = await failureOf(call(list, { resellerId }));
    expect(failure.error.code).toBe(status.UNAVAILABLE);
  });

  test('can replace the response of an executed call', async () => {
    const { faults, call, resellerId, sandbox } = await start();
    faults.add({ executed: true, times: 1, effect: { type: 'grpc', code: 14 } });
    const request = { resellerId, name: 'Lost', person: {} };
    const metadata = { 'idempotency-key': 'c9c4ac0d-2c8c-4bd0-a4f5-8f10cd0b1f2b' };
    await failureOf(call(createResellerServed, request, { metadata }));
    await call(createResellerServed, request, { metadata });
    sandbox.clock.advance(1000);
    const { message } = await call(list, { resellerId });
    expect(message.customers).toHaveLength(31);
  });
});

describe('a fault of the reseller API', () => {
  test("returns any error in Google's format", async () => {
    const { faults, rest } = await start();
    const quota = { status: 429, reason: 'quotaExceeded', domain: 'usageLimits', message: 'Quota' };
    faults.add({ effect: { type: 'http', ...quota, headers: { 'retry-after': '7' } } });
    const { json, headers } = await rest('GET', customer);
    expect(json.error).toMatchObject({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      errors: [{ domain: 'usageLimits', reason: 'quotaExceeded' }],
    });
    expect(headers.get('retry-after')).toBe('7');
  });

  test('returns HTML or an error without a message, like front ends', async () => {
    const { faults, rest } = await start();
    const body = '<html>502</html>';
    faults.add({ times: 1, effect: { type: 'http', status: 502, body } });
    faults.add({ effect: { type: 'http', status: 500, message: null } });
    const html = await rest('GET', customer);
    expect(html).toMatchObject({ status: 502, text: body });
    expect(html.headers.get('content-type')).toContain('text/html');
    const empty = await rest('GET', customer);
    expect(empty.json).toEqual({ error: { code: 500, message: null } });
  });

  test('closes the connection', async () => {
    const { faults, rest } = await start();
    faults.add({ method: 'customers.get', effect: { type: 'close' } });
    await expect(rest('GET', customer)).rejects.toThrow();
  });

  test('can affect a whole batch', async () => {
    const { faults, rest } = await start();
    faults.add({ method: 'batch', effect: { type: 'http', status: 503 } });
    expect((await rest('POST', '/batch', 'x')).status).toBe(503);
  });
});

test('close ends hanging calls on both servers', async () => {
  const sandbox = await startSandbox({ faults: [{ effect: { type: 'hang' } }] });
  const call = billingClient(sandbox.billingAddress);
  const rest = restClient(sandbox);
  const both = [
    failureOf(call(list, { resellerId: sandbox.resellerId })),
    rest('GET', customer).then(
      () => 'answered',
      () => 'broken',
    ),
  ] as const;
  while (sandbox.calls.requests < 2) await new Promise(setImmediate);
  expect([sandbox.calls.peak('billing'), sandbox.calls.peak('reseller')]).toEqual([1, 1]);
  await sandbox.close();
  const [failure, response] = await Promise.all(both);
  expect(failure.error.code).toBe(status.UNAVAILABLE);
  expect(response).toBe('broken');
});

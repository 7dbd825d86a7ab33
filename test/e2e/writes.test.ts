import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { requestHash } from '../../src/store/writes/request-hash.ts';
import { log } from '../operations/operations.support.ts';
import { newWrite } from '../store/builders.support.ts';
import { testDatabase } from '../store/databases.support.ts';
import { startLine } from '../store/line.support.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { upstreamStarts } from './activations.support.ts';
import { testDirectory } from './gateway-process.support.ts';
import { customersOf, mutate, newKey, outcomeOf } from './writes.support.ts';

/** Short, so that recovery does not have to be waited for. */
const quick = {
  BILLING_TIMEOUT_MS: '300',
  WRITE_SEND_WITHIN_MS: '300',
  OPERATION_LEASE_MS: '300',
};

const lasting = { outcome: 'never' } as const;

/** Carries calls out and never answers. */
const lost = { executed: true, effect: { type: 'hang' } } as const;

async function scene(env: Record<string, string> = {}, customers = 40) {
  const gateway = await startTestGateway({
    env: { ...quick, ...env },
    sandbox: { operations: lasting, seed: { customers } },
  });
  return { ...gateway, started: upstreamStarts(gateway.sandbox) };
}

const settled = (gateway: Pick<TestGateway, 'url'>, auditEntry: string | undefined) =>
  expect.poll(() => outcomeOf(gateway.url, auditEntry), { timeout: 5_000 });

describe('an answer of billing that is lost', () => {
  test('is an unknown outcome, not a failure, and recovery finds it out', async () => {
    const gateway = await scene();
    const { url, sandbox, started } = gateway;
    sandbox.faults.set([{ method: 'CustomerService.Activate', ...lost }]);
    const customers = customersOf(sandbox, 20);
    const answers = await Promise.all(
      customers.map(({ global }) => mutate(url, 'activateCustomer', { customer: global })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({
        __typename: 'OutcomeUnknownError',
        code: 'OUTCOME_UNKNOWN',
        idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    }
    sandbox.faults.clear();
    for (const { auditEntry } of answers) await settled(gateway, auditEntry?.id).toBe('DONE');
    expect(started.map(({ customerId }) => customerId).sort()).toEqual(
      customers.map(({ id }) => id).sort(),
    );
  });

  test('is found out with the key, and without one as long as it was not delivered', async () => {
    const { url, sandbox, started } = await scene();
    sandbox.faults.set([{ method: 'CustomerService.Activate', ...lost }]);
    const [customer] = customersOf(sandbox, 1);
    const input = { customer: customer?.global };
    const { idempotencyKey } = await mutate(url, 'activateCustomer', input);
    sandbox.faults.clear();
    const again = await mutate(url, 'activateCustomer', input);
    expect(again).toMatchObject({ replayed: true, operation: { operationId: started[0]?.id } });
    const withKey = await mutate(url, 'activateCustomer', { ...input, idempotencyKey });
    expect(withKey).toMatchObject({ replayed: true, operation: again.operation });
    expect(started).toHaveLength(1);
    // Its outcome was delivered: the same request is a new one.
    const next = await mutate(url, 'activateCustomer', input);
    expect(next).toMatchObject({ replayed: false });
    expect(started).toHaveLength(2);
  });

  test('creates no second customer when the creation is sent again', async () => {
    const { url, sandbox, started } = await scene();
    sandbox.faults.set([{ method: 'CustomerService.CreateResellerServed', ...lost }]);
    const input = { name: 'Late GmbH', person: { email: 'a@late.example' } };
    expect(await mutate(url, 'createResellerServedCustomer', input)).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    sandbox.faults.clear();
    const again = await mutate(url, 'createResellerServedCustomer', input);
    expect(again).toMatchObject({ replayed: true });
    expect(started).toHaveLength(1);
  });

  test('stays unknown when the repeat is refused, and is not forgotten', async () => {
    const gateway = await scene();
    const { url, sandbox, started } = gateway;
    const denied = { effect: { type: 'grpc', code: 7 } } as const;
    sandbox.faults.set([
      { method: 'CustomerService.Activate', ...lost, times: 1 },
      { method: 'CustomerService.Activate', ...denied },
    ]);
    const [customer] = customersOf(sandbox, 1);
    const answer = await mutate(url, 'activateCustomer', { customer: customer?.global });
    expect(answer).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await pause(300);
    expect(await outcomeOf(url, answer.auditEntry?.id)).not.toBe('REFUSED');
    sandbox.faults.clear();
    await settled(gateway, answer.auditEntry?.id).toBe('DONE');
    expect(started).toHaveLength(1);
  });

  test('is not sent again once somebody has asked for the opposite', async () => {
    const { url, sandbox, started } = await scene();
    sandbox.faults.set([{ method: 'CustomerService.Suspend', effect: { type: 'hang' } }]);
    const [customer] = customersOf(sandbox, 1);
    const suspend = { customer: customer?.global, confirm: true };
    const suspended = await mutate(url, 'suspendCustomer', suspend);
    expect(suspended).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const activated = await mutate(url, 'activateCustomer', { customer: customer?.global });
    expect(activated).toMatchObject({ replayed: false });
    sandbox.faults.clear();
    sandbox.calls.reset();
    const { idempotencyKey } = suspended;
    for (const input of [suspend, { ...suspend, idempotencyKey }]) {
      expect(await mutate(url, 'suspendCustomer', input)).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        idempotencyKey,
      });
    }
    await pause(1_000);
    expect(sandbox.calls.count('CustomerService.Suspend')).toBe(0);
    expect(started).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test('frees the key, and the same request is sent again', async () => {
    const { url, sandbox, started } = await scene();
    const denied = { effect: { type: 'grpc', code: 7 }, times: 1 } as const;
    sandbox.faults.set([{ method: 'CustomerService.Activate', ...denied }]);
    const [customer] = customersOf(sandbox, 1);
    const input = { customer: customer?.global, idempotencyKey: newKey() };
    expect(await mutate(url, 'activateCustomer', input)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await mutate(url, 'activateCustomer', input)).toMatchObject({ replayed: false });
    expect(started).toHaveLength(1);
  });

  test('before anything is sent says so, and leaves nothing to recover', async () => {
    const { url, sandbox, started } = await scene();
    const [customer] = customersOf(sandbox, 1);
    await sandbox.close();
    const answer = await mutate(url, 'activateCustomer', { customer: customer?.global });
    expect(answer).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(started).toEqual([]);
  });
});

describe('concurrent mutations', () => {
  test('that are equal and have no key start one operation', async () => {
    const { url, sandbox, started } = await scene({ BILLING_TIMEOUT_MS: '5000' });
    // All of them arrive before the first one is answered.
    sandbox.faults.set([{ method: 'CustomerService.Activate', latencyMs: 1_000 }]);
    const [customer] = customersOf(sandbox, 1);
    const input = { customer: customer?.global };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => mutate(url, 'activateCustomer', input)),
    );
    expect(new Set(answers.map(({ operation }) => operation?.operationId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(started).toHaveLength(1);
  });

  test('that differ are sent one after the other', async () => {
    const { url, sandbox, started } = await scene();
    sandbox.faults.set([{ method: 'CustomerService.*', latencyMs: 100 }]);
    const [customer] = customersOf(sandbox, 1);
    const input = { customer: customer?.global };
    const since = performance.now();
    await Promise.all([
      mutate(url, 'activateCustomer', input),
      mutate(url, 'suspendCustomer', { ...input, confirm: true }),
    ]);
    expect(performance.now() - since).toBeGreaterThan(200);
    expect(started).toHaveLength(2);
  });
});

test('a write that finds too many on their way is refused before it is recorded', async () => {
  const env = { REQUEST_TIMEOUT_MS: '1000', BILLING_TIMEOUT_MS: '5000' };
  const { url, sandbox } = await scene(env, 60);
  sandbox.faults.set([{ method: 'CustomerService.Activate', effect: { type: 'hang' } }]);
  const customers = customersOf(sandbox, 50);
  const answers = await Promise.all(
    customers.map(({ global }) => mutate(url, 'activateCustomer', { customer: global })),
  );
  const codes = answers.map(({ code, retryable }) => [code, retryable]);
  expect(codes.filter(([code]) => code === 'OUTCOME_UNKNOWN')).toHaveLength(48);
  expect(codes.filter(([code]) => code === 'UNAVAILABLE')).toEqual([
    ['UNAVAILABLE', true],
    ['UNAVAILABLE', true],
  ]);
  expect(sandbox.calls.count('CustomerService.Activate')).toBe(48);
});

describe('writes of an instance that died', () => {
  /** A database with one suspension that was recorded `ageMs` ago, and whose instance is gone. */
  async function deadWrite(gateway: Pick<TestGateway, 'sandbox'>, ageMs: number) {
    const path = join(testDirectory(), 'gateway.db');
    const { resellerId } = gateway.sandbox;
    const [customer] = customersOf(gateway.sandbox, 1);
    const request = { kind: 'SUSPEND_CUSTOMER', resellerId, customerId: customer?.id };
    const store = await openStore(`sqlite:${path}`, { log });
    const write = newWrite({
      viewer: 'anonymous',
      request,
      requestHash: requestHash(request),
      serialiseOn: JSON.stringify(['billing', resellerId, customer?.id]),
    });
    await store.writes.record(write, { holder: 'dead', holdMs: 0 }, () => 'record');
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(`update writes set recorded_at = recorded_at - ${ageMs}`);
    database.close();
    return { write, customer, env: { ...quick, DATABASE_URL: `sqlite:${path}` } };
  }

  async function gatewayOn(ageMs: number) {
    const first = await startTestGateway({ sandbox: { operations: lasting } });
    const dead = await deadWrite(first, ageMs);
    const started = upstreamStarts(first.sandbox);
    const start = async () => {
      const { sandbox } = first;
      const env = {
        ...dead.env,
        BILLING_ENDPOINT: sandbox.billingAddress,
        RESELLER_ENDPOINT: sandbox.resellerUrl,
        BILLING_RESELLER_ID: sandbox.resellerId,
      };
      return startTestGateway({ env });
    };
    return { ...dead, sandbox: first.sandbox, started, start };
  }

  test('are repeated with their own key while they are young', async () => {
    const { write, started, start } = await gatewayOn(0);
    await start();
    await expect.poll(() => started, { timeout: 5_000 }).toHaveLength(1);
    expect(started[0]?.idempotencyKey).toBe(write.upstreamKey);
  });

  test('are not sent weeks later', async () => {
    const { started, start } = await gatewayOn(20 * 86_400_000);
    await start();
    await pause(1_000);
    expect(started).toEqual([]);
  });

  test('are not sent after a person has asked for the opposite', async () => {
    const { sandbox, customer, started, start } = await gatewayOn(0);
    sandbox.faults.set([{ method: 'CustomerService.Suspend', effect: { type: 'hang' } }]);
    const { url } = await start();
    const activated = await mutate(url, 'activateCustomer', { customer: customer?.global });
    expect(activated).toMatchObject({ replayed: false });
    sandbox.faults.clear();
    sandbox.calls.reset();
    await pause(1_500);
    expect(sandbox.calls.count('CustomerService.Suspend')).toBe(0);
    expect(started).toHaveLength(1);
  });
});

describe('a database that is slow', () => {
  test('does not turn an operation that has begun into a failure', async () => {
    const path = join(testDirectory(), 'gateway.db');
    const { url, sandbox, started } = await scene({ DATABASE_URL: `sqlite:${path}` });
    sandbox.faults.set([{ method: 'CustomerService.Activate', latencyMs: 150 }]);
    const [customer] = customersOf(sandbox, 1);
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    const answering = mutate(url, 'activateCustomer', { customer: customer?.global });
    await expect.poll(() => sandbox.calls.count('CustomerService.Activate')).toBe(1);
    other.exec('begin immediate');
    const answer = await answering;
    expect(answer).toMatchObject({ replayed: false, operation: { operationId: started[0]?.id } });
    // A cursor before the first state: nothing of the operation is missed.
    expect(answer.operation?.cursor).toBe('0');
    await pause(1_000);
    other.exec('rollback');
    await expect.poll(() => outcomeOf(url, answer.auditEntry?.id), { timeout: 5_000 }).toBe('DONE');
    expect(started).toHaveLength(1);
  });

  test('lets a burst wait instead of failing', async () => {
    const path = join(testDirectory(), 'gateway.db');
    const env = { DATABASE_URL: `sqlite:${path}`, BILLING_TIMEOUT_MS: '5000' };
    const { url, sandbox, started } = await scene(env, 300);
    const customers = customersOf(sandbox, 300);
    const answers = await Promise.all(
      customers.map(({ global }) => mutate(url, 'activateCustomer', { customer: global })),
    );
    expect(answers.filter(({ operation }) => !operation)).toEqual([]);
    expect(started).toHaveLength(300);
  });
});

describe('PostgreSQL that does not answer', () => {
  const database = testDatabase('PostgreSQL');

  test('lets nothing be sent after the client was told that nothing was', async () => {
    const line = await startLine(database.url);
    onTestFinished(() => line.close());
    const gateway = await scene({ DATABASE_URL: line.url, REQUEST_TIMEOUT_MS: '1500' });
    const { url, sandbox, started } = gateway;
    const [customer, other] = customersOf(sandbox, 2);
    await mutate(url, 'activateCustomer', { customer: other?.global });
    started.length = 0;
    const input = { customer: customer?.global, confirm: true };
    line.dropResponses();
    const answer = await mutate(url, 'suspendCustomer', input);
    expect(answer.code).toBe('OUTCOME_UNKNOWN');
    line.restore();
    line.cut();
    // The record was committed, and its answer was lost: it is withdrawn, or carried out once.
    await settled(gateway, answer.auditEntry?.id).toMatch(/^(REFUSED|DONE)$/);
    const outcome = await outcomeOf(url, answer.auditEntry?.id);
    expect(started).toHaveLength(outcome === 'DONE' ? 1 : 0);
    await pause(1_500);
    expect(started).toHaveLength(outcome === 'DONE' ? 1 : 0);
  }, 20_000);

  test('starts one operation per customer for clients that try again, at 5 ms', async () => {
    const line = await startLine(database.url);
    onTestFinished(() => line.close());
    const { url, sandbox, started } = await scene(
      { DATABASE_URL: line.url, BILLING_TIMEOUT_MS: '5000' },
      200,
    );
    // Only now, because through a slow line it takes seconds to migrate the database.
    line.delay(2.5);
    const customers = customersOf(sandbox, 200);
    await Promise.all(
      customers.map(async ({ global }) => {
        for (let attempt = 0; attempt < 5; attempt++) {
          const answer = await mutate(url, 'activateCustomer', { customer: global });
          if (answer.operation || !answer.retryable) return;
        }
      }),
    );
    const ids = started.map(({ customerId }) => customerId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(200);
  }, 20_000);
});

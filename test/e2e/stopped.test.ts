import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { operationStatus } from '../../src/domain/operation.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { decodeOperation } from '../../src/store/operations/operation-json.ts';
import { testDatabase } from '../store/databases.support.ts';
import { startLine } from '../store/line.support.ts';
import { startTestGateway, startTestSandbox, testClock } from '../support/gateway.ts';
import { upstreamStarts } from './activations.support.ts';
import { startGatewayProcess } from './gateway-process.support.ts';
import { customersOf, mutate } from './writes.support.ts';

const database = testDatabase('PostgreSQL');

const sendWithinMs = 300;
const billingTimeoutMs = 500;

/** One gateway in a process that can be stopped, and one here, on the same database. */
async function scene(options: SandboxOptions) {
  const sandbox = await startTestSandbox(options);
  const line = await startLine(database.url);
  onTestFinished(() => line.close());
  const env = {
    BILLING_ENDPOINT: sandbox.billingAddress,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    BILLING_TIMEOUT_MS: String(billingTimeoutMs),
    WRITE_SEND_WITHIN_MS: String(sendWithinMs),
    // The other instance must not be the one that sends it.
    WRITE_RECOVERY_WINDOW_MS: '0',
    OPERATION_LEASE_MS: '300',
    OPERATION_POLL_INTERVAL_MS: '50',
  };
  const stoppable = await startGatewayProcess(sandbox, { ...env, DATABASE_URL: line.url });
  const other = await startTestGateway({ env: { ...env, DATABASE_URL: database.url } });
  return { sandbox, line, stoppable, other, started: upstreamStarts(sandbox) };
}

async function count(condition: string): Promise<number> {
  const [row] = await database.query(`select count(*)::int as n from ${condition}`);
  return Number(row?.['n']);
}

test('a write whose instance was stopped between record and call is not sent after its reversal', async () => {
  const { sandbox, line, stoppable, other, started } = await scene({
    operations: { outcome: 'never' },
  });
  const [customer, another] = customersOf(sandbox, 2);
  // Opens its connections.
  await mutate(stoppable.url, 'activateCustomer', { customer: another?.global });
  started.length = 0;
  line.delay(150);
  const suspending = mutate(stoppable.url, 'suspendCustomer', {
    ...{ customer: customer?.global, confirm: true },
  });
  await expect
    .poll(() => count("writes where mutation = 'suspendCustomer'"), { interval: 5, timeout: 5_000 })
    .toBe(1);
  stoppable.stop();
  const activated = await mutate(other.url, 'activateCustomer', { customer: customer?.global });
  expect(activated).toMatchObject({ replayed: false });
  stoppable.resume();
  expect(await suspending).toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|UNKNOWN/) });
  await pause(500);
  expect(sandbox.calls.count('CustomerService.Suspend')).toBe(0);
  expect(started).toHaveLength(1);
}, 20_000);

test('a poller that was stopped past the end of its lease does not overwrite newer states', async () => {
  const clock = testClock();
  const { sandbox, stoppable } = await scene({
    now: clock.now,
    operations: { outcome: 'rollBack', minMs: 10_000, maxMs: 10_000 },
  });
  const [customer] = customersOf(sandbox, 1);
  const poll = { method: 'OperationService.Get', latencyMs: 100 } as const;
  sandbox.faults.set([poll]);
  await mutate(stoppable.url, 'activateCustomer', { customer: customer?.global });
  await expect.poll(() => sandbox.calls.count('OperationService.Get'), { interval: 5 }).toBe(1);
  // The answer to this poll is read only after the other instance has read newer ones. It takes over
  // after seconds when the stopped instance holds a lock.
  stoppable.stop();
  sandbox.faults.clear();
  clock.advance(6_000);
  await expect
    .poll(() => count("operations where status = 'FAILING'"), { interval: 20, timeout: 12_000 })
    .toBe(1);
  stoppable.resume();
  // It reads its old answer before the operation ends.
  await pause(1_000);
  clock.advance(4_000);
  await expect
    .poll(() => count("operations where status = 'FAILED'"), { interval: 20, timeout: 12_000 })
    .toBe(1);
  const entries = await database.query('select state from operation_entries order by sequence');
  const statuses = entries.map(({ state }) => operationStatus(decodeOperation(String(state))));
  const changes = statuses.filter((status, index) => status !== statuses[index - 1]);
  expect(changes).toEqual(['RUNNING', 'FAILING', 'FAILED']);
}, 40_000);

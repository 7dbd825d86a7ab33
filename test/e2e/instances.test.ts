import { beforeAll, describe, expect, test } from 'vitest';
import type { OperationTiming } from '../../src/sandbox/billing/outcomes.ts';
import { type PostgresServer, sharedPostgres } from '../store/postgres.support.ts';
import { startTestGateway, startTestSandbox, testClock } from '../support/gateway.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';
import { activate, activations, listOperations } from './activations.support.ts';
import { startGatewayProcess } from './gateway-process.support.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await sharedPostgres();
}, 30_000);

const leaseMs = 600;
const pollMs = 20;

/** A sandbox and an empty database, for as many gateways as are wanted. */
async function scene(operations: Partial<OperationTiming>, now = Date.now) {
  const sandbox = await startTestSandbox({ operations, now });
  const env = {
    DATABASE_URL: await server.createDatabase(),
    OPERATION_LEASE_MS: String(leaseMs),
    OPERATION_POLL_INTERVAL_MS: String(pollMs),
    BILLING_ENDPOINT: sandbox.billingAddress,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
  };
  return {
    sandbox,
    env,
    polls: () => sandbox.calls.count('OperationService.Get'),
    start: () => startTestGateway({ env }),
    /** Has the first customer activated by way of that gateway. Gives the operation's global id. */
    async activate(url: string): Promise<string> {
      const [activation] = activations(sandbox, 1);
      if (!activation) throw new Error('a customer is needed');
      const { operationId, failure } = await activate(url, sandbox, activation);
      const listed = (await listOperations(url)).find((one) => one.operationId === operationId);
      if (!listed) throw new Error(`not started: ${failure}`);
      return listed.id;
    },
  };
}

/** The events of an operation, with an end when the operation or the test ends. */
function watch(url: string, id: string) {
  return subscribe<{ operationUpdated: { status: string; cursor: string } }, { id: string }>(
    connectSocket(url),
    'subscription ($id: ID!) { operationUpdated(id: $id) { status cursor } }',
    { id },
  );
}

describe('two gateways on one PostgreSQL', () => {
  test('show each other what they learn: started on one, watched on the other', async () => {
    const clock = testClock();
    const { start, activate, sandbox } = await scene(
      { outcome: 'rollBack', minMs: 10_000, maxMs: 10_000 },
      clock.now,
    );
    const [here, there] = [await start(), await start()];
    const id = await activate(here.url);
    const events = Promise.all([here, there].map(({ url }) => collect(watch(url, id))));
    const statuses = async () => (await listOperations(there.url)).map(({ status }) => status);
    clock.advance(6_000);
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['FAILING']);
    clock.advance(4_000);
    const [seenHere, seenThere] = (await events).map((all) =>
      all.map(({ data }) => data?.operationUpdated),
    );
    expect(seenHere?.map((state) => state?.status)).toContain('FAILING');
    expect(seenThere?.at(-1)).toMatchObject({ status: 'FAILED' });
    // The later of the two may begin at a later state; from there on they see the same.
    expect(seenThere).toEqual(seenHere?.slice(-(seenThere?.length ?? 0)));
    expect(sandbox.calls.count('CustomerService.Activate')).toBe(1);
  });

  test('poll an operation as often as one does, with watchers on both', async () => {
    const { start, activate, polls } = await scene({ outcome: 'never' });
    const [here, there] = [await start(), await start()];
    const id = await activate(here.url);
    for (const { url } of [here, there]) {
      expect(await watch(url, id).next()).toMatchObject({ done: false });
    }
    // Past the first polls, which come closer to each other.
    await expect.poll(polls, { interval: 5, timeout: 5_000 }).toBeGreaterThan(8);
    const [from, since] = [polls(), performance.now()];
    await expect.poll(polls, { interval: 5, timeout: 5_000 }).toBeGreaterThanOrEqual(from + 9);
    // One poller at its longest pause, a fifth less by chance. Two would take half of it.
    const onePollerMs = 8 * pollMs * 5 * 0.8;
    expect(performance.now() - since).toBeGreaterThan(onePollerMs * 0.9);
  });

  test('take over at once what the other gives back when it is closed', async () => {
    const { start, activate, polls } = await scene({ outcome: 'never' });
    const [here, there] = [await start(), await start()];
    const id = await activate(here.url);
    expect(await watch(there.url, id).next()).toMatchObject({ done: false });
    await here.close();
    const [before, closedAt] = [polls(), performance.now()];
    await expect.poll(polls, { interval: 5, timeout: 5_000 }).toBeGreaterThan(before + 1);
    expect(performance.now() - closedAt).toBeLessThan(leaseMs);
  });

  test('poll at the pace of a watcher, whichever of them it watches on', async () => {
    const { start, activate, polls } = await scene({ outcome: 'never' });
    const [here, there] = [await start(), await start()];
    const id = await activate(here.url);
    // By now nobody looks more than about once a second.
    await expect.poll(polls, { timeout: 5_000 }).toBeGreaterThan(6);
    await (await watch(there.url, id)).next();
    const before = polls();
    await expect.poll(polls, { timeout: 700, interval: 20 }).toBeGreaterThan(before + 4);
  });

  test('take over within the lease when the other is killed', async () => {
    const { start, activate, polls, sandbox, env } = await scene({
      minMs: 1_000,
      maxMs: 1_000,
      outcome: 'succeed',
    });
    const [doomed, there] = [await startGatewayProcess(sandbox, env), await start()];
    const id = await activate(doomed.url);
    const seen = collect(watch(there.url, id));
    await expect.poll(polls, { interval: 5 }).toBeGreaterThan(1);
    await doomed.kill();
    const [before, killedAt] = [polls(), performance.now()];
    await expect.poll(polls, { interval: 5, timeout: 5_000 }).toBeGreaterThan(before);
    const tookMs = performance.now() - killedAt;
    // A lease that was just renewed, and the round of the other that comes next.
    expect(tookMs).toBeLessThan(leaseMs * (4 / 3) + 300);
    expect((await seen).at(-1)).toMatchObject({
      data: { operationUpdated: { status: 'SUCCEEDED' } },
    });
  });
});

test('while PostgreSQL is away, mutations are refused before they are sent; then all goes on', async () => {
  const sandbox = await startTestSandbox({
    operations: { outcome: 'succeed', minMs: 500, maxMs: 500 },
  });
  const { url } = await startTestGateway({
    env: {
      ...{ DATABASE_URL: await server.createDatabase(), OPERATION_LEASE_MS: String(leaseMs) },
      ...{ BILLING_ENDPOINT: sandbox.billingAddress, RESELLER_ENDPOINT: sandbox.resellerUrl },
    },
  });
  const [first, second] = activations(sandbox, 2);
  if (!first || !second) throw new Error('two customers are needed');
  await activate(url, sandbox, first);
  await server.stop('SIGQUIT');
  // A statement on a connection whose end was not noticed yet may have been committed.
  const ready = async () => (await fetch(new URL('/readyz', url))).status;
  await expect.poll(ready, { timeout: 5_000 }).toBe(503);
  expect((await activate(url, sandbox, second)).failure).toBe('UNAVAILABLE');
  expect(sandbox.calls.count('CustomerService.Activate')).toBe(1);
  await server.start();
  const again = () => activate(url, sandbox, second).then(({ operationId }) => operationId);
  await expect.poll(again, { timeout: 5_000 }).not.toBeNull();
  const statuses = async () => (await listOperations(url)).map(({ status }) => status);
  await expect.poll(statuses, { timeout: 10_000 }).toEqual(['SUCCEEDED', 'SUCCEEDED']);
}, 30_000);

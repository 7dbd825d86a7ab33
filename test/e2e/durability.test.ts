import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openStore } from '../../src/store/store.ts';
import { succeeded } from '../operations/operations.support.ts';
import { startTestGateway, startTestSandbox } from '../support/gateway.ts';
import { memoryUsage } from '../support/memory.ts';
import { request } from '../support/request.ts';
import { collect, connectSocket, subscribe } from '../support/websocket.ts';
import {
  type Activation,
  activate,
  activations,
  listOperations,
  upstreamStarts,
} from './activations.support.ts';
import { startGatewayProcess, testDirectory } from './gateway-process.support.ts';

const lasting = { outcome: 'never' } as const;

/** Activations that are under way together, in one life of the gateway. */
const AT_ONCE = 8;
const BILLING_TIMEOUT_MS = 300;

/** How many writes have no outcome. */
function unsettledWrites(path: string): unknown {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare("select count(*) as open from writes where state in ('PENDING', 'UNKNOWN')")
      .get()?.['open'];
  } finally {
    database.close();
  }
}

/**
 * Activates customers on gateways that are killed at a random moment, one after the other, on one
 * file. Of the clients that get no answer, every other one sends its mutation again.
 */
async function crashAndCheck(count: number): Promise<void> {
  const sandbox = await startTestSandbox({
    seed: { customers: count },
    operations: { outcome: 'succeed', minMs: 100, maxMs: 800 },
  });
  const started = upstreamStarts(sandbox);
  // Makes room for a death between the call and its answer, on both sides of what billing does.
  sandbox.faults.set([
    { method: 'CustomerService.Activate', latencyMs: { min: 0, max: 40 } },
    { method: 'CustomerService.Activate', share: 0.5, executed: true, effect: { type: 'hang' } },
  ]);
  const directory = testDirectory();
  const path = join(directory, 'g.db');
  const live = () =>
    startGatewayProcess(sandbox, {
      DATABASE_URL: `sqlite:${path}`,
      OPERATION_LEASE_MS: '300',
      NODE_COMPILE_CACHE: join(directory, 'cache'),
      BILLING_TIMEOUT_MS: String(BILLING_TIMEOUT_MS),
    });
  const all = activations(sandbox, count);
  let insistent: Activation[] = [];
  let unanswered = 0;
  for (let next = 0; next < count; next += AT_ONCE) {
    const gateway = await live();
    const sent = [...insistent, ...all.slice(next, next + AT_ONCE)];
    const answered = Promise.allSettled(sent.map((one) => activate(gateway.url, sandbox, one)));
    // Before the calls that hang have ended.
    await pause(Math.random() * BILLING_TIMEOUT_MS);
    await gateway.kill();
    const isLost = (await answered).map(({ status }) => status === 'rejected');
    const lost = sent.filter((_, n) => isLost[n]);
    unanswered += lost.length;
    insistent = lost.filter((_, n) => n % 2 === 0);
  }
  // Were all answered, nothing was tried here.
  expect(unanswered).toBeGreaterThan(0);

  sandbox.faults.clear();
  const { url } = await live();
  await Promise.all(insistent.map((activation) => activate(url, sandbox, activation)));
  expect(insistent.filter(({ operationId }) => operationId === null)).toEqual([]);
  await expect.poll(() => unsettledWrites(path), { timeout: 5_000 }).toBe(0);
  const statuses = async () => (await listOperations(url)).map(({ status }) => status);
  await expect
    .poll(statuses, { timeout: 15_000 })
    .toSatisfy((seen: string[]) => seen.every((status) => status === 'SUCCEEDED'));

  const listed = new Set((await listOperations(url)).map(({ operationId }) => operationId));
  const told = all.flatMap(({ operationId }) => operationId ?? []);
  expect(told.filter((id) => !listed.has(id))).toEqual([]);
  expect(started.filter(({ id }) => !listed.has(id))).toEqual([]);
  expect(new Set(started.map(({ customerId }) => customerId)).size).toBe(started.length);
}

const ACTIVATIONS = process.env['SOAK'] ? 200 : 8;

test(
  `kill -9 at any moment of ${ACTIVATIONS} activations loses no operation and begins none twice`,
  { timeout: 170_000 },
  () => crashAndCheck(ACTIVATIONS),
);

test('without its database the gateway refuses mutations before they are sent, and reads on', async () => {
  const path = join(testDirectory(), 'g.db');
  const env = { DATABASE_URL: `sqlite:${path}`, OPERATION_LEASE_MS: '300' };
  const { url, sandbox } = await startTestGateway({ env, sandbox: { operations: lasting } });
  const [first, second] = activations(sandbox, 2);
  if (!first || !second) throw new Error('two customers are needed');
  await activate(url, sandbox, first);
  rmSync(path);
  // After the deletion: until then, the poller may record another state.
  const before = await listOperations(url);
  expect(before).toMatchObject([{ operationId: first.operationId, status: 'RUNNING' }]);

  expect((await activate(url, sandbox, second)).failure).toBe('UNAVAILABLE');
  expect(sandbox.calls.count('CustomerService.Activate')).toBe(1);
  expect(await listOperations(url)).toEqual(before);
  const { data, errors } = await request<Record<string, object>, object>(
    url,
    `{ operation(by: { operationId: "${first.operationId}" }) { status }
       customers(first: 3) { nodes { billing { account { name } } } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ operation: { status: 'RUNNING' } });
  expect(data?.['customers']).toHaveProperty('nodes.length', 3);
  // What is known of an operation can be watched, too.
  const events = subscribe<{ operationUpdated: object }, { id: string | undefined }>(
    connectSocket(url),
    'subscription ($id: ID!) { operationUpdated(id: $id) { status } }',
    { id: before[0]?.id },
  );
  expect((await events.next()).value).toEqual({
    data: { operationUpdated: { status: 'RUNNING' } },
  });
});

/** How long it goes on, once the pace is known. */
const SILENCE_MS = process.env['SOAK'] ? 60_000 : 0;

test('a backend that is silent for a while costs no operation, and is not pestered', {
  timeout: 90_000,
}, async () => {
  const timeoutMs = 100;
  const env = { BILLING_TIMEOUT_MS: String(timeoutMs) };
  const { url, sandbox } = await startTestGateway({ env });
  const { calls, faults } = sandbox;
  const polls = () => calls.count('OperationService.Get');
  const [activation] = activations(sandbox, 1);
  if (!activation) throw new Error('a customer is needed');
  faults.add({ method: 'OperationService.Get', effect: { type: 'hang' } });
  await activate(url, sandbox, activation);
  const [listed] = await listOperations(url);
  const events = collect(
    subscribe<{ operationUpdated: { status: string } }, { id: string | undefined }>(
      connectSocket(url),
      'subscription ($id: ID!) { operationUpdated(id: $id) { status } }',
      { id: listed?.id },
    ),
  );
  await expect.poll(polls, { interval: 5 }).toBeGreaterThan(0);
  const [from, silentAt] = [polls(), performance.now()];
  await expect.poll(polls, { interval: 5, timeout: 5_000 }).toBeGreaterThanOrEqual(from + 6);
  await pause(SILENCE_MS);
  // Seldom, in the end: nothing is faster than the cap of the pace.
  expect(polls()).toBeLessThan(from + 10 + SILENCE_MS / 100);
  // Each waits for its answer as long as calls may, and then for a pause that grows.
  expect(performance.now() - silentAt).toBeGreaterThan(6 * timeoutMs + 200);
  expect(calls.peak('billing')).toBeLessThanOrEqual(2);
  expect(await listOperations(url)).toMatchObject([{ status: 'RUNNING' }]);

  faults.clear();
  const statuses = (await events).map(({ data }) => data?.operationUpdated.status);
  expect([statuses[0], statuses.at(-1)]).toEqual(['RUNNING', 'SUCCEEDED']);
});

const FINISHED = process.env['SOAK'] ? 10_000 : 200;
const IDLE_MS = process.env['SOAK'] ? 30_000 : 1_000;

test(`${FINISHED} finished operations are not polled, and take up no memory`, {
  timeout: 90_000,
}, async () => {
  const url = `sqlite:${join(testDirectory(), 'g.db')}`;
  const store = await openStore(url, { log: createLogger('silent') });
  for (let n = 0; n < FINISHED; n++) {
    await store.journal.append(succeeded({ operationId: `op-${n}` }));
  }
  await store.close();
  const { sandbox } = await startTestGateway({
    env: { DATABASE_URL: url, OPERATION_LEASE_MS: '300' },
  });
  await pause(IDLE_MS / 2);
  const before = memoryUsage().heapUsed;
  await pause(IDLE_MS / 2);
  expect(memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
  expect(sandbox.calls.count('OperationService.Get')).toBe(0);
});

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { kinds, type TestDatabase, testDatabase } from '../store/databases.support.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { upstreamStarts } from './activations.support.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.support.ts';
import { type Answer, customersOf, mutate } from './writes.support.ts';

/** Seconds of faults on each database. */
const SECONDS = Number(process.env['CHAOS_SECONDS']);
const CLIENTS = 12;

/** Faults that last for a moment, one after the other; most calls are only slow. */
const faults: readonly (readonly Fault[])[] = [
  [{ latencyMs: { min: 0, max: 60 } }],
  [{ method: 'CustomerService.*', share: 0.4, executed: true, effect: { type: 'hang' } }],
  [{ method: 'CustomerService.*', share: 0.4, effect: { type: 'hang' } }],
  [{ method: 'CustomerService.*', share: 0.5, executed: true, effect: { type: 'grpc', code: 14 } }],
  [{ method: 'CustomerService.*', share: 0.5, effect: { type: 'grpc', code: 7 } }],
  [{ method: 'CustomerService.*', share: 0.5, executed: true, effect: { type: 'close' } }],
  [{ method: 'CustomerService.*', share: 0.3, effect: { type: 'grpc', code: 13 } }],
  [{ method: 'OperationService.*', effect: { type: 'grpc', code: 5 } }],
];

interface WriteRow {
  readonly id: string;
  readonly state: string;
  readonly upstream_key: string;
  readonly superseded: number;
}

/** One user, whose every action changes one customer: its client repeats it until it is answered. */
async function client(
  url: () => string,
  customer: string,
  isKeyed: boolean,
  signal: AbortSignal,
): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const isSuspension = n % 2 === 1;
    const mutation = isSuspension ? 'suspendCustomer' : 'activateCustomer';
    const input = { customer, ...(isSuspension ? { confirm: true } : {}) };
    let idempotencyKey: string | undefined = isKeyed ? randomUUID() : undefined;
    for (let attempt = 0; attempt < 6 && !signal.aborted; attempt++) {
      const answer: Answer | null = await mutate(url(), mutation, {
        ...input,
        ...(idempotencyKey ? { idempotencyKey } : {}),
      }).catch(() => null);
      if (answer && answer.code !== 'OUTCOME_UNKNOWN' && !answer.retryable) break;
      // As the API says: find out with the key; a client without one sends the same again.
      if (isKeyed) idempotencyKey = answer?.idempotencyKey ?? idempotencyKey;
      await pause(50 + Math.random() * 100);
    }
    await pause(Math.random() * 80);
  }
}

/** Runs clients against instances that are killed, while billing and its answers fail. */
async function storm(database: TestDatabase, sandbox: Sandbox, instances: number): Promise<void> {
  const live = () =>
    startGatewayProcess(sandbox, {
      DATABASE_URL: database.url,
      OPERATION_LEASE_MS: '600',
      BILLING_TIMEOUT_MS: '400',
      WRITE_SEND_WITHIN_MS: '400',
    });
  const gateways: GatewayProcess[] = await Promise.all(Array.from({ length: instances }, live));
  const over = new AbortController();
  const url = (n: number) => () => gateways[n % gateways.length]?.url ?? '';
  const clients = customersOf(sandbox, CLIENTS).map(({ global }, n) =>
    client(url(n), global, n % 2 === 0, over.signal),
  );
  const endsAt = performance.now() + SECONDS * 1_000;
  for (let n = 0; performance.now() < endsAt; n++) {
    sandbox.faults.set(faults[Math.floor(Math.random() * faults.length)] ?? []);
    await pause(300 + Math.random() * 500);
    if (n % 4 !== 3) continue;
    const victim = n % gateways.length;
    await gateways[victim]?.kill();
    gateways[victim] = await live();
  }
  sandbox.faults.clear();
  over.abort();
  await Promise.all(clients);
}

describe.each(kinds)('writes on %s', (kind) => {
  const database = testDatabase(kind);

  test('that are killed, lost, refused and repeated at random each have one record that tells the truth', {
    timeout: SECONDS * 1_000 + 90_000,
  }, async () => {
    const sandbox = await startTestSandbox({
      seed: { customers: CLIENTS },
      operations: { outcome: 'succeed', minMs: 50, maxMs: 200 },
    });
    const started = upstreamStarts(sandbox);
    await storm(database, sandbox, kind === 'PostgreSQL' ? 2 : 1);
    const rows = async () =>
      (await database.query(
        'select id, state, upstream_key, superseded from writes',
      )) as unknown as WriteRow[];
    const unsettled = async () =>
      (await rows()).filter(
        ({ state, superseded }) => Number(superseded) === 0 && /PENDING|UNKNOWN/.test(state),
      );
    await expect.poll(unsettled, { timeout: 60_000, interval: 200 }).toEqual([]);

    const effects = new Map<string, number>();
    for (const { idempotencyKey = '' } of started) {
      effects.set(idempotencyKey, (effects.get(idempotencyKey) ?? 0) + 1);
    }
    const records = await rows();
    expect(started.length).toBeGreaterThan(0);
    const keys = new Set(records.map(({ upstream_key }) => upstream_key));
    // Everything that billing began is on record, once.
    expect([...effects.keys()].filter((key) => !keys.has(key))).toEqual([]);
    expect([...effects.values()].filter((count) => count > 1)).toEqual([]);
    const wrong = records.filter(({ state, upstream_key }) => {
      const count = effects.get(upstream_key) ?? 0;
      if (state === 'DONE') return count !== 1;
      return state === 'REFUSED' && count !== 0;
    });
    expect(wrong).toEqual([]);
  });
});

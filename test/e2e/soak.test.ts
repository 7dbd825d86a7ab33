import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { repeat, soakActions, type Tally } from './soak-clients.support.ts';
import { type MeasuredGateway, type Sample, startMeasuredGateway } from './soak-process.support.ts';
import { customersOf } from './writes.support.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 2);
/** Code is compiled and caches are filled. */
const WARM_UP_MS = 20_000;
const SAMPLE_MS = 1_000;
const CLIENTS_PER_ACTION = 2;
const MB = 1_000_000;

/** Allowed growth between the middles of the first and the last third: a rate, and what varies. */
const HEAP_GROWTH = { perMinute: 1 * MB, slack: 6 * MB };
const RESIDENT_GROWTH = { perMinute: 1 * MB, slack: 40 * MB };
/** Connections that stay open to the backends and the collector. */
const KEPT_HANDLES = 8;

const faults: readonly (readonly Fault[])[] = [
  [{ latencyMs: { min: 0, max: 100 } }],
  [{ backend: 'billing', share: 0.5, effect: { type: 'grpc', code: 14 } }],
  [{ backend: 'reseller', share: 0.5, effect: { type: 'http', status: 503 } }],
  [{ share: 0.3, effect: { type: 'close' } }],
];

/** Faults that last for a moment, with as much time without any. */
async function breakSometimes(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    sandbox.faults.set(faults[n % faults.length] ?? []);
    await pause(500);
    sandbox.faults.clear();
    await pause(3_000);
  }
}

/** A collector that reads spans and keeps nothing. */
async function startSink(): Promise<string> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function sampleUntil(gateway: MeasuredGateway, endsAt: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (performance.now() < endsAt) {
    samples.push(await gateway.sample());
    await pause(SAMPLE_MS);
  }
  return samples;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The growth in bytes from the first third of the samples to the last. */
function growth(samples: readonly Sample[], of: 'heap' | 'resident'): number {
  const third = Math.floor(samples.length / 3);
  const values = samples.map((sample) => sample[of]);
  return median(values.slice(-third)) - median(values.slice(0, third));
}

test('use of every feature for minutes, with faults, leaves no handles behind and bounded memory', {
  timeout: MINUTES * 60_000 + WARM_UP_MS + 180_000,
}, async () => {
  // The story has a customer whose operations never end, and which would be polled in the end.
  const operations = { minMs: 50, maxMs: 300, outcome: 'succeed' } as const;
  const sandbox = await startTestSandbox({ operations });
  const gateway = await startMeasuredGateway(sandbox, {
    MCP: 'read',
    KEEP_ALIVE_TIMEOUT_MS: '2000',
    OTEL_EXPORTER_OTLP_ENDPOINT: await startSink(),
  });
  const before = await gateway.sample();
  const over = new AbortController();
  const tally: Tally = {};
  const actions = soakActions(customersOf(sandbox, 20).map(({ global }) => global));
  const clients = Object.entries(actions).flatMap(([name, action]) =>
    Array.from({ length: CLIENTS_PER_ACTION }, (_, n) =>
      repeat(`${name} ${n}`, action, gateway.url, tally, over.signal),
    ),
  );
  const breaking = breakSometimes(sandbox, over.signal);
  await pause(WARM_UP_MS);
  const samples = await sampleUntil(gateway, performance.now() + MINUTES * 60_000);
  over.abort();
  await Promise.all([...clients, breaking]);

  const minutes = (2 / 3) * MINUTES;
  const [heap, resident] = [growth(samples, 'heap'), growth(samples, 'resident')];
  // What a person who ran it wants to see, also when it passes.
  console.log({ tally, before, last: samples.at(-1), heap, resident });
  for (const { done, failed } of Object.values(tally)) expect(done).toBeGreaterThan(failed);
  expect(heap).toBeLessThan(HEAP_GROWTH.perMinute * minutes + HEAP_GROWTH.slack);
  expect(resident).toBeLessThan(RESIDENT_GROWTH.perMinute * minutes + RESIDENT_GROWTH.slack);
  await expect
    .poll(() => gateway.sample(), { timeout: 90_000, interval: 1_000 })
    .toSatisfy(
      ({ handles, resources, sockets, subscriptions }: Sample) =>
        handles <= before.handles + KEPT_HANDLES &&
        resources <= before.resources + 2 * KEPT_HANDLES &&
        sockets === 0 &&
        subscriptions === 0,
    );
  expect(await gateway.stop()).toBe(0);
  // Neither a listener too many nor an uncaught error.
  expect(gateway.errors()).toBe('');
});

import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, startTestSandbox } from '../support/gateway.ts';
import {
  ask,
  type Backend,
  backends,
  load,
  type Outage,
  openBreakableBackends,
} from '../support/outages.ts';

async function startScene() {
  const sandbox = await startTestSandbox();
  const broken = await openBreakableBackends(sandbox);
  onTestFinished(() => broken.close());
  const timeouts = { BILLING_TIMEOUT_MS: '2000', RESELLER_TIMEOUT_MS: '2000' };
  const { url } = await startTestGateway({ env: { ...broken.env, ...timeouts } });
  for (const backend of backends) await ask(url, backend, 0);
  return { broken, url };
}

type Scene = Awaited<ReturnType<typeof startScene>>;

/** Breaks one backend for six seconds under load, and returns what was seen. */
async function breakBackend({ broken, url }: Scene, backend: Backend, outage: Outage) {
  const stop = new AbortController();
  const loading = load(url, 10, stop.signal);
  await pause(500);
  const brokenAt = performance.now();
  broken.break(backend, outage);
  await pause(4_000);
  const received = broken.received(backend);
  await pause(2_000);
  const probes = broken.received(backend) - received;
  const restoredAt = performance.now();
  broken.restore();
  await pause(2_500);
  stop.abort();
  const seen = await loading;
  const answered = seen.filter(({ isAnswered }) => isAnswered);
  const after = answered.find((query) => query.backend === backend && query.at > restoredAt);
  const failed = seen.filter(({ isAnswered }) => !isAnswered);
  return {
    probes,
    recoveryMs: (after?.at ?? Number.POSITIVE_INFINITY) - restoredAt,
    failed,
    /** Of the last two seconds of the outage. */
    late: failed.filter(({ at }) => at > brokenAt + 4_000 && at < restoredAt),
  };
}

const cases: readonly (readonly [Backend, Outage])[] = [
  ['billing', 'hung'],
  ['billing', 'black-holed'],
  ['reseller', 'mute'],
];

// All at once, because each of them waits. `npm run bench:outages` runs the others too.
test('an outage costs few calls, ends within two seconds, and leaves the other backend alone', async () => {
  const scenes = await Promise.all(cases.map(startScene));
  const results = await Promise.all(
    scenes.map((scene, n) => breakBackend(scene, ...(cases[n] ?? ['billing', 'hung']))),
  );
  for (const [n, { probes, recoveryMs, failed, late }] of results.entries()) {
    const [backend, outage] = cases[n] ?? [];
    const name = `${backend}, ${outage}`;
    expect(new Set(failed.map((query) => query.backend)), name).toEqual(new Set([backend]));
    expect(probes, name).toBeLessThanOrEqual(3);
    expect(recoveryMs, name).toBeLessThan(2_200);
    // Only probes wait for the backend.
    const fast = late.filter(({ ms }) => ms < 500);
    expect(fast.length, name).toBeGreaterThan(late.length / 2);
  }
}, 30_000);

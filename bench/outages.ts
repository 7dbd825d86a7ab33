import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';
import { createLogger } from '../src/log.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import {
  type Backend,
  backends,
  load,
  type Outage,
  openBreakableBackends,
  outages,
} from '../test/support/outages.ts';
import { percentiles } from './measure.ts';

const SECONDS = Number(process.env['OUTAGE_SECONDS'] ?? 30);
const PER_SECOND = 200;

/** A gateway in front of backends that can fail; `opened` is when its first breaker opened. */
async function startScene() {
  const sandbox = await startSandbox({ billingPort: 0, resellerPort: 0 });
  const broken = await openBreakableBackends(sandbox);
  const settings = { PORT: '0', DATABASE_URL: 'sqlite::memory:', ...broken.env };
  const config = loadConfig(settings);
  if (!config.backends) throw new Error('the scene has backends');
  let opened: { at: number; calls: Record<Backend, number> } | null = null;
  const log = Object.assign(createLogger('silent'), {
    warn(_: object, message: string): void {
      if (!message.startsWith('backend host fails')) return;
      const calls = { billing: broken.received('billing'), reseller: broken.received('reseller') };
      opened ??= { at: performance.now(), calls };
    },
  });
  const gateway = await createGateway({ ...config, backends: config.backends }, { log });
  const url = await gateway.start();
  return {
    ...broken,
    url,
    opened: () => opened,
    async close() {
      await gateway.close();
      broken.close();
      await sandbox.close();
    },
  };
}

/** Breaks one backend under load, restores it, and prints what happened. */
async function run(backend: Backend, outage: Outage): Promise<void> {
  const scene = await startScene();
  const stop = new AbortController();
  const loading = load(scene.url, PER_SECOND, stop.signal);
  await pause(2_000);
  const before = scene.received(backend);
  const brokenAt = performance.now();
  scene.break(backend, outage);
  await pause(SECONDS * 1_000);
  const after = scene.received(backend);
  const restoredAt = performance.now();
  scene.restore();
  await pause(5_000);
  stop.abort();
  const seen = await loading;
  const opened = scene.opened();
  await scene.close();

  const first = seen.find(
    (query) => query.backend === backend && query.isAnswered && query.at > restoredAt,
  );
  const others = seen.filter(
    (query) => query.backend !== backend && query.at > brokenAt && query.at < restoredAt,
  );
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const columns = [
    `${backend}, ${outage}`.padEnd(22),
    opened ? `opened after ${seconds(opened.at - brokenAt)}` : 'never opened',
    `${(opened?.calls[backend] ?? after) - before} calls before`,
    `${opened ? after - opened.calls[backend] : 0} while open`,
    first ? `answers again after ${seconds(first.at - restoredAt)}` : 'no answer again',
    `other backend: ${others.filter(({ isAnswered }) => !isAnswered).length} of ${others.length} failed`,
    `p99 ${percentiles(others.map(({ ms }) => ms)).p99.toFixed(0)} ms`,
  ];
  console.log(columns.join('  '));
}

console.log(`Outages of ${SECONDS} s at ${PER_SECOND} requests/s to each backend\n`);
for (const backend of backends) for (const outage of outages) await run(backend, outage);

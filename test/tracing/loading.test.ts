import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { request } from '../support/request.ts';
import { startCollector } from './collector.support.ts';

/** Reports the modules of tracing that the process loads, on its standard error, which must not fill. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({ load(url, context, next) {
    if (/src\\/tracing\\/|@opentelemetry/.test(url)) writeSync(2, 'loaded ' + url + '\\n');
    return next(url, context);
  } });
`)}`;

/** `npm start` with its own sandbox; gone when the test is. */
async function startReporting(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', REPORT, 'src/main.cjs'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', DRAIN_TIMEOUT_MS: '1000', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  const exit = once(child, 'exit');
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (/http:\S+\/graphql/.test(said)) break;
  }
  const url = /http:\S+\/graphql/.exec(said)?.[0];
  if (!url) throw new Error(`the gateway did not start: ${errors.slice(-2_000)}`);
  return {
    url,
    loaded: () => errors.split('\n').filter((line) => line.startsWith('loaded ')),
    /** Stops it as an orchestrator would. Resolves with its exit code and the milliseconds it took. */
    async stop() {
      const startedAt = performance.now();
      child.kill('SIGTERM');
      const [code] = await exit;
      return { code, ms: performance.now() - startedAt };
    },
  };
}

const query = '{ customers(first: 1) { nodes { id } } }';

test('loads no tracing code when tracing is off', async () => {
  const gateway = await startReporting({
    OTEL_SERVICE_NAME: 'gateway',
    OTEL_SDK_DISABLED: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  expect((await request(gateway.url, query)).errors).toBeUndefined();
  expect(await gateway.stop()).toMatchObject({ code: 0 });
  expect(gateway.loaded()).toEqual([]);
}, 30_000);

test('exports what is waiting when it stops, with the headers of the collector', async () => {
  const collector = await startCollector();
  const gateway = await startReporting({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=planted-secret',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  expect(gateway.loaded().length).toBeGreaterThan(5);
  await request(gateway.url, query);
  expect(await gateway.stop()).toMatchObject({ code: 0 });
  expect(collector.spans.map(({ name }) => name)).toContain('query');
  expect(collector.spans[0]?.resource).toMatchObject({ 'service.name': 'reseller-gateway' });
  expect(collector.headers).toMatchObject({ 'api-key': 'planted-secret' });
}, 30_000);

test('a collector that never answers delays neither requests nor the end of the process', async () => {
  const collector = await startCollector(() => {});
  const gateway = await startReporting({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '1',
    OTEL_BSP_MAX_QUEUE_SIZE: '10',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
  });
  const startedAt = performance.now();
  for (let n = 0; n < 30; n++) {
    expect((await request(gateway.url, query)).errors).toBeUndefined();
  }
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const { code, ms } = await gateway.stop();
  expect(code).toBe(0);
  // The drain time, and the second that main.ts leaves to libraries.
  expect(ms).toBeLessThan(3_000);
}, 30_000);

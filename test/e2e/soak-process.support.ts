import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { freePort } from '../store/postgres.support.ts';
import { testDirectory } from './gateway-process.support.ts';

/** What a process holds at one moment. */
export interface Sample {
  /** Open file descriptors. */
  readonly handles: number;
  /** Sockets, timers and other resources of its event loop. */
  readonly resources: number;
  readonly sockets: number;
  readonly subscriptions: number;
  /** Bytes of the heap after a garbage collection. */
  readonly heap: number;
  /** Bytes of resident memory. */
  readonly resident: number;
}

export interface MeasuredGateway {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Collects garbage, and measures. */
  sample(): Promise<Sample>;
  /** What it wrote to its standard error. */
  errors(): string;
  /** Stops it as an orchestrator would. Resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Collects garbage when the process receives SIGUSR2. */
const COLLECT = `data:text/javascript,${encodeURIComponent(`
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => collect());
`)}`;

/** What `npm start` runs, with metrics, on the sandbox of this process; gone when the test is. */
export async function startMeasuredGateway(
  sandbox: Sandbox,
  env: Record<string, string>,
): Promise<MeasuredGateway> {
  const metricsPort = await freePort();
  const child = spawn(process.execPath, ['--import', COLLECT, 'src/main.cjs'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'error',
      DATABASE_URL: `sqlite:${join(testDirectory(), 'gateway.db')}`,
      BILLING_ENDPOINT: sandbox.billingAddress,
      BILLING_TLS: 'false',
      BILLING_RESELLER_ID: sandbox.resellerId,
      RESELLER_ENDPOINT: sandbox.resellerUrl,
      OPERATION_POLL_INTERVAL_MS: '50',
      ...env,
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the gateway has no process');
  const exit = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  let said = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (/http:\S+\/graphql/.test(said)) break;
  }
  const url = /http:\S+\/graphql/.exec(said)?.[0];
  if (!url) throw new Error(`the gateway did not start: ${errors}`);
  return {
    url,
    async sample() {
      child.kill('SIGUSR2');
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      const metric = metricsIn(await response.text());
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return {
        handles: (await readdir(`/proc/${pid}/fd`)).length,
        resources: metric('nodejs_active_resources'),
        sockets: metric('gateway_sockets'),
        subscriptions: metric('gateway_subscriptions'),
        heap: metric('nodejs_heap_used_bytes'),
        resident: 1_024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]),
      };
    },
    errors: () => errors,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exit;
      return code;
    },
  };
}

function metricsIn(text: string): (name: string) => number {
  return (name) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`there is no metric ${name}`);
    return Number(value);
  };
}

import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { PUSH_PATH } from '../../src/server/http.ts';

export interface TestGateway {
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly env?: Record<string, string>;
  readonly sandbox?: SandboxOptions;
  /** Whether the sandbox pushes its notifications to the gateway. */
  readonly notified?: boolean;
}

/** A gateway of its own on a sandbox of its own, gone when the test is. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const sandbox = await startTestSandbox(options.sandbox);
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    OPERATION_POLL_INTERVAL_MS: '20',
    DRAIN_TIMEOUT_MS: '1000',
    ...options.env,
  });
  if (!backends) throw new Error('a test gateway has backends');
  const gateway = await createGateway({ ...config, backends }, { links: sandbox.links });
  const url = await gateway.start();
  if (options.notified) sandbox.notifications.pushTo(new URL(PUSH_PATH, url).href);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= gateway.close();
    return closing;
  };
  onTestFinished(close);
  return { url, sandbox, close };
}

export async function startTestSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    ...options,
    seed: { customers: 40, ...options.seed },
    operations: { minMs: 60, maxMs: 120, ...options.operations },
  });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The sandbox's time, moved by hand. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
}

export function testClock(): Clock {
  let time = Date.now();
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}

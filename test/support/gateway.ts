import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';
import type { Logger } from '../../src/log.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { PUSH_PATH } from '../../src/server/routes.ts';

export interface TestGateway {
  /** The GraphQL endpoint. */
  readonly url: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly env?: Record<string, string>;
  readonly sandbox?: SandboxOptions;
  /** Receives the lines of the log, instead of nothing. */
  readonly log?: Logger;
  /** Whether the sandbox pushes its notifications to the gateway. */
  readonly notified?: boolean;
}

/** A gateway of its own on a sandbox of its own, gone when the test is. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const sandbox = await startTestSandbox(options.sandbox);
  const gateway = await openTestGateway(sandbox, options);
  onTestFinished(gateway.close);
  return gateway;
}

/** One gateway for all tests of a file that change nothing. Call it outside of tests. */
export function sharedTestGateway(options: TestGatewayOptions = {}): () => TestGateway {
  let gateway: TestGateway | undefined;
  beforeAll(async () => {
    gateway = await openTestGateway(await startSandbox(sandboxOptions(options.sandbox)), options);
  });
  afterAll(async () => {
    await gateway?.close();
    await gateway?.sandbox.close();
  });
  return () => {
    if (!gateway) throw new Error('the gateway is started before the first test');
    return gateway;
  };
}

export async function openTestGateway(
  sandbox: Sandbox,
  options: TestGatewayOptions,
): Promise<TestGateway> {
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
    // Its calls would be counted; tests of the portfolio turn it on.
    PORTFOLIO: 'false',
    PORTFOLIO_CALLS_PER_SECOND: '5000',
    ...options.env,
  });
  if (!backends) throw new Error('a test gateway has backends');
  const gateway = await createGateway(
    { ...config, backends },
    { links: sandbox.links, log: options.log },
  );
  const url = await gateway.start();
  if (options.notified) sandbox.notifications.pushTo(new URL(PUSH_PATH, url).href);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= gateway.close();
    return closing;
  };
  return { url, sandbox, close };
}

export async function startTestSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(sandboxOptions(options));
  onTestFinished(() => sandbox.close());
  return sandbox;
}

function sandboxOptions(options: SandboxOptions = {}): SandboxOptions {
  return {
    ...options,
    seed: { customers: 40, ...options.seed },
    operations: { minMs: 60, maxMs: 120, ...options.operations },
  };
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

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** A gateway in a process of its own. */
export interface GatewayProcess {
  /** The GraphQL endpoint. */
  readonly url: string;
  /** Ends it with SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops its execution with SIGSTOP. */
  stop(): void;
  /** Lets it run again. */
  resume(): void;
}

/** What `npm start` runs, on a free port, on the sandbox of this process; gone when the test is. */
export async function startGatewayProcess(
  sandbox: Sandbox,
  env: Record<string, string>,
): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['src/main.cjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'silent',
      BILLING_ENDPOINT: sandbox.billingAddress,
      BILLING_TLS: 'false',
      BILLING_RESELLER_ID: sandbox.resellerId,
      RESELLER_ENDPOINT: sandbox.resellerUrl,
      OPERATION_POLL_INTERVAL_MS: '20',
      PORTFOLIO: 'false',
      ...env,
    },
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const url = /http:\S+\/graphql/.exec(said)?.[0];
    if (!url) continue;
    return {
      ...{ url, kill },
      stop: () => void child.kill('SIGSTOP'),
      resume: () => void child.kill('SIGCONT'),
    };
  }
  throw new Error(`the gateway did not start: ${said}`);
}

/** A directory that is gone when the test is. */
export function testDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-e2e-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { json, send } from '../server/send.support.ts';
import { testDirectory } from './gateway-process.support.ts';

/** A gateway on the built-in sandbox whose standard error is a pipe that is never read. */
async function startUnread(env: Record<string, string>) {
  const path = join(testDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  const writer = openSync(path, constants.O_WRONLY);
  const child = spawn(process.execPath, ['src/main.cjs'], {
    stdio: ['ignore', 'pipe', writer],
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  closeSync(writer);
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    const url = /http:\S+\/graphql/.exec(said)?.[0];
    if (url) return { url, child, ended };
  }
  throw new Error(`the gateway did not start: ${said}`);
}

test('a log reader that stalls neither freezes the gateway nor delays SIGTERM', async () => {
  const { url, child, ended } = await startUnread({ DRAIN_TIMEOUT_MS: '5000' });
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  onTestFinished(() => agent.destroy());
  // Each line takes about 250 bytes, and the pipe holds 64 kB.
  const body = json({ query: '{ viewer { subject } }' });
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => send(url, { body, agent })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const askedAt = performance.now();
  expect((await send(url, { body, agent })).status).toBe(200);
  expect(performance.now() - askedAt).toBeLessThan(1_000);
  const stoppedAt = performance.now();
  child.kill('SIGTERM');
  const [code] = await ended;
  expect(code).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(3_000);
}, 20_000);

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReadiness, type ReadinessCheck } from '../../src/server/readiness.ts';
import { startTestGateway } from '../support/gateway.ts';

const open = new AbortController().signal;
const working = async () => null;

function check(name: string, run: ReadinessCheck['check'], isRequired = false): ReadinessCheck {
  return { name, isRequired, check: run };
}

async function failing(): Promise<never> {
  throw new Error('secret reason');
}

function hanging(): Promise<never> {
  return new Promise(() => {});
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a backend that is down is a cause, and the gateway is still ready', async () => {
  const down = check('billing', async () => 'cannot connect');
  const ready = createReadiness([check('store', working, true), down], open);
  expect(await ready()).toEqual({ ok: true, causes: ['billing: cannot connect'] });
});

test('a store that fails is a cause without its error, and the gateway is not ready', async () => {
  const ready = createReadiness([check('store', failing, true)], open);
  expect(await ready()).toEqual({ ok: false, causes: ['store: unavailable'] });
});

test('a store that hangs is unavailable after 2 s', async () => {
  const ready = createReadiness([check('store', hanging, true)], open);
  const answer = ready();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await answer).toEqual({ ok: false, causes: ['store: does not respond'] });
});

test('a backend check that hangs delays the answer by 300 ms at most', async () => {
  const ready = createReadiness([check('reseller', hanging)], open);
  const answer = ready();
  await vi.advanceTimersByTimeAsync(300);
  expect(await answer).toEqual({ ok: true, causes: [] });
});

test('a thousand probes in a second are one check', async () => {
  const run = vi.fn(working);
  const ready = createReadiness([check('store', run, true)], open);
  for (let n = 0; n < 1_000; n++) await ready();
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_001);
  await ready();
  expect(run).toHaveBeenCalledTimes(2);
});

test('a check that hangs is not started again', async () => {
  const run = vi.fn(hanging);
  const ready = createReadiness([check('store', run, true)], open);
  for (let n = 0; n < 3; n++) {
    const answer = ready();
    await vi.advanceTimersByTimeAsync(5_000);
    await answer;
  }
  expect(run).toHaveBeenCalledTimes(1);
});

test('a gateway that shuts down is not ready, whatever its checks do', async () => {
  const closing = AbortSignal.abort();
  const ready = createReadiness([check('store', hanging, true)], closing);
  expect(await ready()).toEqual({ ok: false, causes: ['gateway: shutting down'] });
});

test('with both backends dead, readyz is 200 and names both', async () => {
  vi.useRealTimers();
  const unused = createServer();
  await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
  const { port } = unused.address() as AddressInfo;
  await new Promise((resolve) => unused.close(resolve));
  const env = {
    BILLING_ENDPOINT: `127.0.0.1:${port}`,
    OPERATION_ENDPOINT: `127.0.0.1:${port}`,
    RESELLER_ENDPOINT: `http://127.0.0.1:${port}`,
  };
  const { url } = await startTestGateway({ env });
  const response = await fetch(new URL('/readyz', url));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    ok: true,
    causes: ['billing: cannot connect', 'reseller: cannot connect'],
  });
});

test('a gateway whose backends and store work is ready without causes', async () => {
  vi.useRealTimers();
  const { url, sandbox } = await startTestGateway();
  const response = await fetch(new URL('/readyz', url));
  expect(await response.json()).toEqual({ ok: true, causes: [] });
  expect(sandbox.calls.counts()).toEqual({});
});

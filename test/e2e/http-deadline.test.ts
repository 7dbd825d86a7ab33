import { describe, expect, test } from 'vitest';
import { inFlight } from '../server/operations.support.ts';
import { codedErrors, json, send } from '../server/send.support.ts';
import { watchOperation } from '../server/sockets.support.ts';
import { startTestGateway } from '../support/gateway.ts';

const deadline = 300;
const env = { REQUEST_TIMEOUT_MS: String(deadline) };
const customers = '{ customers(first: 2) { nodes { id billing { account { name } } } } }';

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const started = performance.now();
  return { result: await run(), ms: performance.now() - started };
}

describe('the deadline of a request', () => {
  test('answers for a backend that hangs', async () => {
    const { url, sandbox } = await startTestGateway({ env });
    await send(url, { body: json({ query: '{ viewer { subject } }' }) });
    sandbox.faults.add({ method: 'CustomerService.List', effect: { type: 'hang' } });
    const { result, ms } = await timed(() => send(url, { body: json({ query: customers }) }));
    expect(ms).toBeGreaterThan(deadline - 5);
    expect(ms).toBeLessThan(deadline + 50);
    expect(codedErrors(result.text)).toMatchObject([
      { path: ['customers'], extensions: { code: 'DEADLINE_EXCEEDED', retryable: true } },
    ]);
    await expect.poll(() => inFlight(sandbox), { timeout: 200 }).toBe(0);
  });

  test('counts over a chain of calls, and keeps what was there in time', async () => {
    const { url, sandbox } = await startTestGateway({ env });
    await send(url, { body: json({ query: '{ viewer { subject } }' }) });
    sandbox.faults.add({ method: 'CustomerService.List', latencyMs: 200 });
    sandbox.faults.add({ method: 'BillingAccountService.Get', latencyMs: 200 });
    const { result, ms } = await timed(() => send(url, { body: json({ query: customers }) }));
    expect(ms).toBeLessThan(deadline + 50);
    expect(JSON.parse(result.text).data.customers.nodes).toHaveLength(2);
    const errors = codedErrors(result.text);
    expect(errors.map((error) => error.extensions.code)).toEqual([
      'DEADLINE_EXCEEDED',
      'DEADLINE_EXCEEDED',
    ]);
  });

  test('holds for setting up a subscription too', async () => {
    const { url, sandbox } = await startTestGateway({ env });
    sandbox.faults.add({ method: 'OperationService.Get', effect: { type: 'hang' } });
    const id = Buffer.from('Operation:unheard').toString('base64url');
    const body = json({ query: watchOperation, variables: { id } });
    const headers = { accept: 'text/event-stream' };
    // The first stream of a gateway loads the code that serves it.
    await send(url, { headers, body: json({ query: '{ viewer { subject } }' }) });
    const { result, ms } = await timed(() => send(url, { headers, body }));
    expect(ms).toBeLessThan(deadline + 100);
    expect(result.text).toContain('"DEADLINE_EXCEEDED"');
  });
});

test('a client that goes away has its calls upstream cancelled', async () => {
  const { url, sandbox } = await startTestGateway();
  sandbox.faults.add({ method: 'CustomerService.List', effect: { type: 'hang' } });
  const leaving = new AbortController();
  const answer = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: json({ query: customers }),
    signal: leaving.signal,
  });
  const failed = expect(answer).rejects.toThrow('abort');
  await expect.poll(() => inFlight(sandbox)).toBe(1);
  leaving.abort();
  await failed;
  await expect.poll(() => inFlight(sandbox), { timeout: 500 }).toBe(0);
});

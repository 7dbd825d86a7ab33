import { Agent } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { startServer } from './harness.support.ts';
import {
  activateFirstCustomer,
  expectNoMorePolls,
  inFlight,
  startGatewayWithOutcome,
} from './operations.support.ts';
import { codedErrors, json, send } from './send.support.ts';
import { openSocket, watchOperation } from './sockets.support.ts';

const customers = json({ query: '{ customers(first: 1) { nodes { id } } }' });

test('a query under way is answered, while health says what is going on', async () => {
  const gateway = await startTestGateway();
  const { url, sandbox } = gateway;
  sandbox.faults.add({ method: 'CustomerService.List', latencyMs: 400 });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const answer = send(url, { body: customers, agent });
  await expect.poll(() => inFlight(sandbox), { interval: 2 }).toBe(1);
  const health = (path: string) => send(new URL(path, url).href, { method: 'GET' });
  expect((await health('/readyz')).status).toBe(200);
  const closing = gateway.close();
  expect((await health('/readyz')).status).toBe(503);
  expect((await health('/livez')).status).toBe(200);
  const refused = await send(url, { body: customers });
  expect(refused.status).toBe(503);
  expect(codedErrors(refused.text)).toMatchObject([
    { extensions: { code: 'UNAVAILABLE', retryable: true } },
  ]);
  const { status, text } = await answer;
  expect(status).toBe(200);
  expect(JSON.parse(text).data.customers.nodes).toHaveLength(1);
  const answered = performance.now();
  await closing;
  // An idle keep-alive connection does not hold it up.
  expect(performance.now() - answered).toBeLessThan(200);
  await expect(health('/livez')).rejects.toThrow('ECONNREFUSED');
});

test('sockets are closed with 1001 and streams cut off at once, none with a completion', async () => {
  const gateway = await startGatewayWithOutcome('never', { DRAIN_TIMEOUT_MS: '5000' });
  const { url } = gateway;
  const id = await activateFirstCustomer(url);
  const socket = await openSocket(url);
  socket.subscribe('w', watchOperation, { id });
  await expect.poll(() => socket.types('w')).toContain('next');
  const stream = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: json({ query: watchOperation, variables: { id } }),
  });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  async function read(): Promise<void> {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      received += value;
    }
  }
  const cutOff = expect(read()).rejects.toThrow('terminated');
  await expect.poll(() => received).toContain('RUNNING');
  const started = performance.now();
  const closing = gateway.close();
  expect(await socket.closed).toBe(1001);
  await cutOff;
  await closing;
  expect(performance.now() - started).toBeLessThan(300);
  expect(socket.types('w')).not.toContain('complete');
  expect(received).not.toContain('event: complete');
  await expectNoMorePolls(gateway);
});

test('a backend that hangs holds it up for the drain timeout, and no longer', async () => {
  const gateway = await startTestGateway({ env: { DRAIN_TIMEOUT_MS: '300' } });
  gateway.sandbox.faults.add({ method: 'CustomerService.List', effect: { type: 'hang' } });
  const lost = expect(send(gateway.url, { body: customers })).rejects.toThrow();
  await expect.poll(() => inFlight(gateway.sandbox), { interval: 2 }).toBe(1);
  const started = performance.now();
  await gateway.close();
  const ms = performance.now() - started;
  expect(ms).toBeGreaterThan(290);
  expect(ms).toBeLessThan(450);
  await lost;
});

test('a client that does not read its socket holds it up for a moment only', async () => {
  const { url, ticks, server } = await startServer();
  const socket = await openSocket(url);
  socket.subscribe('t', 'subscription { ticks(count: 5000, size: 20000) }');
  socket.ws.pause();
  await expect.poll(() => ticks.made).toBeGreaterThan(10);
  const started = performance.now();
  await server.close();
  expect(performance.now() - started).toBeLessThan(1000);
  expect(ticks.readers).toBe(0);
});

test('closing again changes nothing', async () => {
  const { server } = await startServer();
  await server.close();
  await server.close();
});

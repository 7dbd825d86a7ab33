import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { activate, activations } from '../e2e/activations.support.ts';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import { openTestGateway, startTestGateway, startTestSandbox } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { connectSocket } from '../support/websocket.ts';
import { startTestTracing } from './tracing.support.ts';

test('a write without an answer is repeated in its trace after a restart', async () => {
  const collector = await startTestTracing();
  const sandbox = await startTestSandbox();
  const env = {
    DATABASE_URL: `sqlite:${join(testDirectory(), 'gateway.db')}`,
    OPERATION_LEASE_MS: '300',
    BILLING_TIMEOUT_MS: '300',
    WRITE_SEND_WITHIN_MS: '300',
  };
  const method = 'CustomerService.Activate';
  sandbox.faults.add({ backend: 'billing', method, effect: { type: 'hang' } });
  const [activation] = activations(sandbox, 1);
  if (!activation) throw new Error('a customer is needed');
  const first = await openTestGateway(sandbox, { env });
  await activate(first.url, sandbox, activation);
  expect(activation.failure).toBe('OUTCOME_UNKNOWN');
  await first.close();
  const mutation = await collector.find(({ name }) => name === 'mutation');
  const isRepeat = ({ name, isError }: { name: string; isError: boolean }): boolean =>
    name === 'repeat write' && !isError;
  expect(collector.spans.some(isRepeat)).toBe(false);
  sandbox.faults.clear();

  const second = await openTestGateway(sandbox, { env });
  onTestFinished(second.close);
  const repeat = await collector.find(isRepeat);
  expect(repeat).toMatchObject({ traceId: mutation.traceId, parentId: mutation.spanId });
  const poll = await collector.find(({ name }) => name === 'poll operation');
  expect(poll).toMatchObject({ traceId: mutation.traceId, parentId: mutation.spanId });
});

test('polls belong to the mutation, not to a request that looks at the operation', async () => {
  const collector = await startTestTracing();
  const { url, sandbox } = await startTestGateway({ sandbox: { operations: { minMs: 400 } } });
  const [activation] = activations(sandbox, 1);
  if (!activation) throw new Error('a customer is needed');
  await activate(url, sandbox, activation);
  await request(url, '{ operations(first: 1) { nodes { id status } } }');
  const query = await collector.find(({ name }) => name === 'query');
  const mutation = await collector.find(({ name }) => name === 'mutation');
  await collector.find(({ name }) => name === 'INSERT operation_entries');
  const polls = collector.spans.filter(({ name }) => name === 'poll operation');
  expect(new Set(polls.map(({ traceId }) => traceId))).toEqual(new Set([mutation.traceId]));
  expect(query.traceId).not.toBe(mutation.traceId);
});

test('each event of a subscription is a span below the subscription', async () => {
  const collector = await startTestTracing();
  const { url } = await startTestGateway();
  const socket = connectSocket(url);
  const query = 'subscription { notificationReceived { __typename } }';
  const events = socket.iterate({ query });
  const first = events.next();
  const send = async (): Promise<void> => {
    const data = Buffer.from('{"customer_id":"C1"}').toString('base64');
    await fetch(new URL('/notifications/push', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: { messageId: crypto.randomUUID(), data } }),
    });
  };
  // The subscription is established at some time after it was sent.
  const sending = setInterval(() => void send(), 50);
  await first;
  clearInterval(sending);
  await events.return?.();
  const subscription = await collector.find(({ name }) => name === 'subscription');
  expect(subscription).toMatchObject({ kind: 2, parentId: '' });
  expect(await collector.find(({ name }) => name === 'subscription event')).toMatchObject({
    traceId: subscription.traceId,
    parentId: subscription.spanId,
  });
});

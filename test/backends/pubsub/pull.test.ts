import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type PullOptions, pullNotifications } from '../../../src/backends/pubsub/pull.ts';
import { pullKey } from '../../../src/backends/pubsub/pull-library.ts';
import { GatewayError } from '../../../src/domain/error.ts';
import type { PubsubMessage, ReceiveMessage } from '../../../src/domain/notification.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { pointTo, startSubscriberServer, subscription } from './subscriber-server.support.ts';

async function startPull(receive: ReceiveMessage, options: Partial<PullOptions> = {}) {
  const log = { info: vi.fn(), warn: vi.fn() };
  const pull = await pullNotifications({ subscription, key: null, receive, log, ...options });
  onTestFinished(() => pull.close());
  return { ...pull, log };
}

/** Records messages; its promises resolve with `stored`. */
function receiver(stored: Promise<void> = Promise.resolve()) {
  const received: PubsubMessage[] = [];
  const receive: ReceiveMessage = async (message) => {
    received.push(message);
    await stored;
  };
  return { received, receive, ids: () => received.map(({ messageId }) => messageId) };
}

test('a message is received once and acknowledged after it is stored', async () => {
  const server = await startSubscriberServer();
  const stored = Promise.withResolvers<void>();
  const { received, receive } = receiver(stored.promise);
  await startPull(receive);
  const data = Buffer.from('{"event_type":"SUBSCRIPTION_RENEWED"}');
  server.publish('1', { data, publishTime: { seconds: 1_614_366_835, nanos: 749_000_000 } });
  await expect.poll(() => received).toHaveLength(1);
  expect(server.acked).toEqual([]);
  stored.resolve();
  await expect.poll(() => server.acked).toEqual(['1']);
  expect(received).toEqual([
    { messageId: '1', publishTime: new Date('2021-02-26T19:13:55.749Z'), data },
  ]);
});

test('missing fields are null and missing data is empty', async () => {
  const server = await startSubscriberServer();
  const { received, receive } = receiver();
  await startPull(receive);
  server.publish('', { attributes: { key: 'value' } });
  await expect.poll(() => received).toHaveLength(1);
  expect(received).toEqual([{ messageId: null, publishTime: null, data: Buffer.alloc(0) }]);
});

test('a message that is not stored is redelivered after a second', async () => {
  const server = await startSubscriberServer();
  const { received, receive } = receiver();
  const failure = new GatewayError('UNAVAILABLE', 'The database is unavailable.');
  const { log } = await startPull(async (message) => {
    await receive(message);
    if (received.length === 1) throw failure;
  });
  const started = performance.now();
  server.publish('1');
  await expect.poll(() => server.nacked, { timeout: 5_000 }).toEqual(['1']);
  expect(performance.now() - started).toBeGreaterThan(990);
  await expect.poll(() => server.acked, { timeout: 5_000 }).toEqual(['1']);
  expect(received).toHaveLength(2);
  expect(log.warn).toHaveBeenCalledOnce();
  expect(log.warn.mock.lastCall?.[0]).toEqual({ err: failure, messageId: '1' });
});

test('a receiver that throws synchronously is handled like one that rejects', async () => {
  const server = await startSubscriberServer();
  const { log, close } = await startPull(() => {
    throw new Error('synchronous');
  });
  server.publish('1');
  await expect.poll(() => log.warn.mock.calls).toHaveLength(1);
  const started = performance.now();
  await close();
  // Closing ends the delay before the nack.
  expect(performance.now() - started).toBeLessThan(900);
  expect(server.acked).toEqual([]);
  expect(server.nacked).toEqual(['1']);
});

test('a broken stream is reopened', async () => {
  const server = await startSubscriberServer();
  const { receive, ids } = receiver();
  const { log } = await startPull(receive);
  server.publish('1');
  await expect.poll(() => server.acked).toEqual(['1']);
  server.breakStream(status.UNAVAILABLE);
  server.publish('2');
  await expect.poll(() => server.acked, { timeout: 5_000 }).toEqual(['1', '2']);
  expect(ids()).toEqual(['1', '2']);
  expect(server.opened).toHaveLength(2);
  expect(log.info.mock.lastCall?.[0].reason).toContain('status 14');
});

test.each([
  ['NOT_FOUND', status.NOT_FOUND],
  ['PERMISSION_DENIED', status.PERMISSION_DENIED],
  ['UNAUTHENTICATED', status.UNAUTHENTICATED],
])('a subscription that fails with %s is reopened after a pause', async (name, code) => {
  const server = await startSubscriberServer();
  server.refuse(code);
  const { receive, ids } = receiver();
  const { log } = await startPull(receive);
  await expect
    .poll(() => log.info.mock.calls)
    .toContainEqual([{ subscription, pauseMs: 1_000 }, expect.any(String)]);
  expect(log.warn.mock.calls).toEqual([
    [{ subscription, code, reason: `test failure ${name}` }, expect.any(String)],
  ]);
  expect(server.opened).toHaveLength(1);
  server.refuse(null);
  server.publish('1');
  await expect.poll(() => server.acked, { timeout: 5_000 }).toEqual(['1']);
  expect(ids()).toEqual(['1']);
});

test('a message being processed is still acknowledged after the subscription fails', async () => {
  const server = await startSubscriberServer();
  const stored = Promise.withResolvers<void>();
  const { received, receive } = receiver(stored.promise);
  const { log } = await startPull(receive);
  server.publish('1');
  await expect.poll(() => received).toHaveLength(1);
  server.breakStream(status.NOT_FOUND);
  await expect.poll(() => log.warn.mock.calls).toHaveLength(1);
  stored.resolve();
  await expect.poll(() => server.acked).toEqual(['1']);
});

test('at most 100 messages are processed at once', async () => {
  const server = await startSubscriberServer();
  const stored = Promise.withResolvers<void>();
  let inFlight = 0;
  let most = 0;
  // The server sends them all at once.
  for (let n = 0; n < 150; n++) server.publish(String(n));
  await startPull(async () => {
    most = Math.max(most, ++inFlight);
    await stored.promise;
    inFlight--;
  });
  await expect.poll(() => inFlight).toBe(100);
  stored.resolve();
  await expect.poll(() => server.acked, { timeout: 5_000 }).toHaveLength(150);
  expect(most).toBe(100);
  expect(server.opened).toMatchObject([{ maxOutstandingMessages: { low: 100 } }]);
});

test('close waits for a message being processed and receives no more', async () => {
  const server = await startSubscriberServer();
  const stored = Promise.withResolvers<void>();
  const { received, receive } = receiver(stored.promise);
  const { close } = await startPull(receive);
  server.publish('1');
  await expect.poll(() => received).toHaveLength(1);
  let isClosed = false;
  const closing = close().then(() => {
    isClosed = true;
  });
  await expect.poll(() => server.isPulled()).toBe(false);
  server.publish('2');
  expect(isClosed).toBe(false);
  stored.resolve();
  await closing;
  expect(server.acked).toEqual(['1']);
  expect(server.nacked).toEqual([]);
  expect(received).toHaveLength(1);
  expect(server.opened).toHaveLength(1);
});

test('close nacks a message that is not stored within five seconds', async () => {
  const server = await startSubscriberServer();
  const { received, receive } = receiver(new Promise(() => {}));
  const { close } = await startPull(receive);
  server.publish('1');
  await expect.poll(() => received).toHaveLength(1);
  const started = performance.now();
  await close();
  expect(performance.now() - started).toBeLessThan(6_500);
  expect(server.acked).toEqual([]);
  expect(server.nacked).toEqual(['1']);
});

test('close does not wait for the pause before a reopen', async () => {
  const server = await startSubscriberServer();
  server.refuse(status.NOT_FOUND);
  const { log, close } = await startPull(receiver().receive);
  await expect.poll(() => log.warn.mock.calls).toHaveLength(1);
  const started = performance.now();
  await close();
  await close();
  expect(performance.now() - started).toBeLessThan(900);
  expect(server.opened).toHaveLength(1);
});

/** A twentieth of the defaults. */
const times = { connectMs: 250, keepaliveMs: 300, keepaliveTimeoutMs: 150 };

test('a connection that is never answered is replaced', async () => {
  const server = await startSubscriberServer();
  const proxy = await startTcpProxy(server.port);
  pointTo(proxy.address);
  proxy.mode = 'MUTE';
  const { receive, ids } = receiver();
  await startPull(receive, { times });
  await expect.poll(() => proxy.accepted).toBe(1);
  proxy.mode = 'PASS';
  server.publish('1');
  await expect.poll(ids, { timeout: 3_000 }).toEqual(['1']);
  await expect.poll(() => proxy.open).toBe(1);
});

test('a connection that was dropped silently is replaced', async () => {
  const server = await startSubscriberServer();
  const proxy = await startTcpProxy(server.port);
  pointTo(proxy.address);
  const { receive, ids } = receiver();
  await startPull(receive, { times });
  await expect.poll(() => server.isPulled()).toBe(true);
  proxy.freeze();
  await expect.poll(() => proxy.accepted, { timeout: 3_000 }).toBe(2);
  await expect.poll(() => server.isPulled()).toBe(true);
  server.publish('1');
  await expect.poll(ids, { timeout: 3_000 }).toEqual(['1']);
});

test('close returns when the server was never reachable', async () => {
  pointTo('127.0.0.1:1');
  const { close } = await startPull(receiver().receive);
  const started = performance.now();
  await close();
  expect(performance.now() - started).toBeLessThan(2_000);
});

test.each([
  'refuses',
  'never answers',
])('a closed pull does not keep the process alive when the server %s connections', async (how) => {
  const proxy = await startTcpProxy(1);
  proxy.mode = how === 'refuses' ? 'REFUSE' : 'MUTE';
  pointTo(proxy.address);
  const script = `
      import { pullNotifications } from './src/backends/pubsub/pull.ts';
      const options = { subscription: '${subscription}', key: null, receive() {} };
      const times = ${JSON.stringify(times)};
      const log = { warn: () => pull.close().then(() => console.log('closed')), info() {} };
      const pull = await pullNotifications({ ...options, times, log });`;
  const node = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 10_000,
  });
  expect((await node).stdout).toContain('closed');
});

test('an invalid key file is rejected', () => {
  expect(() => pullKey({ keyFile: { client_email: 'a@b.example' } })).toThrow(
    'Invalid service account key file: private_key',
  );
});

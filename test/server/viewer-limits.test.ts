import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRateLimit } from '../../src/server/rate-limit.ts';
import { memoryUsage } from '../support/memory.ts';
import { startBroadcast } from './broadcast.support.ts';
import { limits, startServer } from './harness.support.ts';
import { codedErrors, json, send } from './send.support.ts';
import { openSocket } from './sockets.support.ts';

const endless = 'subscription { ticks(count: 1000000, size: 1000000) }';

describe('RATE_LIMIT', () => {
  const limited = { limits: { ...limits, requestsPerMinute: 2 } };
  const body = json({ query: '{ hello }' });

  test('refuses further requests over HTTP with the time to wait', async () => {
    const { url } = await startServer(limited);
    await send(url, { body });
    await send(url, { body });
    const refused = await send(url, { body });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(25);
    expect(codedErrors(refused.text)).toMatchObject([
      {
        message: expect.stringContaining('2 requests per minute'),
        extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: expect.any(Number) },
      },
    ]);
    expect((await send(url.replace('/graphql', '/livez'), { method: 'GET' })).status).toBe(200);
  });

  test('counts requests over WebSocket too', async () => {
    const { url } = await startServer(limited);
    const socket = await openSocket(url);
    for (const id of ['a', 'b', 'c']) socket.subscribe(id, '{ hello }');
    await expect.poll(() => socket.types('c')).toEqual(['error']);
    expect(socket.types('b')).toEqual(['next', 'complete']);
    expect((await send(url, { body })).status).toBe(429);
  });

  test('admits another request after a part of the minute', () => {
    let time = 0;
    const take = createRateLimit(60, () => time);
    for (let n = 0; n < 60; n++) take('ann');
    expect(() => take('ann')).toThrow('60 requests per minute');
    take('bob');
    time += 1000;
    take('ann');
    expect(() => take('ann')).toThrow('60 requests per minute');
  });
});

test('subscriptions of one viewer are counted over sockets and streams', async () => {
  const { url, ticks } = await startServer({ limits: { ...limits, subscriptionsPerViewer: 2 } });
  const first = await openSocket(url);
  const second = await openSocket(url);
  first.ws.pause();
  first.subscribe('a', endless);
  first.subscribe('b', endless);
  await expect.poll(() => ticks.readers).toBe(2);
  second.subscribe('c', endless);
  await expect.poll(() => second.types('c')).toEqual(['next', 'complete']);
  expect(json(second.messages)).toContain('RATE_LIMITED');
  const stream = await send(url, {
    headers: { accept: 'text/event-stream' },
    body: json({ query: endless }),
  });
  expect(stream.text).toContain('RATE_LIMITED');
  first.ws.terminate();
  await expect.poll(() => ticks.readers).toBe(0);
  second.subscribe('d', 'subscription { ticks(count: 1) }');
  await expect.poll(() => second.types('d')).toEqual(['next', 'complete']);
  expect(json(second.messages.at(-2))).toContain('0:');
});

const waiting = { limits: { ...limits, pendingBytes: 12_000_000 } };

describe('clients of one viewer that never read', () => {
  /** Opens connections that send a request and do not read. */
  function openUnread(url: string, query: string): void {
    const { host, port } = new URL(url);
    for (let n = 0; n < 12; n++) {
      const socket = connect(Number(port), '127.0.0.1').pause();
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      const body = json({ query });
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    }
  }

  test('hold at most MAX_PENDING_BYTES over HTTP, and others are answered', async () => {
    const { url } = await startBroadcast(waiting);
    const query = '{ news { text(times: 300000) } }';
    openUnread(url, query);
    const answered = await send(url, { body: json({ query: '{ news { text } }' }) });
    expect(answered.status).toBe(200);
    await expect.poll(() => memoryUsage().external, { timeout: 10_000 }).toBeLessThan(60_000_000);
    const alone = await send(url, { body: json({ query }) });
    expect(alone.text.length).toBeGreaterThan(4_000_000);
  });

  test('hold at most MAX_PENDING_BYTES over WebSocket', async () => {
    const { url, ticks } = await startServer(waiting);
    for (let n = 0; n < 12; n++) {
      const socket = await openSocket(url);
      socket.ws.pause();
      socket.subscribe('t', 'subscription { ticks(count: 1000, size: 4000000) }');
    }
    await expect.poll(() => ticks.made, { timeout: 5000 }).toBeGreaterThanOrEqual(12);
    await expect.poll(() => ticks.readers, { timeout: 5000 }).toBeLessThan(5);
  });
});

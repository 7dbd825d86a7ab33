import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Heartbeat } from '../../src/server/websocket/heartbeat.ts';

/** Milliseconds between pings of one socket. */
const INTERVAL = 12_000;

/** A server that pings its clients when a test advances the time. */
async function startPinging() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const heartbeat = new Heartbeat();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => {
    heartbeat.close();
    vi.useRealTimers();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => heartbeat.add(socket));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function open(options: { autoPong?: boolean } = {}) {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, options);
    const parts = { client, pings: 0 };
    client.on('ping', () => void parts.pings++);
    await once(client, 'open');
    return parts;
  }
  return { server, open };
}

test('clients are pinged within the interval, and those that answer stay connected', async () => {
  const { server, open } = await startPinging();
  const clients = await Promise.all(Array.from({ length: 30 }, () => open()));
  for (let round = 1; round <= 3; round++) {
    const answers = [...server.clients].map((socket) => once(socket, 'pong'));
    vi.advanceTimersByTime(INTERVAL);
    await Promise.all(answers);
    expect(clients.map(({ pings }) => pings)).toEqual(Array(30).fill(round));
  }
});

test('a client that misses a ping is disconnected at its next turn', async () => {
  const { server, open } = await startPinging();
  const [silent, lively] = [await open({ autoPong: false }), await open()];
  const closed = once(silent.client, 'close');
  const answered = once([...server.clients][1] as WebSocket, 'pong');
  vi.advanceTimersByTime(INTERVAL);
  await answered;
  expect(server.clients.size).toBe(2);
  vi.advanceTimersByTime(INTERVAL);
  expect(await closed).toEqual([1006, expect.anything()]);
  expect(lively.client.readyState).toBe(WebSocket.OPEN);
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from '../../src/server/websocket/frame.ts';

test.each([
  0, 125, 126, 65_535, 65_536, 200_000,
])('a client reads a text of %i bytes from one frame', async (bytes) => {
  const text = 'é€'.repeat(bytes / 5).padEnd(bytes - Math.floor(bytes / 5) * 3, '-');
  expect(Buffer.byteLength(text)).toBe(bytes);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void server.close());
  server.on('connection', (_, { socket }) => socket.write(textFrame(text)));
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  const [data, isBinary] = await once(client, 'message');
  expect([String(data), isBinary]).toEqual([text, false]);
});

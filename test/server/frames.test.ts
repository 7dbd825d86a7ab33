import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { writeText } from '../../src/server/websocket/frames.ts';

test('a client receives each text in one frame, with any length and any characters', async () => {
  const texts = ['', 'a', 'a'.repeat(125), 'a'.repeat(126), 'b'.repeat(4_000), 'ü', '€'.repeat(60)];
  texts.push('Иванов 🙂'.repeat(1_000), 'c'.repeat(65_535));
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, connection, head) => {
    sockets.handleUpgrade(request, connection, head, () => {
      for (const text of texts) writeText(connection, text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  const received: string[] = [];
  const all = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (data, isBinary) => {
      received.push(isBinary ? 'binary' : String(data));
      if (received.length === texts.length) resolve();
    });
  });
  await all;
  expect(received).toEqual(texts);
});

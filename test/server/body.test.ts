import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Body, readBody } from '../../src/server/graphql/body.ts';

/** A request whose headers and body are sent as `parts`, once the first of them has arrived. */
async function requestOf(...parts: readonly string[]) {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  const length = Buffer.byteLength(parts.join(''));
  client.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n${parts[0]}`);
  const [request]: IncomingMessage[] = await once(server, 'request');
  if (!request) throw new Error('there is no request');
  // The body of the same packet is parsed after the event.
  await new Promise(setImmediate);
  return { client, request, rest: parts.slice(1) };
}

test('a body that has arrived is read at once', async () => {
  const { request } = await requestOf('{"text":"grün"}');
  expect(readBody(request, 100)).toEqual({ text: '{"text":"grün"}' });
  await once(request, 'end');
});

test('an empty body is read at once', async () => {
  const { request } = await requestOf('');
  expect(readBody(request, 100)).toEqual({ text: '' });
});

test('a body that arrives later is waited for', async () => {
  const { client, request, rest } = await requestOf('ab', 'cd', 'ef');
  const body = readBody(request, 100);
  expect(body).toBeInstanceOf(Promise);
  for (const part of rest) client.write(part);
  expect(await body).toEqual({ text: 'abcdef' });
});

test.each([
  ['at once', ['abcdef']],
  ['later', ['ab', 'cdef']],
])('a body that is too long is not read, when it arrives %s', async (_, parts) => {
  const { client, request, rest } = await requestOf(...parts);
  const body = readBody(request, 5);
  for (const part of rest) client.write(part);
  expect(await body).toBe<Body>('TOO_LONG');
});

test.each([
  ['before', true],
  ['while', false],
])('a client that disconnects %s its body is read is gone', async (_, isBefore) => {
  const { client, request } = await requestOf('ab', 'cd');
  const closed = once(request, 'close').catch(() => {});
  if (isBefore) {
    client.destroy();
    await closed;
  }
  const body = readBody(request, 100);
  client.destroy();
  expect(await body).toBe<Body>('CLIENT_GONE');
});

import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { acceptedEncoding, type Encoding } from '../../src/server/graphql/accept-encoding.ts';
import { startServer } from './harness.support.ts';
import { json, send } from './send.support.ts';

const decoders = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes };

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

function post(url: string, query: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    const outgoing = request(url, { method: 'POST', headers: all }, (response) => {
      const { headers: received } = response;
      buffer(response).then((bytes) => resolve({ headers: received, bytes }), reject);
    });
    outgoing.once('error', reject).end(json({ query }));
  });
}

const defaults = loadConfig({}).settings.server;

const large = '{ repeated(size: 50000) }';
const expected = json({ data: { repeated: 'x'.repeat(50_000) } });

test.each<[string, Encoding | 'identity']>([
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate', 'gzip'],
  ['deflate', 'identity'],
  ['', 'identity'],
])('an answer for Accept-Encoding "%s" has the encoding %s', async (accepted, encoding) => {
  const { url } = await startServer();
  const { headers, bytes } = await post(url, large, { 'accept-encoding': accepted });
  expect(headers['content-encoding'] ?? 'identity').toBe(encoding);
  expect(headers.vary).toBe('Accept-Encoding');
  expect(decoders[encoding](bytes).toString()).toBe(expected);
  if (encoding !== 'identity') expect(bytes.length).toBeLessThan(1_000);
});

test('a small answer is not compressed', async () => {
  const { url } = await startServer();
  const { headers, bytes } = await post(url, '{ hello }', { 'accept-encoding': 'br' });
  expect(headers).toMatchObject({ vary: 'Accept-Encoding' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(bytes.toString()).toBe('{"data":{"hello":"world"}}');
});

test('caches keep the answers of each origin apart too', async () => {
  const origin = 'https://portal.example';
  const { url } = await startServer({
    origins: {
      allowed: [origin, 'https://other.example'],
      loopbackOnly: true,
      loopbackPages: false,
    },
  });
  const { headers } = await post(url, large, { 'accept-encoding': 'br', origin });
  expect(headers.vary?.toLowerCase().split(/, */).toSorted()).toEqual([
    'accept-encoding',
    'origin',
  ]);
  expect(headers['content-encoding']).toBe('br');
});

test('events are sent as they are, each at once', async () => {
  const { url } = await startServer();
  const { headers, text } = await send(url, {
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' },
    body: json({ query: 'subscription { ticks(count: 3, size: 5000) }' }),
  });
  expect(headers['content-encoding']).toBe('none');
  expect(text.match(/event: next/g)).toHaveLength(3);
});

test('answers are sent as they are while two others are being compressed', async () => {
  const { url } = await startServer();
  const query = '{ repeated(size: 3000000) }';
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => post(url, query, { 'accept-encoding': 'gzip' })),
  );
  const encodings = answers.map(({ headers }) => headers['content-encoding'] ?? 'identity');
  expect(new Set(encodings)).toEqual(new Set(['gzip', 'identity']));
  for (const [index, { bytes }] of answers.entries()) {
    const plain = encodings[index] === 'gzip' ? gunzipSync(bytes) : bytes;
    expect(plain.length).toBe(3_000_000 + '{"data":{"repeated":""}}'.length);
  }
});

test('COMPRESSION=false sends every answer as it is', async () => {
  const { url } = await startServer({ compression: false });
  const { headers } = await post(url, large, { 'accept-encoding': 'br' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers.vary).toBeUndefined();
});

test.each<[string | null, Encoding | null]>([
  [null, null],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['gzip;q=0', null],
  ['identity, gzip;q=0.5', null],
  ['GZIP', 'gzip'],
  ['gzip;q=x', null],
])('Accept-Encoding %j selects %s', (header, encoding) => {
  expect(acceptedEncoding(header)).toBe(encoding);
});

test('an idle connection stays open for the keep-alive timeout', async () => {
  const { url } = await startServer({ keepAliveTimeoutMs: 100 });
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.write(`GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await closed;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('an idle connection stays open for longer than a load balancer keeps it, by default', async () => {
  const { KEEP_ALIVE_TIMEOUT_MS: keepAliveTimeoutMs } = defaults;
  const { url } = await startServer({ keepAliveTimeoutMs });
  const { headers } = await post(url, '{ hello }', { connection: 'keep-alive' });
  expect(headers['keep-alive']).toBe('timeout=75');
});

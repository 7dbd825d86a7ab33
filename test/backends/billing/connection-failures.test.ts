import {
  constants,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { Metadata, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { billingError, isBillingRefusal } from '../../../src/backends/billing/errors.ts';
import { clientOf, key, scope } from './billing.support.ts';

/** An HTTP/2 server that treats every stream with `serve`; the first argument counts from 1. */
async function startHttp2(serve: (n: number, stream: ServerHttp2Stream) => void) {
  const sessions = new Set<ServerHttp2Session>();
  const received = { calls: 0 };
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.resume();
    stream.once('end', () => serve(++received.calls, stream));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { address: `127.0.0.1:${port}`, received };
}

/** Answers with an empty message, or with one of `size` bytes. */
function answer(stream: ServerHttp2Stream, size = 0): void {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(size, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, Buffer.alloc(size)]));
}

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;
const { NGHTTP2_PROTOCOL_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

test.each([
  ['NO_ERROR', NGHTTP2_NO_ERROR],
  ['PROTOCOL_ERROR', NGHTTP2_PROTOCOL_ERROR],
  ['INTERNAL_ERROR', NGHTTP2_INTERNAL_ERROR],
  ['REFUSED_STREAM', NGHTTP2_REFUSED_STREAM],
  ['ENHANCE_YOUR_CALM', NGHTTP2_ENHANCE_YOUR_CALM],
])('a read whose stream is reset with %s is repeated', async (_, code) => {
  const server = await startHttp2((n, stream) => (n <= 2 ? stream.close(code) : answer(stream)));
  expect(await clientOf(server).getAccount('A1', scope())).toMatchObject({ id: '' });
});

test.each([
  ['NO_ERROR', NGHTTP2_NO_ERROR],
  ['PROTOCOL_ERROR', NGHTTP2_PROTOCOL_ERROR],
  ['INTERNAL_ERROR', NGHTTP2_INTERNAL_ERROR],
  ['ENHANCE_YOUR_CALM', NGHTTP2_ENHANCE_YOUR_CALM],
])('a write whose stream is reset with %s may have begun, and is not repeated', async (_, code) => {
  const server = await startHttp2((_n, stream) => stream.close(code));
  const error: unknown = await clientOf(server)
    .activateCustomer('C1', key, scope())
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', nothingSent: false });
  expect(isBillingRefusal(error)).toBe(false);
  expect(server.received.calls).toBe(1);
});

test('a connection that ends with ENHANCE_YOUR_CALM is not a rate limit of the API', async () => {
  const server = await startHttp2((_n, stream) => {
    stream.session?.goaway(NGHTTP2_ENHANCE_YOUR_CALM);
    stream.session?.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM);
  });
  const write = clientOf(server).activateCustomer('C1', key, scope());
  await expect(write).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('a response of more than 4 MB is not a rate limit, and does not mean that nothing was done', async () => {
  const server = await startHttp2((_n, stream) => answer(stream, 4 * 1024 * 1024 + 1));
  const error: unknown = await clientOf(server)
    .activateCustomer('C1', key, scope())
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
    message: 'The billing API returned a response that is too large.',
    retryable: false,
  });
  expect(isBillingRefusal(error)).toBe(false);
});

test('a call that finds its session closed was not sent', () => {
  const details = 'Failed to start HTTP/2 stream with error The session has been closed';
  const fields = { code: status.INTERNAL, details, metadata: new Metadata() };
  const error = billingError(Object.assign(new Error(details), fields), undefined);
  expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, nothingSent: true });
});

test('calls that start while the server closes the connection are UNAVAILABLE', async () => {
  const server = await startHttp2((n, stream) => {
    if (n % 10 === 0) stream.session?.close();
    answer(stream);
  });
  const client = clientOf(server);
  const results = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, n) => client.getAccount(`${n}`, scope())),
  );
  const codes = results.map((result) =>
    result.status === 'fulfilled' ? 'OK' : result.reason.code,
  );
  expect(codes.filter((code) => code !== 'OK' && code !== 'UNAVAILABLE')).toEqual([]);
  expect(codes).toContain('OK');
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { createLogger } from '../../src/log.ts';
import { event, startPush } from './push-server.support.ts';
import { codedErrors, type Sending } from './send.support.ts';

describe('a request is refused, and nothing received,', () => {
  const megabytes = Array.from({ length: 200 }, () => Buffer.alloc(10_000, 32));
  test.each<[string, Sending, number]>([
    ['when it is a GET', { method: 'GET' }, 405],
    ['when a browser wants a page', { method: 'GET', headers: { accept: 'text/html' } }, 405],
    ['when it is a PUT', { method: 'PUT', body: event }, 405],
    ['when it is an OPTIONS', { method: 'OPTIONS' }, 405],
    ['when it is empty', {}, 400],
    ['when it is 2 MB long', { body: ' '.repeat(2_000_000) }, 413],
    ['when it is 2 MB long, in chunks', { body: megabytes }, 413],
    ['when it is one byte too long', { body: ' '.repeat(1_000_001) }, 413],
    ['when it comes from a web page', { headers: { origin: 'https://evil.example' } }, 403],
    ['when it comes for another name', { headers: { host: 'evil.example' } }, 403],
  ])('%s', async (_, sending, expected) => {
    const { push, received } = await startPush();
    const { status, text, headers } = await push(sending);
    expect(status).toBe(expected);
    const [error] = codedErrors(text);
    expect(error?.extensions).toEqual({
      code: expected === 403 ? 'FORBIDDEN' : 'BAD_USER_INPUT',
      retryable: false,
      requestId: headers['x-request-id'],
    });
    expect(headers.allow).toBe(expected === 405 ? 'POST' : undefined);
    expect(received).toEqual([]);
  });

  test('but not when it is empty and has a message id: then it is a message', async () => {
    const { push, received } = await startPush();
    const headers = { 'x-goog-pubsub-message-id': '77' };
    expect((await push({ headers, body: '' })).status).toBe(204);
    expect(received).toMatchObject([{ messageId: '77', data: Buffer.alloc(0) }]);
  });

  test('but not when it is as long as it may be', async () => {
    const { push, received } = await startPush();
    expect((await push({ body: ' '.repeat(1_000_000) })).status).toBe(204);
    expect(received[0]?.data).toHaveLength(1_000_000);
  });

  test('before its body is there when its token is not right', async () => {
    const verify = async () => ({ reason: 'CLAIMS', problem: 'not the right one' }) as const;
    const receive = vi.fn(async () => {});
    const { pushUrl } = await startPush(undefined, { push: { receive, verify } });
    const { port } = new URL(pushUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /notifications/push HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 900000\r\n\r\n{`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
    await once(socket, 'close');
    expect(receive).not.toHaveBeenCalled();
  });
});

describe('a message that is not stored', () => {
  test.each<[string, unknown, number, object]>([
    [
      'for now',
      new GatewayError('UNAVAILABLE', 'The database is away.', { cause: new Error('secret') }),
      503,
      { message: 'The database is away.', extensions: { code: 'UNAVAILABLE', retryable: true } },
    ],
    [
      'for good',
      new GatewayError('INTERNAL_SERVER_ERROR', 'secret'),
      500,
      {
        message: 'The gateway failed to store the message.',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ],
    [
      'because the message is forbidden',
      new GatewayError('UNAUTHENTICATED', 'secret'),
      500,
      {
        message: 'The gateway failed to store the message.',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ],
    [
      'because of a fault',
      new TypeError('secret'),
      500,
      {
        message: 'The gateway failed to store the message.',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ],
    ['because of anything', 'secret', 500, { message: 'The gateway failed to store the message.' }],
  ])('%s is not acknowledged, and the log tells why', async (_, failure, expected, error) => {
    const log = { ...createLogger('silent'), error: vi.fn() };
    const { push } = await startPush(() => Promise.reject(failure), { log });
    const { status, text, headers } = await push({ body: event });
    expect(status).toBe(expected);
    expect(codedErrors(text)).toMatchObject([error]);
    expect(text).not.toContain('secret');
    expect(log.error.mock.calls).toEqual([
      [{ requestId: headers['x-request-id'], err: failure }, 'push not stored'],
    ]);
  });

  test('because the receiver throws on the spot is not acknowledged either', async () => {
    const { push } = await startPush(() => {
      throw new Error('secret');
    });
    expect((await push({ body: event })).status).toBe(500);
  });
});

describe('a sender that goes away', () => {
  test('before its message is there has nothing received', async () => {
    const { push, pushUrl, received } = await startPush();
    const { port } = new URL(pushUrl);
    const head = `POST /notifications/push HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
    for (const rest of [
      'content-length: 10\r\n\r\n{"a":',
      'transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      await new Promise<void>((resolve) => socket.write(head + rest, () => resolve()));
      socket.destroy();
      await once(socket, 'close');
    }
    expect((await push({ body: event })).status).toBe(204);
    expect(received).toHaveLength(1);
  });

  test.each([
    ['part', 9],
    ['all', 1],
  ])('while its token is verified, with %s of its message sent, has nothing received', async (_, length) => {
    const verified = Promise.withResolvers<null>();
    const asked = Promise.withResolvers<void>();
    const receive = vi.fn(async () => {});
    const verify = () => {
      asked.resolve();
      return verified.promise;
    };
    const log = { ...createLogger('silent'), error: vi.fn() };
    const { pushUrl, server } = await startPush(undefined, { push: { receive, verify }, log });
    const socket = connect(Number(new URL(pushUrl).port), '127.0.0.1');
    const head = `POST /notifications/push HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${length}`;
    socket.write(`${head}\r\n\r\n{`);
    await asked.promise;
    socket.destroy();
    // The server has nothing under way any more once it saw the sender go.
    await server.close();
    verified.resolve(null);
    await new Promise((resolve) => setImmediate(resolve));
    expect(receive).not.toHaveBeenCalled();
    expect(log.error).not.toHaveBeenCalled();
  });

  test('while its message is being kept has it kept', async () => {
    const kept = Promise.withResolvers<void>();
    const { pushUrl, received, push } = await startPush(() => kept.promise);
    const { port } = new URL(pushUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /notifications/push HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n\r\n{}',
    );
    await expect.poll(() => received).toHaveLength(1);
    socket.destroy();
    kept.resolve();
    expect((await push({ body: event })).status).toBe(204);
    expect(received).toHaveLength(2);
  });
});

test('a push under way is answered while the gateway stops, a new one is refused', async () => {
  const kept = Promise.withResolvers<void>();
  const { push, received, server } = await startPush(() => kept.promise);
  const answer = push({ body: event });
  await expect.poll(() => received).toHaveLength(1);
  const closing = server.close();
  const refused = await push({ body: event });
  expect(refused.status).toBe(503);
  expect(codedErrors(refused.text)).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  kept.resolve();
  expect((await answer).status).toBe(204);
  await closing;
  expect(received).toHaveLength(1);
});

import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { productDocuments } from '../../src/server/documents/product-documents.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { startServer } from './harness.support.ts';
import { codedErrors, json, send } from './send.support.ts';

const manifest = new Map([
  ['hello', '{ hello }'],
  ['repeat', 'query Repeat($size: Int!) { repeated(size: $size) }'],
  ['ticks', 'subscription Ticks($count: Int!) { ticks(count: $count) }'],
]);
const trusting = { trusted: { manifest, only: true } };

describe('with POST', () => {
  test('a document is executed by its id, with its variables', async () => {
    const { url } = await startServer(trusting);
    const body = json({ documentId: 'repeat', variables: { size: 3 } });
    expect((await send(url, { body })).text).toBe('{"data":{"repeated":"xxx"}}');
  });

  test('a subscription is streamed by its id', async () => {
    const { url } = await startServer(trusting);
    const body = json({ documentId: 'ticks', variables: { count: 2 } });
    for (const accept of ['text/event-stream', 'application/json, text/event-stream']) {
      const { text } = await send(url, { headers: { accept }, body });
      expect(text.match(/event: next/g)).toHaveLength(2);
    }
  });

  test('the id in the extension of Apollo Client is found too', async () => {
    const { url } = await startServer(trusting);
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'hello' } };
    expect((await send(url, { body: json({ extensions }) })).text).toBe(
      '{"data":{"hello":"world"}}',
    );
  });

  test.each([
    ['an unknown id', { documentId: 'other' }, /no trusted document with the id "other"/],
    ['an id that is no string', { documentId: 7 }, /documentId must be a string/],
    ['an id and a document', { documentId: 'hello', query: '{ hello }' }, /either query or/],
    ['a document', { query: '{ hello }' }, /executes trusted documents only/],
    [
      'an unknown hash of Apollo Client',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'other' } } },
      /^PersistedQueryNotSupported$/,
    ],
    ['nothing', {}, /neither query nor documentId/],
  ])('%s is refused with status 400', async (_, body, message) => {
    const { url } = await startServer(trusting);
    for (const accept of ['application/json', 'text/event-stream, */*;q=0.1']) {
      const { status, text } = await send(url, { headers: { accept }, body: json(body) });
      expect(status).toBe(400);
      expect(codedErrors(text)[0]).toMatchObject({
        message: expect.stringMatching(message),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });
});

test('every document is executed unless only trusted ones are', async () => {
  const { url } = await startServer({ trusted: { manifest, only: false } });
  for (const body of [{ query: '{ hello }' }, { documentId: 'hello' }]) {
    expect((await send(url, { body: json(body) })).text).toBe('{"data":{"hello":"world"}}');
  }
});

describe('with GET', () => {
  const get = (url: string, query: Record<string, string>) =>
    send(`${url}?${new URLSearchParams(query)}`, { method: 'GET' });

  test('a document is executed by its id, and caches must not keep the answer', async () => {
    const { url } = await startServer(trusting);
    const { text, headers } = await get(url, {
      documentId: 'repeat',
      variables: json({ size: 2 }),
    });
    expect(text).toBe('{"data":{"repeated":"xx"}}');
    expect(headers['cache-control']).toBe('no-store');
  });

  test('caches may keep the answer for each token when the gateway allows it', async () => {
    const { url } = await startServer({ ...trusting, documentMaxAgeMs: 60_000 });
    const { headers } = await get(url, { documentId: 'hello' });
    expect(headers['cache-control']).toBe('public, max-age=60');
    expect(headers.vary).toContain('Authorization');
  });

  test('caches do not keep errors', async () => {
    const { url } = await startServer({ ...trusting, documentMaxAgeMs: 60_000 });
    const { headers } = await get(url, { documentId: 'other' });
    expect(headers['cache-control']).toBeUndefined();
  });

  test('a document is refused where only trusted ones are executed', async () => {
    const { url } = await startServer(trusting);
    const { status, text } = await get(url, { query: '{ hello }' });
    expect(status).toBe(400);
    expect(text).toContain('trusted documents only');
  });
});

describe('over a WebSocket', () => {
  async function messagesFor(payload: object): Promise<Record<string, unknown>[]> {
    const { url } = await startServer(trusting);
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const received: Record<string, unknown>[] = [];
    socket.on('open', () => socket.send(json({ type: 'connection_init' })));
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => resolve());
      socket.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'connection_ack') {
          socket.send(json({ id: '1', type: 'subscribe', payload }));
          return;
        }
        received.push(message);
        if (message.type !== 'next') socket.close();
      });
    });
    return received;
  }

  test.each([
    ['alone', {}],
    ['with an empty query, as clients of graphql-ws send it', { query: '' }],
  ])('a subscription is started by its id %s', async (_, extra) => {
    const received = await messagesFor({ documentId: 'ticks', variables: { count: 2 }, ...extra });
    expect(received.map(({ type }) => type)).toEqual(['next', 'next', 'complete']);
  });

  test('an unknown id is an error of the operation', async () => {
    const received = await messagesFor({ documentId: 'other' });
    expect(received).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });
});

describe('the documents that come with the gateway', () => {
  const gateway = sharedTestGateway({ env: { DOCUMENTS: 'trusted' } });

  test('are trusted by the hash of their text', async () => {
    const customers = productDocuments().find(({ name }) => name === 'Customers');
    const { text } = await send(gateway().url, {
      body: json({ documentId: customers?.id, variables: { first: 1 } }),
    });
    expect(JSON.parse(text).data.customers.nodes).toHaveLength(1);
  });

  test('have a description each', () => {
    for (const { name, description } of productDocuments()) {
      expect(description, name).not.toBe('');
    }
  });
});

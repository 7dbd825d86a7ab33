import { describe, expect, test } from 'vitest';
import { startServer } from './harness.support.ts';
import { codedErrors, json, send } from './send.support.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';

describe('the type of an answer', () => {
  test.each([
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['Application/JSON', JSON_TYPE],
    ['application/graphql-response+json', RESPONSE_TYPE],
    ['application/graphql-response+json, application/json;q=0.9', RESPONSE_TYPE],
    ['application/json, application/graphql-response+json', JSON_TYPE],
    ['application/json;charset=utf-8', JSON_TYPE],
    ['image/png, application/json', JSON_TYPE],
    ['application/graphql-response+json, text/event-stream, multipart/mixed', RESPONSE_TYPE],
  ])('for Accept %s is %s', async (accept, expected) => {
    const { url } = await startServer();
    const headers = accept === undefined ? {} : { accept };
    const {
      status,
      headers: received,
      text,
    } = await send(url, {
      headers,
      body: json({ query: '{ hello }' }),
    });
    expect(status).toBe(200);
    expect(received['content-type']).toBe(expected);
    expect(received['content-length']).toBe(String(text.length));
    expect(text).toBe('{"data":{"hello":"world"}}');
  });

  test('is a stream when nothing else is accepted', async () => {
    const { url } = await startServer();
    const { headers, text } = await send(url, {
      headers: { accept: 'text/event-stream' },
      body: json({ query: '{ hello }' }),
    });
    expect(headers['content-type']).toContain('text/event-stream');
    expect(text).toContain('{"data":{"hello":"world"}}');
  });
});

describe('the status of an invalid document', () => {
  test.each([
    ['application/json', 200],
    ['application/graphql-response+json', 400],
  ])('for a client that accepts %s is %i', async (accept, expected) => {
    const { url } = await startServer();
    for (const query of ['{ hullo }', '{', 'query A { hello } query B { hello }']) {
      const { status, text } = await send(url, { headers: { accept }, body: json({ query }) });
      expect(status).toBe(expected);
      expect(codedErrors(text)[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('a body that is not a request', () => {
  test.each([
    ['', 'The body is not valid JSON.'],
    ['{', 'The body is not valid JSON.'],
    ['null', 'The body must be a JSON object.'],
    ['[]', 'The body must be a JSON object.'],
    ['[{"query":"{ hello }"}]', 'The body must be a JSON object.'],
    ['"{ hello }"', 'The body must be a JSON object.'],
    ['{}', 'The request has neither query nor documentId.'],
    ['{"query":null}', 'The request has neither query nor documentId.'],
    ['{"query":1}', 'query must be a string.'],
    ['{"query":"{ hello }","operationName":1}', 'operationName must be a string.'],
    ['{"query":"{ hello }","variables":"{}"}', 'variables must be an object.'],
    ['{"query":"{ hello }","variables":[]}', 'variables must be an object.'],
    ['{"query":"{ hello }","extensions":1}', 'extensions must be an object.'],
    [
      '{"query":"{ hello }","vars":{}}',
      'The body has an unexpected parameter "vars"; send query or documentId, operationName, variables and extensions.',
    ],
  ])('%j is rejected with what is wrong', async (body, message) => {
    const { url } = await startServer();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { status, text } = await send(url, { headers: { accept }, body });
      expect(status).toBe(400);
      expect(codedErrors(text)).toMatchObject([
        { message, extensions: { code: 'BAD_USER_INPUT', retryable: false } },
      ]);
    }
  });

  test('parameters that are null count as missing', async () => {
    const { url } = await startServer();
    const body = json({ query: '{ hello }', variables: null, operationName: null, vars: null });
    expect((await send(url, { body })).text).toBe('{"data":{"hello":"world"}}');
  });
});

test('a body that grows past the limit is refused with 413', async () => {
  const { url } = await startServer();
  const { status, text } = await send(url, {
    headers: { 'transfer-encoding': 'chunked' },
    body: Array.from({ length: 20 }, () => Buffer.alloc(10_000, ' ')),
  });
  expect(status).toBe(413);
  expect(codedErrors(text)[0]?.message).toBe('The body is longer than 100000 bytes.');
});

test('a subscription whose client accepts JSON too is streamed', async () => {
  const { url } = await startServer();
  const { headers, text } = await send(url, {
    headers: { accept: 'application/json, text/event-stream' },
    body: json({ query: 'subscription ($n: Int!) { ticks(count: $n) }', variables: { n: 3 } }),
  });
  expect(headers['content-type']).toContain('text/event-stream');
  expect(text.match(/event: next/g)).toHaveLength(3);
});

import { expect, test } from 'vitest';
import { startServer } from './harness.support.ts';
import { json, type Sending, send } from './send.support.ts';

const origin = 'https://app.example';
const query = json({ query: '{ hello }' });
const html = { accept: 'text/html' };
const stream = { accept: 'text/event-stream' };

const requests: readonly (readonly [string, string, Sending, number])[] = [
  ['an answer', '/graphql', { body: query }, 200],
  ['an answer for a page', '/graphql', { body: query, headers: { origin } }, 200],
  ['an answer to an invalid body', '/graphql', { body: '{' }, 400],
  ['an answer of Yoga', '/graphql?query=%7Bhello%7D', { method: 'GET' }, 200],
  ['a stream', '/graphql', { body: query, headers: stream }, 200],
  ['a preflight', '/graphql', { method: 'OPTIONS', headers: { origin } }, 204],
  ['GraphiQL', '/graphql', { method: 'GET', headers: html }, 200],
  ['a refusal', '/graphql', { body: query, headers: { 'content-type': 'text/plain' } }, 415],
  ['an unknown path', '/unknown', { method: 'GET' }, 404],
  ['a liveness check', '/livez', { method: 'GET' }, 200],
  ['a readiness check', '/readyz', { method: 'GET' }, 200],
];

test.each(requests)('%s has the id of its request', async (_, path, sending, status) => {
  const origins = { allowed: [origin], loopbackOnly: true, loopbackPages: false };
  const { url } = await startServer({ origins });
  const target = new URL(path, url).href;
  const headers = { ...sending.headers, 'x-request-id': 'r-1' };
  const sent = await send(target, { ...sending, headers });
  expect(sent.status).toBe(status);
  expect(sent.headers['x-request-id']).toBe('r-1');
  const { headers: other } = await send(target, sending);
  expect(other['x-request-id']).toMatch(/^[\da-f-]{36}$/);
});

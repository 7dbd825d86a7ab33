import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PUSH_PATH } from '../../src/server/routes.ts';
import { audience, issuer, now, startIssuer, tokenOf } from '../server/push-issuer.support.ts';
import { send } from '../server/send.support.ts';
import { startTestGateway } from '../support/gateway.ts';
import { connectSocket, subscribe } from '../support/websocket.ts';

async function startGuarded(more: Record<string, string> = {}) {
  const { trusted } = await startIssuer();
  const { url } = await startTestGateway({
    env: {
      AUTH: 'jwt',
      AUTH_JWKS_URL: trusted.jwksUrl,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
      ...more,
    },
  });
  const ask = async (query: string, token?: string) => {
    const headers = { host: 'gateway.example', ...(token && { authorization: `Bearer ${token}` }) };
    const { status, text } = await send(url, { headers, body: JSON.stringify({ query }) });
    return { status, ...JSON.parse(text) };
  };
  return { url, ask };
}

const suspend = `mutation { suspendCustomer(input: { customer: "x", confirm: true }) {
  __typename ... on Error { code } } }`;

test('with a token a caller is who the token says, without one nobody', async () => {
  const { ask } = await startGuarded();
  const query = '{ viewer { subject rights } }';
  expect(await ask(query, await tokenOf({ sub: 'ann' }))).toMatchObject({
    status: 200,
    data: { viewer: { subject: 'ann', rights: ['READ', 'WRITE'] } },
  });
  expect(await ask(query)).toMatchObject({
    status: 401,
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});

test('a token without the scope for it runs no mutation', async () => {
  const { ask } = await startGuarded({ AUTH_WRITE_SCOPE: 'portal.write' });
  const link = `mutation { linkCustomer(input: { billing: { customerId: "c" },
    resellerCustomer: { id: "g" } }) { __typename } }`;
  expect((await ask(link, await tokenOf())).data).toEqual({
    linkCustomer: { __typename: 'PermissionError' },
  });
  const may = await tokenOf({ scope: 'portal.write' });
  expect((await ask(suspend, may)).data).toMatchObject({
    suspendCustomer: { __typename: 'ValidationError' },
  });
});

test('a socket is opened with a token, and closed as forbidden when that expires', async () => {
  const { url } = await startGuarded();
  const refused = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  refused.once('open', () => refused.send('{"type":"connection_init"}'));
  expect((await once(refused, 'close'))[0]).toBe(4403);

  // Within the tolerance of the clocks, which is 30 seconds.
  const token = await tokenOf({ exp: now() - 28 });
  const closed = Promise.withResolvers<unknown>();
  const client = connectSocket(url, {
    connectionParams: { authorization: `Bearer ${token}` },
    on: { closed: closed.resolve },
  });
  const events = subscribe<object, Record<string, never>>(
    client,
    'subscription { operationsUpdated { id } }',
    {},
  );
  events.next().catch(() => {});
  expect(await closed.promise).toMatchObject({ code: 4403 });
});

test('a stream over HTTP is cut off when its token expires', async () => {
  const { url } = await startGuarded();
  const token = await tokenOf({ exp: now() - 28 });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: 'subscription { operationsUpdated { id } }' }),
  });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test('where not everyone may ask, nobody may push who is not configured', async () => {
  const { url } = await startGuarded();
  const body = JSON.stringify({ message: { messageId: '1', data: '' } });
  const push = new URL(PUSH_PATH, url).href;
  const headers = { authorization: `Bearer ${await tokenOf()}` };
  expect((await send(push, { body, headers })).status).toBe(401);
});

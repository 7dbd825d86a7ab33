import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rawGet, restClient, subscriptionPath, testSandbox } from './sandbox.support.ts';

async function start(options = {}) {
  const sandbox = await testSandbox(options);
  return { sandbox, rest: restClient(sandbox) };
}

const customer = 'customers/flexible.example';

describe('errors', () => {
  test("have the format of Google's JSON APIs", async () => {
    const { rest } = await start();
    const { status, json, headers } = await rest('GET', 'customers/nobody.example');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/json; charset=UTF-8');
    const message = 'Customer not found: nobody.example';
    expect(json).toEqual({
      error: {
        code: 404,
        message,
        errors: [{ message, domain: 'global', reason: 'notFound' }],
        status: 'NOT_FOUND',
      },
    });
  });

  test('have no errors[] in the newer format', async () => {
    const { rest } = await start();
    const { json } = await rest('GET', 'customers/nobody.example?$.xgafv=2');
    expect(json.error).not.toHaveProperty('errors');
    expect(json.error.status).toBe('NOT_FOUND');
  });

  test.each([
    ['an unknown path', 'GET', 'nothing', 404, 'notFound'],
    ['a path outside the API', 'GET', '/', 404, 'notFound'],
    ['a trailing slash', 'GET', `${customer}/`, 404, 'notFound'],
    ['a verb that the path does not support', 'DELETE', customer, 405, 'httpMethodNotAllowed'],
    ['an unknown parameter', 'GET', `${customer}?maxResults=1`, 400, 'invalidParameter'],
    ['an unsupported format', 'GET', `${customer}?alt=proto`, 400, 'invalidParameter'],
    ['a page size of 0', 'GET', 'subscriptions?maxResults=0', 400, 'invalidParameter'],
    ['a page size of 101', 'GET', 'subscriptions?maxResults=101', 400, 'invalidParameter'],
    [
      'a page size that is not a number',
      'GET',
      'subscriptions?maxResults=x',
      400,
      'invalidParameter',
    ],
    ['a forged page token', 'GET', 'subscriptions?pageToken=MA', 400, 'invalidParameter'],
    ['no service account', 'POST', 'resellernotify/register', 400, 'required'],
  ])('%s is rejected', async (_, verb, path, status, reason) => {
    const { rest } = await start();
    const response = await rest(verb, path);
    expect(response.status).toBe(status);
    expect(response.json.error.errors[0].reason).toBe(reason);
  });

  test.each([
    ['invalid JSON', '{"a":', 'parseError', 'Parse Error'],
    ['an unknown name', '{"foo":1}', 'badRequest', 'Unknown name "foo": Cannot find field.'],
    ['a nested unknown name', '{"postalAddress":{"x":1}}', 'badRequest', `at 'postal_address'`],
    ['a wrong type', '{"customerDomain":1}', 'badRequest', "at 'customer_domain'"],
    ['a wrong enum value', '{"customerType":"king"}', 'badRequest', "at 'customer_type'"],
    ['a list', '[]', 'badRequest', 'Invalid JSON payload'],
  ])('%s in a body is rejected', async (_, body, reason, message) => {
    const { rest } = await start();
    const { status, json } = await rest('POST', 'customers', body);
    expect(status).toBe(400);
    expect(json.error.errors[0].reason).toBe(reason);
    expect(json.error.message).toContain(message);
  });

  test('a body is rejected for methods without one', async () => {
    const { rest } = await start();
    const account = { serviceAccountEmailAddress: 'a@b.example' };
    const { status } = await rest('POST', 'resellernotify/register', account);
    expect(status).toBe(400);
  });
});

describe('standard parameters', () => {
  test('are accepted on every method', async () => {
    const { rest } = await start();
    const all = [
      ...['$.xgafv=1', 'access_token=t', 'alt=json', 'callback=c', 'fields=*', 'key=k'],
      ...['oauth_token=t', 'prettyPrint=true', 'quotaUser=q', 'uploadType=u', 'upload_protocol=p'],
    ].join('&');
    expect((await rest('GET', `${customer}?${all}`)).status).toBe(200);
  });

  test('prettyPrint is on by default', async () => {
    const { rest } = await start();
    const pretty = await rest('GET', customer);
    const compact = await rest('GET', `${customer}?prettyPrint=false`);
    expect(pretty.text).toContain('\n  "customerId"');
    expect(compact.text).not.toContain('\n');
    expect(compact.json).toEqual(pretty.json);
  });

  test('fields selects nested fields and fields of list items', async () => {
    const { rest } = await start();
    const fields = 'nextPageToken,subscriptions(skuId,subscriptionId,plan(planName))';
    const { json } = await rest('GET', `subscriptions?maxResults=2&fields=${fields}`);
    expect(Object.keys(json).sort()).toEqual(['nextPageToken', 'subscriptions']);
    for (const subscription of json.subscriptions) {
      expect(Object.keys(subscription).sort()).toEqual(['plan', 'skuId', 'subscriptionId']);
      expect(Object.keys(subscription.plan)).toEqual(['planName']);
    }
  });

  test.each([
    ['customerId', ['customerId']],
    ['customerId,kind', ['kind', 'customerId']],
    ['postalAddress/countryCode', ['postalAddress']],
    ['postalAddress(countryCode,locality),kind', ['kind', 'postalAddress']],
    ['postalAddress/*', ['postalAddress']],
  ])('fields=%s', async (fields, names) => {
    const { rest } = await start();
    const { json } = await rest('GET', `${customer}?fields=${fields}`);
    expect(Object.keys(json)).toEqual(names);
  });

  test('fields=* selects everything', async () => {
    const { rest } = await start();
    const whole = await rest('GET', customer);
    expect((await rest('GET', `${customer}?fields=*`)).json).toEqual(whole.json);
  });

  test.each([
    'nope',
    'customerId,',
    'postalAddress(',
    'postalAddress/nope',
    'kind/x',
    'a b',
    ')',
  ])('fields=%s is rejected', async (fields) => {
    const { rest } = await start();
    const { status, json } = await rest('GET', `${customer}?fields=${fields}`);
    expect(status).toBe(400);
    expect(json.error.errors[0]).toMatchObject({ reason: 'invalidParameter', location: 'fields' });
  });

  test('an invalid mask is rejected before any change', async () => {
    const { rest } = await start();
    const path = await subscriptionPath(rest, 'flexible.example');
    expect((await rest('POST', `${path}/suspend?fields=nope`)).status).toBe(400);
    expect((await rest('GET', path)).json.status).toBe('ACTIVE');
  });
});

describe('compression', () => {
  test.each([
    ['both headers', { 'accept-encoding': 'gzip', 'user-agent': 'client (gzip)' }, true],
    ['no gzip in User-Agent', { 'accept-encoding': 'gzip', 'user-agent': 'client' }, false],
    ['no Accept-Encoding', { 'user-agent': 'client (gzip)' }, false],
  ])('%s', async (_, headers, compressed) => {
    const { sandbox } = await start();
    const url = `${sandbox.resellerUrl}apps/reseller/v1/${customer}`;
    const response = await rawGet(url, headers);
    expect(response.headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
    const text = (compressed ? gunzipSync(response.body) : response.body).toString();
    expect(JSON.parse(text).customerDomain).toBe('flexible.example');
  });
});

describe('authorization', () => {
  test('any token or no token is accepted by default', async () => {
    const { rest } = await start();
    const headers = { authorization: 'Bearer whatever' };
    expect((await rest('GET', customer, undefined, headers)).status).toBe(200);
  });

  test.each([
    ['the token', { authorization: 'Bearer secret' }, '', 200, undefined],
    ['the token as a parameter', {}, '?access_token=secret', 200, undefined],
    ['the older parameter', {}, '?oauth_token=secret', 200, undefined],
    ['another token', { authorization: 'Bearer other' }, '', 401, 'authError'],
    ['another scheme', { authorization: 'Basic secret' }, '', 401, 'authError'],
    ['no token', {}, '', 401, 'required'],
  ])('a sandbox with a token checks %s', async (_, headers, query, status, reason) => {
    const { rest } = await start({ token: 'secret' });
    const response = await rest('GET', `${customer}${query}`, undefined, headers);
    expect(response.status).toBe(status);
    expect(response.json.error?.errors[0].reason).toBe(reason);
    expect(response.json.error?.status).toBe(status === 401 ? 'UNAUTHENTICATED' : undefined);
  });
});

describe('resellernotify', () => {
  test('registers, lists and unregisters a service account', async () => {
    const { rest } = await start();
    expect((await rest('GET', 'resellernotify/getwatchdetails')).json).toEqual({});
    const query = 'serviceAccountEmailAddress=push%40p.example';
    const { json } = await rest('POST', `resellernotify/register?${query}`);
    expect(json.topicName).toMatch(/^projects\/partner-watch\/topics\/C0\w{7}$/);
    expect((await rest('GET', 'resellernotify/getwatchdetails')).json).toEqual({
      serviceAccountEmailAddresses: ['push@p.example'],
      topicName: json.topicName,
    });
    expect((await rest('POST', `resellernotify/unregister?${query}`)).json).toEqual(json);
    expect((await rest('GET', 'resellernotify/getwatchdetails')).json).toEqual({});
  });
});

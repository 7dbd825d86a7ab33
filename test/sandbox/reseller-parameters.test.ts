import { describe, expect, test } from 'vitest';
import { startReseller } from './reseller.support.ts';

const customer = 'customers/flexible.example';
const fields = 'customerId,postalAddress(countryCode)';

describe('system parameters', () => {
  test('are accepted with and without $, encoded or not', async () => {
    const { rest } = await startReseller();
    const queries = [
      ...[`fields=${fields}`, `$fields=${fields}`, `%24fields=${fields}`],
      `$.xgafv=1&$alt=json&$prettyPrint=false&$key=k&$quotaUser=q&$userProject=p&$fields=${fields}`,
      `userProject=p&quotaUser=q&key=k&uploadType=u&upload_protocol=p&fields=${fields}`,
    ];
    for (const query of queries) {
      const { status, json } = await rest('GET', `${customer}?${query}`);
      expect([query, status, Object.keys(json)]).toEqual([
        ...[query, 200],
        ['customerId', 'postalAddress'],
      ]);
    }
  });

  test('are accepted as headers, and the query wins', async () => {
    const { rest } = await startReseller();
    const headers = {
      'x-goog-fieldmask': fields,
      'x-goog-api-key': 'k',
      'x-goog-user-project': 'p',
      'x-goog-quota-user': 'q',
    };
    const masked = await rest('GET', customer, undefined, headers);
    expect(Object.keys(masked.json)).toEqual(['customerId', 'postalAddress']);
    const both = await rest('GET', `${customer}?fields=kind`, undefined, headers);
    expect(both.json).toEqual({ kind: 'reseller#customer' });
  });

  test.each([
    ['$.xgafv=3', '$.xgafv'],
    ['$.xgafv=x', '$.xgafv'],
    ['alt=media', 'alt'],
    ['$alt=xml', 'alt'],
    ['prettyPrint=maybe', 'prettyPrint'],
    [`quotaUser=${'q'.repeat(41)}`, 'quotaUser'],
    ['callback=alert(1)', 'callback'],
    ['$fields=nothing', 'fields'],
  ])('%s is invalid', async (query, location) => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', `${customer}?${query}`);
    expect(json.error).toMatchObject({
      code: 400,
      status: 'INVALID_ARGUMENT',
      errors: [{ reason: 'invalidParameter', location, locationType: 'parameter' }],
    });
  });

  test.each(['$nothing=1', 'xgafv=2', '$customerId=C1'])('%s is unknown', async (query) => {
    const { rest } = await startReseller();
    expect((await rest('GET', `${customer}?${query}`)).status).toBe(400);
  });

  test('callback returns a script, also for errors', async () => {
    const { rest } = await startReseller();
    const found = await rest('GET', `${customer}?callback=app.show&prettyPrint=false&fields=kind`);
    expect(found.headers.get('content-type')).toBe('text/javascript; charset=UTF-8');
    expect(found.text).toBe('// API callback\napp.show({"kind":"reseller#customer"});');
    const missing = await rest('GET', 'customers/nobody.example?callback=show');
    expect(missing.status).toBe(200);
    expect(missing.text).toMatch(/^\/\/ API callback\nshow\(\{.*"code": 404.*\}\);$/s);
  });
});

describe('X-HTTP-Method-Override', () => {
  test('turns a POST with a form into a GET with its query', async () => {
    const { rest } = await startReseller();
    const query = `customerNamePrefix=flexible&maxResults=1&fields=subscriptions(skuId)`;
    const { status, json } = await rest('POST', 'subscriptions', query, {
      'x-http-method-override': 'GET',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(status).toBe(200);
    expect(json).toEqual({ subscriptions: [{ skuId: '1010020028' }] });
  });

  test('turns a POST into a PATCH or DELETE', async () => {
    const { rest, path } = await startReseller();
    const patched = await rest(
      ...(['POST', customer, { phoneNumber: '+49 40 1234567' }] as const),
      { 'x-http-method-override': 'patch' },
    );
    expect(patched.json.phoneNumber).toBe('+49 40 1234567');
    const addOn = await path('several-products', '1010470001');
    const headers = { 'x-http-method-override': 'DELETE' };
    const deleted = await rest('POST', `${addOn}?deletionType=cancel`, undefined, headers);
    expect(deleted.status).toBe(204);
  });

  test('of a verb that the path does not have is refused, and a GET is not overridden', async () => {
    const { rest } = await startReseller();
    const headers = { 'x-http-method-override': 'DELETE' };
    expect((await rest('POST', customer, {}, headers)).status).toBe(405);
    expect((await rest('GET', customer, undefined, headers)).status).toBe(200);
  });
});

describe('errors in format 2', () => {
  const errorInfo = 'type.googleapis.com/google.rpc.ErrorInfo';

  test('have details instead of errors', async () => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', 'customers/nobody.example?$.xgafv=2');
    expect(json.error).toEqual({
      code: 404,
      message: 'Customer not found: nobody.example',
      status: 'NOT_FOUND',
      details: [{ '@type': errorInfo, reason: 'notFound', domain: 'global' }],
    });
  });

  test('name the invalid field', async () => {
    const { rest } = await startReseller({ errorFormat: '2' });
    const { json } = await rest('GET', 'subscriptions?maxResults=0');
    expect(json.error.details).toMatchObject([
      { reason: 'invalidParameter' },
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'maxResults' }],
      },
    ]);
  });

  test('can be the default, which a request overrides', async () => {
    const { rest } = await startReseller({ errorFormat: '2' });
    const second = await rest('GET', 'customers/nobody.example');
    expect(second.json.error).not.toHaveProperty('errors');
    const first = await rest('GET', 'customers/nobody.example?$.xgafv=1');
    expect(first.json.error).toMatchObject({ errors: [{ reason: 'notFound' }] });
    expect(first.json.error).not.toHaveProperty('details');
  });

  test.each<[string, number, string, object]>([
    ['accessNotConfigured', 403, 'SERVICE_DISABLED', { service: 'reseller.googleapis.com' }],
    ['insufficientPermissions', 403, 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', {}],
    ['rateLimitExceeded', 403, 'RATE_LIMIT_EXCEEDED', { quota_limit: expect.any(String) }],
    ['quotaExceeded', 429, 'RATE_LIMIT_EXCEEDED', { quota_limit: expect.any(String) }],
  ])('of a fault with %s are those of the API platform', async (reason, status, info, metadata) => {
    const { rest } = await startReseller({
      errorFormat: '2',
      faults: [{ effect: { type: 'http', status, reason } }],
    });
    const { json } = await rest('GET', customer);
    expect(json.error.details).toMatchObject([
      { '@type': errorInfo, reason: info, domain: 'googleapis.com', metadata },
    ]);
  });
});

describe('without a token', () => {
  test('calls are refused as the vendor does', async () => {
    const { rest } = await startReseller({ anonymous: false });
    const { status, json, headers } = await rest('GET', customer);
    expect(status).toBe(401);
    expect(json.error).toMatchObject({
      code: 401,
      status: 'UNAUTHENTICATED',
      errors: [{ reason: 'required', location: 'Authorization', locationType: 'header' }],
    });
    expect(headers.get('www-authenticate')).toContain('Bearer');
    const second = await rest('GET', `${customer}?$.xgafv=2`);
    expect(second.json.error.details).toMatchObject([{ reason: 'CREDENTIALS_MISSING' }]);
    const empty = await rest('GET', customer, undefined, { authorization: 'Basic abc' });
    expect(empty.json.error).toMatchObject({ code: 401, errors: [{ reason: 'authError' }] });
  });

  test('any token is accepted, wherever it is', async () => {
    const { rest } = await startReseller({ anonymous: false });
    const header = await rest('GET', customer, undefined, { authorization: 'Bearer sandbox' });
    expect(header.status).toBe(200);
    for (const query of ['access_token=t', 'oauth_token=t', '$access_token=t']) {
      expect((await rest('GET', `${customer}?${query}`)).status).toBe(200);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { transferTokens } from '../../src/sandbox/seed/special-cases.ts';
import { restClient, testSandbox } from './sandbox.support.ts';

async function start() {
  const sandbox = await testSandbox();
  return { sandbox, rest: restClient(sandbox) };
}

const address = {
  contactName: 'Anna Berg',
  organizationName: 'Neuland',
  postalCode: '20095',
  countryCode: 'DE',
};
const order = {
  customerDomain: 'neuland.example',
  alternateEmail: 'it@elsewhere.example',
  phoneNumber: '+49 40 1234567',
  postalAddress: address,
};

describe('customers.get', () => {
  test('finds a customer by domain and by id', async () => {
    const { rest } = await start();
    const byDomain = await rest('GET', 'customers/flexible.example');
    expect(byDomain.json).toMatchObject({
      kind: 'reseller#customer',
      customerDomain: 'flexible.example',
      customerType: 'domain',
      customerDomainVerified: true,
      postalAddress: { kind: 'customers#address', organizationName: 'Flexible' },
    });
    const byId = await rest('GET', `customers/${byDomain.json.customerId}`);
    expect(byId.json).toEqual(byDomain.json);
  });

  test('decodes percent-encoded paths', async () => {
    const { rest } = await start();
    expect((await rest('GET', 'customers/flexible%2Eexample')).status).toBe(200);
    expect((await rest('GET', 'customers/a%2Fb')).json.error.message).toContain('a/b');
    expect((await rest('GET', 'customers/%E0%A4%A')).status).toBe(400);
  });

  test('returns three fields for a customer that others manage', async () => {
    const { rest } = await start();
    for (const domain of ['fernweh-travel.example', 'direct-bakery.example']) {
      const { status, json } = await rest('GET', `customers/${domain}`);
      expect(status).toBe(200);
      expect(Object.keys(json)).toEqual(['customerId', 'customerDomain', 'customerType']);
    }
  });

  test.each([
    ['nobody.example', 404, 'notFound', 'Customer not found: nobody.example'],
    ['seewind-boats.example', 404, 'notFound', 'Customer not found: seewind-boats.example'],
    ['shared-studio.example', 409, 'conflict', 'Multiple teams exist on this domain'],
  ])('%s is %i %s', async (domain, status, reason, message) => {
    const { rest } = await start();
    const response = await rest('GET', `customers/${domain}`);
    expect(response.status).toBe(status);
    expect(response.json.error).toMatchObject({
      code: status,
      message,
      errors: [{ domain: 'global', reason, message }],
    });
  });

  test('a renamed customer is found under its new name', async () => {
    const { rest } = await start();
    expect((await rest('GET', 'customers/seewind-yachting.example')).status).toBe(200);
  });

  test('optional fields may be missing', async () => {
    const { rest } = await start();
    const { json } = await rest('GET', 'customers/sparse.example');
    expect(json).not.toHaveProperty('phoneNumber');
    expect(json).not.toHaveProperty('postalAddress');
  });
});

describe('customers.insert', () => {
  test('creates a customer', async () => {
    const { rest } = await start();
    const { status, json } = await rest('POST', 'customers', order);
    expect(status).toBe(200);
    expect(json).toMatchObject({ ...order, customerType: 'domain', customerDomainVerified: false });
    expect((await rest('GET', `customers/${json.customerId}`)).json).toEqual(json);
  });

  test('drops an invalid phone number', async () => {
    const { rest } = await start();
    const { status, json } = await rest('POST', 'customers', { ...order, phoneNumber: '123' });
    expect(status).toBe(200);
    expect(json).not.toHaveProperty('phoneNumber');
  });

  test('creates a team with its first administrator', async () => {
    const { rest } = await start();
    const { status, json } = await rest('POST', 'customers', {
      customerType: 'team',
      customerDomain: 'crew.example',
      primaryAdmin: { primaryEmail: 'lead@crew.example' },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ customerType: 'team' });
  });

  const { customerDomain: _, ...withoutDomain } = order;
  const { alternateEmail: __, ...withoutEmail } = order;
  const { postalAddress: ___, ...withoutAddress } = order;
  test.each<[string, object, number, string, string | undefined]>([
    ['no domain', withoutDomain, 400, 'required', 'customerDomain'],
    ['no alternate email', withoutEmail, 400, 'required', 'alternateEmail'],
    ['no address', withoutAddress, 400, 'required', 'postalAddress'],
    [
      'no postal code',
      { ...order, postalAddress: { ...address, postalCode: '' } },
      400,
      'required',
      'postalAddress.postalCode',
    ],
    [
      'a www. domain',
      { ...order, customerDomain: 'www.neu.example' },
      400,
      'invalid',
      'customerDomain',
    ],
    [
      'an alternate email at its own domain',
      { ...order, alternateEmail: 'it@neuland.example' },
      400,
      'invalid',
      'alternateEmail',
    ],
    [
      'a country closed for resale',
      { ...order, postalAddress: { ...address, countryCode: 'KP' } },
      400,
      'invalid',
      'postalAddress.countryCode',
    ],
    [
      'an invalid postal code',
      { ...order, postalAddress: { ...address, postalCode: '!!' } },
      400,
      'invalid',
      'postalAddress.postalCode',
    ],
    [
      'an address line of 256 characters',
      { ...order, postalAddress: { ...address, addressLine1: 'x'.repeat(256) } },
      400,
      'invalid',
      'postalAddress.addressLine1',
    ],
    [
      'a team without administrator',
      { customerType: 'team', customerDomain: 'crew.example' },
      400,
      'required',
      'primaryAdmin.primaryEmail',
    ],
    [
      'a customer that exists',
      { ...order, customerDomain: 'flexible.example' },
      409,
      'duplicate',
      undefined,
    ],
    [
      "another reseller's customer",
      { ...order, customerDomain: 'fernweh-travel.example' },
      409,
      'duplicate',
      undefined,
    ],
  ])('rejects %s', async (_name, body, status, reason, location) => {
    const { rest } = await start();
    const response = await rest('POST', 'customers', body);
    expect(response.status).toBe(status);
    expect(response.json.error.errors[0]).toMatchObject({
      reason,
      ...(location === undefined ? {} : { location }),
    });
  });

  test('transfers a customer only with a valid token', async () => {
    const { rest } = await start();
    const domain = 'fernweh-travel.example';
    const body = { ...order, customerDomain: domain };
    const bad = await rest('POST', 'customers?customerAuthToken=00', body);
    expect(bad.json.error).toMatchObject({ code: 403, errors: [{ reason: 'forbidden' }] });
    const token = transferTokens[domain];
    const good = await rest('POST', `customers?customerAuthToken=${token}`, body);
    expect(good.json).toMatchObject({
      customerDomain: domain,
      alternateEmail: order.alternateEmail,
    });
  });
});

describe('customers.patch and customers.update', () => {
  const path = 'customers/flexible.example';

  test('patch changes the given fields and update replaces all', async () => {
    const { rest } = await start();
    const before = (await rest('GET', path)).json;
    const patch = { alternateEmail: 'new@other.example', postalAddress: { locality: 'Kiel' } };
    const patched = (await rest('PATCH', path, patch)).json;
    expect(patched).toEqual({
      ...before,
      alternateEmail: 'new@other.example',
      postalAddress: { ...before.postalAddress, locality: 'Kiel' },
    });
    const cleared = (await rest('PATCH', path, { phoneNumber: null })).json;
    expect(cleared).not.toHaveProperty('phoneNumber');
    const updated = (await rest('PUT', path, { postalAddress: address })).json;
    expect(updated.postalAddress).toEqual({ kind: 'customers#address', ...address });
    expect(updated).not.toHaveProperty('alternateEmail');
  });

  test('update accepts its own response as the body', async () => {
    const { rest } = await start();
    const before = (await rest('GET', path)).json;
    expect((await rest('PUT', path, before)).json).toEqual(before);
  });

  test('an invalid phone number changes nothing', async () => {
    const { rest } = await start();
    const before = (await rest('GET', path)).json;
    expect((await rest('PATCH', path, { phoneNumber: '123' })).json).toEqual(before);
  });

  test.each([
    ['the type', { customerType: 'team' }, 400, 'invalid'],
    ['the domain', { customerDomain: 'other.example' }, 400, 'invalid'],
    ['the id', { customerId: 'C01' }, 400, 'invalid'],
    ['the email to its own domain', { alternateEmail: 'a@flexible.example' }, 400, 'invalid'],
  ])('%s cannot be changed', async (_, body, status, reason) => {
    const { rest } = await start();
    const response = await rest('PATCH', path, body);
    expect(response.json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });

  test("patch of another reseller's customer is forbidden", async () => {
    const { rest } = await start();
    const response = await rest('PATCH', 'customers/fernweh-travel.example', {});
    expect(response.json.error).toMatchObject({ code: 403, status: 'PERMISSION_DENIED' });
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { Session, waitForOperation } from '@yandex-cloud/nodejs-sdk';
import {
  billingAccountService,
  customer,
  customerService,
} from '@yandex-cloud/nodejs-sdk/billing-v1';
import { apiEndpointService } from '@yandex-cloud/nodejs-sdk/endpoint';
import { iamTokenService } from '@yandex-cloud/nodejs-sdk/iam-v1';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

// The official Node SDK of Yandex Cloud, which insists on TLS, with the sandbox's own certificate.

const { CreateIamTokenRequest } = iamTokenService;

let sandbox: Sandbox;
let address: string;

beforeAll(async () => {
  sandbox = await startSandbox({
    tls: true,
    anonymous: false,
    seed: { customers: 30 },
    operations: { minMs: 1, maxMs: 1, notFoundShare: 0, outcome: 'succeed' },
  });
  address = sandbox.billingAddress;
});

afterAll(() => sandbox.close());

function session(iamToken = 'sandbox'): Session {
  const rootCerts = Buffer.from(sandbox.certificate ?? '');
  return new Session({ iamToken, ssl: { rootCerts }, pollInterval: 10 });
}

describe('the Node SDK of Yandex Cloud', () => {
  test('finds the services through ApiEndpointService', async () => {
    const client = session().client(apiEndpointService.ApiEndpointServiceClient, address);
    const { endpoints } = await client.list({ pageSize: 0, pageToken: '' });
    expect(endpoints.map(({ id }) => id)).toEqual(['billing', 'endpoint', 'iam', 'operation']);
    expect(new Set(endpoints.map((each) => each.address))).toEqual(new Set([address]));
    expect(await client.get({ apiEndpointId: 'billing' })).toMatchObject({
      id: 'billing',
      address,
    });
    await expect(client.get({ apiEndpointId: 'compute' })).rejects.toThrow(/NOT_FOUND/);
  });

  test('lists customers, reads their account and its clouds', async () => {
    const { resellerId } = sandbox;
    const customers = session().client(customerService.CustomerServiceClient, address);
    const page = await customers.list({ resellerId, pageSize: 10, pageToken: '' });
    expect(page.customers).toHaveLength(10);
    const next = await customers.list({ resellerId, pageSize: 10, pageToken: page.nextPageToken });
    expect(next.customers).toHaveLength(10);
    const accounts = session().client(billingAccountService.BillingAccountServiceClient, address);
    for (const { billingAccountId } of page.customers) {
      const account = await accounts.get({ id: billingAccountId });
      expect(account.createdAt).toBeInstanceOf(Date);
      const bindings = await accounts.listBillableObjectBindings({
        ...{ billingAccountId, pageSize: 0, pageToken: '' },
      });
      expect(bindings.billableObjectBindings.length).toBeGreaterThan(0);
      for (const { billableObject, effectiveTime } of bindings.billableObjectBindings) {
        expect(billableObject).toMatchObject({ id: expect.stringMatching(/^b1g/), type: 'cloud' });
        expect(effectiveTime?.getTime()).toBeGreaterThanOrEqual(account.createdAt?.getTime() ?? 0);
      }
    }
    await expect(
      accounts.listBillableObjectBindings({
        ...{ billingAccountId: 'nobody', pageSize: 0, pageToken: '' },
      }),
    ).rejects.toThrow(/NOT_FOUND/);
  });

  test('suspends a customer and waits for the operation', async () => {
    const client = session().client(customerService.CustomerServiceClient, address);
    const [first] = sandbox.store.billing.customersOf(sandbox.resellerId);
    const started = await client.suspend({ customerId: first?.id ?? '' });
    const done = await waitForOperation(started, session(), 5_000, address);
    expect(done.done).toBe(true);
    const response = customer.Customer.decode(done.response?.value ?? new Uint8Array());
    expect(response.id).toBe(first?.id);
    expect(sandbox.store.billing.account(first?.billingAccountId ?? '')?.active).toBe(false);
  });

  test('obtains a token for the JWT of a service account, and calls with it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', kid: 'key' })
      .setIssuer('ajesandboxservice000')
      .setAudience('https://iam.api.cloud.yandex.net/iam/v1/tokens')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    const iam = session().client(iamTokenService.IamTokenServiceClient, address);
    const created = (identity: { jwt?: string; yandexPassportOauthToken?: string }) =>
      iam.create(CreateIamTokenRequest.fromPartial(identity));
    const { iamToken, expiresAt } = await created({ jwt });
    expect(expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
    const accounts = session(iamToken).client(
      billingAccountService.BillingAccountServiceClient,
      address,
    );
    expect((await accounts.list({ pageSize: 1, pageToken: '' })).billingAccounts).toHaveLength(1);
    expect((await created({ yandexPassportOauthToken: 'y0_token' })).iamToken).toMatch(/^t1\./);
    for (const identity of [
      {},
      { jwt: 'a.b.c' },
      { jwt: '' },
      { jwt: jwt.replace(/^[^.]+/, '') },
    ]) {
      await expect(created(identity)).rejects.toThrow(/INVALID_ARGUMENT|UNAUTHENTICATED/);
    }
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { reseller, type reseller_v1 } from 'googleapis/build/src/apis/reseller/index.js';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { startReseller } from '../sandbox/reseller.support.ts';

// Google's own Node client, with its retries, its headers and its reading of errors.

const customerId = 'flexible.example';

/** A client as the documentation creates one, except for the root URL. */
async function startClient(token = 'sandbox') {
  const started = await startReseller({ anonymous: false, token: 'sandbox' });
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: token });
  const client = reseller({
    ...{ version: 'v1', rootUrl: started.sandbox.resellerUrl, auth, retry: false },
  });
  return { ...started, client };
}

/** What the client throws. */
async function failureOf(call: Promise<unknown>) {
  const error = await call.then(
    () => ({}),
    (reason: unknown) => reason,
  );
  const { status, response } = Object(error);
  return { status, errors: response?.data?.error?.errors };
}

describe('the Node client of Google', () => {
  test('walks subscriptions.list to its end', async () => {
    const { client, sandbox } = await startClient();
    const seen: (string | null | undefined)[] = [];
    let pageToken: string | undefined;
    do {
      const { data }: { data: reseller_v1.Schema$Subscriptions } = await client.subscriptions.list({
        maxResults: 30,
        fields: 'nextPageToken,subscriptions(skuId,subscriptionId,plan(planName))',
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      seen.push(...(data.subscriptions ?? []).map(({ subscriptionId }) => subscriptionId));
      pageToken = data.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    const managed = sandbox.store.reseller
      .subscriptions()
      .filter(({ customer }) => customer.managedBy === 'us');
    expect(seen).toEqual(managed.map(({ subscriptionId }) => subscriptionId));
    const [call] = sandbox.calls.recent;
    expect(call?.headers['user-agent']).toMatch(/google-api-nodejs-client\/.* \(gzip\)/);
  });

  test('orders a customer and a subscription, and changes both', async () => {
    const { client } = await startClient();
    const { data: ordered } = await client.customers.insert({
      requestBody: {
        customerDomain: 'new-shop.example',
        alternateEmail: 'it@elsewhere.example',
        primaryAdmin: { primaryEmail: 'boss@new-shop.example' },
        postalAddress: {
          ...{ contactName: 'A', organizationName: 'B', postalCode: '20095', countryCode: 'DE' },
        },
      },
    });
    expect(ordered).not.toHaveProperty('primaryAdmin');
    const id = ordered.customerId ?? '';
    const { data: patched } = await client.customers.patch({
      customerId: id,
      requestBody: { phoneNumber: '+49 40 1234567' },
    });
    expect(patched.phoneNumber).toBe('+49 40 1234567');
    const { data: order } = await client.subscriptions.insert({
      ...{ customerId: id, action: 'buy' },
      requestBody: {
        skuId: '1010470001',
        plan: { planName: 'ANNUAL_MONTHLY_PAY' },
        seats: { numberOfSeats: 5, maximumNumberOfSeats: 5 },
        renewalSettings: { renewalType: 'AUTO_RENEW_MONTHLY_PAY' },
      },
    });
    expect(order).toMatchObject({ plan: { planName: 'ANNUAL' }, seats: { numberOfSeats: 5 } });
  });

  test('changes seats and plan, suspends, activates and deletes', async () => {
    const { client, rest } = await startClient();
    const headers = { authorization: 'Bearer sandbox' };
    const { json } = await rest(
      'GET',
      `subscriptions?customerId=${customerId}`,
      undefined,
      headers,
    );
    const { subscriptionId } = json.subscriptions[0];
    const of = { customerId, subscriptionId };
    const seats = await client.subscriptions.changeSeats({
      ...of,
      requestBody: { numberOfSeats: 40, maximumNumberOfSeats: 40 },
    });
    expect(seats.data.seats).toMatchObject({ maximumNumberOfSeats: 40 });
    expect((await client.subscriptions.suspend(of)).data.status).toBe('SUSPENDED');
    expect((await client.subscriptions.activate(of)).data.status).toBe('ACTIVE');
    const planned = await client.subscriptions.changePlan({
      ...of,
      requestBody: { planName: 'ANNUAL_YEARLY_PAY', seats: { numberOfSeats: 40 } },
    });
    const renamed = { customerId, subscriptionId: planned.data.subscriptionId ?? '' };
    const settings = await client.subscriptions.changeRenewalSettings({
      ...renamed,
      requestBody: { renewalType: 'CANCEL' },
    });
    expect(settings.data.renewalSettings).toMatchObject({ renewalType: 'CANCEL' });
    const deleted = await client.subscriptions.delete({
      ...renamed,
      deletionType: 'transfer_to_direct',
    });
    expect(deleted.status).toBe(204);
  });

  test('registers for notifications', async () => {
    const { client } = await startClient();
    const serviceAccountEmailAddress = 'watcher@project.example';
    const { data } = await client.resellernotify.register({ serviceAccountEmailAddress });
    expect(data.topicName).toMatch(/^projects\/partner-watch\/topics\/C0/);
    const { data: details } = await client.resellernotify.getwatchdetails();
    expect(details.serviceAccountEmailAddresses).toEqual([serviceAccountEmailAddress]);
    await client.resellernotify.unregister({ serviceAccountEmailAddress });
    expect((await client.resellernotify.getwatchdetails()).data).toEqual({});
  });

  test.each<[string, string, number, string]>([
    ['a missing customer', 'sandbox', 404, 'notFound'],
    ['a wrong token', 'other', 401, 'authError'],
  ])('reports %s', async (_, token, status, reason) => {
    const { client } = await startClient(token);
    expect(await failureOf(client.customers.get({ customerId: 'nobody.example' }))).toMatchObject({
      status,
      errors: [{ reason }],
    });
  });

  test('signs in as a service account at the token endpoint', async () => {
    const { sandbox } = await startReseller({ anonymous: false, token: 'sandbox' });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const assertion = await new SignJWT({ scope: 'https://www.googleapis.com/auth/apps.order' })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer('gateway@project.example')
      .setSubject('admin@reseller.example')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
    const tokenUrl = new URL('token', sandbox.resellerUrl);
    const ask = (form: Record<string, string>) =>
      fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const response = await ask({ grant_type: grant, assertion });
    expect(await response.json()).toMatchObject({ access_token: 'sandbox', token_type: 'Bearer' });
    const refused = await ask({ grant_type: 'password' });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: 'unsupported_grant_type' },
    ]);
    expect((await ask({ grant_type: grant, assertion: 'no.jwt' })).status).toBe(400);
  });
});

import { describe, expect, test } from 'vitest';
import { startReseller } from '../sandbox/reseller.support.ts';
import { type Recorded, replay } from './raw.support.ts';

// What the clients of Google put on the wire: recorded from google-api-python-client 1.7.12 on Python 3.11
// and from google.golang.org/api 0.61.0 on Go 1.19; for GAM 7 and newer features, written down from their
// code. The Node client runs itself in google-node.test.ts.

const api = '/apps/reseller/v1';
const authorization = 'Bearer ya29.a0AfH6SMBx';

/** google-api-python-client over httplib2. */
const python = {
  ...{ accept: 'application/json', 'accept-encoding': 'gzip, deflate' },
  'user-agent': '(gzip)',
  'x-goog-api-client': 'gdcl/1.7.12 gl-python/3.11.2',
  'content-length': '0',
  authorization,
};

/** GAM, which uses the Python client. */
const gam = {
  ...python,
  'user-agent':
    'GAM 7.03.05 - https://github.com/GAM-team/GAM / GAM Team / Python 3.13.1 final / Linux Ubuntu 24.04 x86_64 / (gzip)',
};

/** google-api-go-client over net/http. */
const go = {
  'user-agent': 'google-api-go-client/0.5',
  'x-cloud-trace-context': '35d80e7cdf789a0192f16c76549e21f4/12664637227761319457;o=0',
  'x-goog-api-client': 'gl-go/1.19.8 gdcl/20211201',
  ...{ 'accept-encoding': 'gzip', authorization },
};

const json = { 'content-type': 'application/json' };
const flexible = 'flexible.example';

async function start() {
  const started = await startReseller({ anonymous: false });
  const [customer] = started.sandbox.store.reseller.customersAt(flexible);
  const subscription = customer?.subscriptions[0];
  if (!customer || !subscription) throw new Error('the seed has this subscription');
  const send = (line: string, headers: Record<string, string>, body?: string) => {
    const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` };
    const recorded: Recorded = { line, headers: { ...headers, ...length }, body: body ?? '' };
    return replay(started.sandbox, recorded);
  };
  const at = `${api}/customers/${customer.customerId}/subscriptions/${subscription.subscriptionId}`;
  return { ...started, customer, send, at };
}

describe('GAM', () => {
  test('reads a resold customer', async () => {
    const { send, customer } = await start();
    const answer = await send(`GET ${api}/customers/${flexible}?alt=json`, gam);
    expect(answer).toMatchObject({ status: 200, isCompressed: true });
    expect(answer.headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(answer.json).toMatchObject({
      ...{ kind: 'reseller#customer', customerId: customer.customerId, customerDomain: flexible },
      customerType: 'domain',
    });
  });

  test('pages through all subscriptions with fields', async () => {
    const { send, sandbox } = await start();
    const fields = encodeURIComponent(
      'nextPageToken,subscriptions(skuId,subscriptionId,plan(planName))',
    );
    let count = 0;
    let page = '';
    do {
      const query = `maxResults=100&fields=${fields}&alt=json${page}`;
      const answer = await send(`GET ${api}/subscriptions?${query}`, gam);
      expect(answer.status).toBe(200);
      count += answer.json.subscriptions.length;
      const { nextPageToken } = answer.json;
      page = nextPageToken === undefined ? '' : `&pageToken=${nextPageToken}`;
    } while (page !== '');
    const managed = sandbox.store.reseller
      .subscriptions()
      .filter((each) => each.customer.managedBy === 'us');
    expect(count).toBe(managed.length);
  });

  test('updates seats with both fields, which is not an error', async () => {
    const { send, at } = await start();
    const body = '{"numberOfSeats": 30, "maximumNumberOfSeats": 30}';
    const answer = await send(`POST ${at}/changeSeats?alt=json`, { ...gam, ...json }, body);
    expect(answer.status).toBe(200);
    expect(answer.json.seats).toMatchObject({ maximumNumberOfSeats: 30 });
    expect(answer.json.seats).not.toHaveProperty('numberOfSeats');
  });

  test('changes the plan, the renewal and then deletes', async () => {
    const { send, at, customer } = await start();
    const plan = JSON.stringify({
      planName: 'ANNUAL_MONTHLY_PAY',
      seats: { numberOfSeats: 25, maximumNumberOfSeats: 25 },
      purchaseOrderId: 'PO-1',
    });
    const changed = await send(`POST ${at}/changePlan?alt=json`, { ...gam, ...json }, plan);
    expect(changed.json.plan.planName).toBe('ANNUAL');
    const now = `${api}/customers/${customer.customerId}/subscriptions/${changed.json.subscriptionId}`;
    const renewal = '{"renewalType": "SWITCH_TO_PAY_AS_YOU_GO"}';
    const renewed = await send(
      `POST ${now}/changeRenewalSettings?alt=json`,
      { ...gam, ...json },
      renewal,
    );
    expect(renewed.json.renewalSettings.renewalType).toBe('SWITCH_TO_PAY_AS_YOU_GO');
    const deleted = await send(`DELETE ${now}?deletionType=transfer_to_direct&alt=json`, gam);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
  });

  test('reads the reason and the message of an error', async () => {
    const { send } = await start();
    const missing = await send(`GET ${api}/customers/nobody.example?alt=json`, gam);
    expect(missing.status).toBe(404);
    expect(missing.json.error.errors[0]).toMatchObject({ domain: 'global', reason: 'notFound' });
    expect(missing.json.error.message).not.toBe('');
  });
});

describe('the Python client', () => {
  test('sends a GET with a long URL as a POST', async () => {
    const { send } = await start();
    const form = new URLSearchParams({
      ...{ customerNamePrefix: 'flexible', maxResults: '100', alt: 'json' },
      fields: Array.from({ length: 120 }, () => 'subscriptions/skuId').join(','),
    }).toString();
    expect(form.length).toBeGreaterThan(2048);
    const answer = await send(
      `POST ${api}/subscriptions`,
      {
        ...python,
        'x-http-method-override': 'GET',
        'content-type': 'application/x-www-form-urlencoded',
      },
      form,
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ subscriptions: [{ skuId: '1010020028' }] });
  });

  test('suspends and activates without a body', async () => {
    const { send, at } = await start();
    for (const [action, status] of [
      ['suspend', 'SUSPENDED'],
      ['activate', 'ACTIVE'],
    ]) {
      const answer = await send(`POST ${at}/${action}?alt=json`, python);
      expect(answer.json.status).toBe(status);
    }
  });

  test('sends a batch and matches the answers by Content-ID', async () => {
    const { send, customer } = await start();
    const boundary = '===============7330845974216740156==';
    const ids = ['flexible.example', 'nobody.example', customer.customerId];
    const parts = ids.map(
      (id, index) =>
        `--${boundary}\nContent-Type: application/http\nMIME-Version: 1.0\nContent-Transfer-Encoding: binary\nContent-ID: <b29c5de2-0db4-490b-b421-6a51b598bd22 + ${index + 1}>\n\nGET ${api}/customers/${id}?alt=json HTTP/1.1\nContent-Type: application/json\nMIME-Version: 1.0\naccept: application/json\naccept-encoding: gzip, deflate\nuser-agent: (gzip)\nx-goog-api-client: gdcl/1.7.12 gl-python/3.11.2\nauthorization: ${authorization}\nHost: reseller.googleapis.com\n\n\n`,
    );
    const body = `${parts.join('')}--${boundary}--`;
    const answer = await send(
      'POST /batch',
      {
        ...{ authorization, 'accept-encoding': 'gzip, deflate' },
        'user-agent': 'Python-httplib2/0.20.4 (gzip)',
        'content-type': `multipart/mixed; boundary="${boundary}"`,
      },
      body,
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^multipart\/mixed; boundary=/);
    const statuses = [...answer.text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => code);
    expect(statuses).toEqual(['200', '404', '200']);
    const contentIds = [...answer.text.matchAll(/^Content-ID: (.+)$/gm)].map(([, id]) => id);
    expect(contentIds.map((id) => id?.trim())).toEqual(
      ids.map((_, index) => `<response-b29c5de2-0db4-490b-b421-6a51b598bd22 + ${index + 1}>`),
    );
  });

  test('reads errors in format 2 when it asks for them', async () => {
    const { send } = await start();
    const answer = await send(
      `GET ${api}/customers/nobody.example?%24.xgafv=2&alt=json&prettyPrint=true`,
      python,
    );
    expect(answer.json.error).toMatchObject({ status: 'NOT_FOUND' });
    expect(answer.json.error).not.toHaveProperty('errors');
  });
});

describe('the Go client', () => {
  test('asks for compact JSON and is not compressed for', async () => {
    const { send } = await start();
    const answer = await send(`GET ${api}/customers/${flexible}?alt=json&prettyPrint=false`, go);
    // The vendor compresses only for user agents that contain gzip.
    expect(answer).toMatchObject({ status: 200, isCompressed: false });
    expect(answer.text).not.toContain('\n');
  });

  test('sends fields, quotaUser and the user project', async () => {
    const { send } = await start();
    const query = 'alt=json&fields=customerId%2CcustomerDomain&prettyPrint=false&quotaUser=me';
    const answer = await send(`GET ${api}/customers/${flexible}?${query}`, {
      ...go,
      'x-goog-user-project': 'billing-project',
    });
    expect(Object.keys(answer.json)).toEqual(['customerId', 'customerDomain']);
  });

  test('sends bodies that end with a line break, and an int64 as text', async () => {
    const { send, customer } = await start();
    const body = `${JSON.stringify({
      skuId: '1010470001',
      creationTime: '0',
      plan: { planName: 'FLEXIBLE' },
      seats: { maximumNumberOfSeats: 5 },
    })}\n`;
    const answer = await send(
      `POST ${api}/customers/${customer.customerId}/subscriptions?action=buy&alt=json&prettyPrint=false`,
      { ...go, ...json },
      body,
    );
    expect(answer.status).toBe(200);
    expect(answer.json.creationTime).toMatch(/^\d{13}$/);
  });

  test('registers a service account by a query parameter', async () => {
    const { send } = await start();
    const address = encodeURIComponent('watcher@project.example');
    const query = `alt=json&prettyPrint=false&serviceAccountEmailAddress=${address}`;
    const answer = await send(`POST ${api}/resellernotify/register?${query}`, {
      ...go,
      'content-length': '0',
    });
    expect(answer.json.topicName).toMatch(/^projects\/partner-watch\/topics\//);
  });

  test('gets 401 without a token', async () => {
    const { send } = await start();
    const { authorization: _, ...headers } = go;
    const answer = await send(`GET ${api}/customers/${flexible}?alt=json`, headers);
    expect(answer.status).toBe(401);
    expect(answer.json.error.errors[0].reason).toBe('required');
  });
});

import { describe, expect, test } from 'vitest';
import { transferTokens } from '../../src/sandbox/seed/special-cases.ts';
import { batch, type Part, v1 } from './batch.support.ts';
import { restClient, subscriptionPath, testSandbox } from './sandbox.support.ts';

describe('transfers', () => {
  const travel = `${v1}/customers/fernweh-travel.example/subscriptions`;
  const token = transferTokens['fernweh-travel.example'];
  const insert = (skuId: string, maximumNumberOfSeats = 20, more = {}) => ({
    request: `POST ${travel}?customerAuthToken=${token}`,
    body: { skuId, plan: { planName: 'FLEXIBLE' }, seats: { maximumNumberOfSeats }, ...more },
  });
  const standard = '1010020028';
  const gemini = '1010470001';

  test('the list with a transfer token returns the transferable subscriptions', async () => {
    const rest = restClient(await testSandbox());
    const list = 'subscriptions?customerId=fernweh-travel.example&customerAuthToken=';
    const { json } = await rest('GET', list + token);
    expect(json.subscriptions).toHaveLength(3);
    expect(json.subscriptions[0].transferInfo).toEqual({
      transferabilityExpirationTime: expect.stringMatching(/^\d+$/),
      minimumTransferableSeats: 5,
    });
    expect((await rest('GET', `${list}00`)).json.error.code).toBe(403);
    const late = `customerId=expired-token.example&customerAuthToken=${transferTokens['expired-token.example']}`;
    expect((await rest('GET', `subscriptions?${late}`)).json.error.code).toBe(403);
  });

  test('all active subscriptions are transferred in one batch with new ids', async () => {
    const sandbox = await testSandbox();
    const responses = await batch(sandbox, [insert(standard), insert(gemini)]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    const rest = restClient(sandbox);
    const { json } = await rest('GET', 'subscriptions?customerId=fernweh-travel.example');
    expect(json.subscriptions.map((s: { skuId: string }) => s.skuId)).toEqual([standard, gemini]);
    expect(json.subscriptions[0].subscriptionId).toBe(responses[0]?.json.subscriptionId);
    expect((await rest('GET', 'customers/fernweh-travel.example')).json.kind).toBeDefined();
  });

  test('transferring only some of the active subscriptions fails', async () => {
    const [response] = await batch(await testSandbox(), [insert(standard)]);
    expect(response?.json.error).toMatchObject({
      code: 412,
      errors: [{ reason: 'conditionNotMet' }],
    });
  });

  test.each<[string, Part, number, string]>([
    ['too few seats', insert(standard, 4), 400, 'invalid'],
    ['another SKU', insert('1010020025'), 400, 'invalid'],
    ['a deal code', insert(standard, 20, { dealCode: 'D' }), 400, 'invalid'],
    ['a subscription suspended for OTHER', insert('1010380001'), 412, 'conditionNotMet'],
    [
      'an invalid token',
      { ...insert(standard), request: `POST ${travel}?customerAuthToken=00` },
      403,
      'forbidden',
    ],
  ])('%s is rejected', async (_, part, status, reason) => {
    const sandbox = await testSandbox();
    const responses = await batch(sandbox, [part, insert(standard), insert(gemini)]);
    expect(responses[0]?.json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });

  test('a direct customer with a legacy SKU is transferred to the recommended SKU', async () => {
    const sandbox = await testSandbox();
    const types: string[] = [];
    sandbox.store.reseller.onChange(({ event_type }) => types.push(event_type));
    const rest = restClient(sandbox);
    const path = `customers/direct-bakery.example/subscriptions?customerAuthToken=${transferTokens['direct-bakery.example']}`;
    const { json } = await rest('POST', path, insert(standard, 8).body);
    expect(json).toMatchObject({ skuId: standard, seats: { maximumNumberOfSeats: 8 } });
    expect(types).toEqual(['SUBSCRIPTION_CONVERTED']);
  });

  test('several subscriptions are transferred to the vendor only in one batch', async () => {
    const sandbox = await testSandbox();
    const rest = restClient(sandbox);
    const orders = 'customers/flexible.example/subscriptions';
    const other = { ...insert('1010020025').body };
    await rest('POST', `${orders}?action=buy`, other);
    const paths = [
      await subscriptionPath(rest, 'flexible.example', standard),
      await subscriptionPath(rest, 'flexible.example', '1010020025'),
    ];
    const query = 'deletionType=transfer_to_direct';
    expect((await rest('DELETE', `${paths[0]}?${query}`)).status).toBe(412);
    const parts = paths.map((path) => ({ request: `DELETE ${v1}/${path}?${query}` }));
    expect((await batch(sandbox, parts)).map(({ status }) => status)).toEqual([204, 204]);
  });
});

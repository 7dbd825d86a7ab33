import { describe, expect, test } from 'vitest';
import type { ResellerClient } from '../../../src/backends/reseller/client.ts';
import type { CallScope } from '../../../src/domain/call-scope.ts';
import {
  clientOf,
  customerJson,
  refuse,
  reply,
  scope,
  startBackend,
  subscriptionJson,
} from './reseller.support.ts';

const C1 = 'apps/reseller/v1/customers/C1';
const S1 = `${C1}/subscriptions/S1`;
const key = { customerId: 'C1', subscriptionId: 'S1' };
const subscription = {
  skuId: '1010020028',
  planName: 'ANNUAL_MONTHLY_PAY',
  seats: { numberOfSeats: 5 },
};
const subscriptionSent = {
  customerId: 'C1',
  skuId: '1010020028',
  plan: { planName: 'ANNUAL_MONTHLY_PAY' },
  seats: { numberOfSeats: 5 },
};

type Act = (client: ResellerClient, scope: CallScope) => Promise<unknown>;

describe('requests', () => {
  test.each<[string, Act, string, string, object | null]>([
    [
      'insertCustomer',
      (client, s) =>
        client.insertCustomer(
          {
            customerDomain: 'a.example',
            alternateEmail: 'x@b.example',
            postalAddress: { contactName: 'X', countryCode: 'DE' },
          },
          undefined,
          s,
        ),
      'POST',
      'apps/reseller/v1/customers',
      {
        customerDomain: 'a.example',
        alternateEmail: 'x@b.example',
        postalAddress: { contactName: 'X', countryCode: 'DE' },
      },
    ],
    [
      'insertCustomer with a transfer token',
      (client, s) =>
        client.insertCustomer(
          { customerType: 'team', primaryAdmin: { primaryEmail: 'x@b.example' } },
          'f&f',
          s,
        ),
      'POST',
      'apps/reseller/v1/customers?customerAuthToken=f%26f',
      { customerType: 'team', primaryAdmin: { primaryEmail: 'x@b.example' } },
    ],
    [
      'patchCustomer',
      (client, s) => client.patchCustomer('C1', { phoneNumber: '+49 1' }, s),
      'PATCH',
      C1,
      { phoneNumber: '+49 1' },
    ],
    [
      'updateCustomer',
      (client, s) => client.updateCustomer('C1', { alternateEmail: 'y@b.example' }, s),
      'PUT',
      C1,
      { alternateEmail: 'y@b.example' },
    ],
    [
      'insertSubscription with the action buy',
      (client, s) =>
        client.insertSubscription(
          {
            customerId: 'C1',
            action: 'buy',
            subscription: {
              ...subscription,
              renewalType: 'CANCEL',
              purchaseOrderId: 'po',
              dealCode: 'deal',
            },
          },
          s,
        ),
      'POST',
      `${C1}/subscriptions?action=buy`,
      {
        ...subscriptionSent,
        renewalSettings: { renewalType: 'CANCEL' },
        purchaseOrderId: 'po',
        dealCode: 'deal',
      },
    ],
    [
      'insertSubscription with the action switch',
      (client, s) =>
        client.insertSubscription(
          { customerId: 'C1', action: 'switch', sourceSkuId: '1010020027', subscription },
          s,
        ),
      'POST',
      `${C1}/subscriptions?action=switch&sourceSkuId=1010020027`,
      subscriptionSent,
    ],
    [
      'insertSubscription with a transfer token',
      (client, s) =>
        client.insertSubscription({ customerId: 'C1', customerAuthToken: 'ff', subscription }, s),
      'POST',
      `${C1}/subscriptions?customerAuthToken=ff`,
      subscriptionSent,
    ],
    [
      'activateSubscription',
      (client, s) => client.activateSubscription(key, s),
      'POST',
      `${S1}/activate`,
      null,
    ],
    [
      'suspendSubscription',
      (client, s) => client.suspendSubscription(key, s),
      'POST',
      `${S1}/suspend`,
      null,
    ],
    [
      'startPaidService',
      (client, s) => client.startPaidService(key, s),
      'POST',
      `${S1}/startPaidService`,
      null,
    ],
    [
      'changePlan',
      (client, s) =>
        client.changePlan(
          key,
          { planName: 'FLEXIBLE', seats: { maximumNumberOfSeats: 9 }, purchaseOrderId: 'po' },
          s,
        ),
      'POST',
      `${S1}/changePlan`,
      { planName: 'FLEXIBLE', seats: { maximumNumberOfSeats: 9 }, purchaseOrderId: 'po' },
    ],
    [
      'changeSeats',
      (client, s) => client.changeSeats(key, { numberOfSeats: 7 }, s),
      'POST',
      `${S1}/changeSeats`,
      { numberOfSeats: 7 },
    ],
    [
      'changeRenewalSettings',
      (client, s) => client.changeRenewalSettings(key, 'AUTO_RENEW_YEARLY_PAY', s),
      'POST',
      `${S1}/changeRenewalSettings`,
      { renewalType: 'AUTO_RENEW_YEARLY_PAY' },
    ],
    [
      'deleteSubscription',
      (client, s) => client.deleteSubscription({ ...key, deletionType: 'transfer_to_direct' }, s),
      'DELETE',
      `${S1}?deletionType=transfer_to_direct`,
      null,
    ],
    [
      'register',
      (client, s) => client.register('a@p.example', s),
      'POST',
      'apps/reseller/v1/resellernotify/register?serviceAccountEmailAddress=a%40p.example',
      null,
    ],
    [
      'unregister',
      (client, s) => client.unregister('a@p.example', s),
      'POST',
      'apps/reseller/v1/resellernotify/unregister?serviceAccountEmailAddress=a%40p.example',
      null,
    ],
  ])('%s', async (_, act, method, path, body) => {
    const response201 = {
      ...customerJson('C1'),
      ...subscriptionJson('S9'),
      topicName: 'projects/p/t',
    };
    const backend = await startBackend((_request, response) => reply(response, response201, 201));
    const result = await act(clientOf(backend), scope());
    expect(backend.received).toHaveLength(1);
    const [request] = backend.received;
    expect(request).toMatchObject({ method, url: `/${path}` });
    expect(request?.headers['content-type']).toBe(body ? 'application/json' : undefined);
    expect(request?.body ? JSON.parse(request.body) : null).toEqual(body);
    if (method === 'DELETE') expect(result).toBeUndefined();
    else if (path.includes('notify')) expect(result).toBe('projects/p/t');
    else if (path.includes('subscriptions')) expect(result).toMatchObject({ subscriptionId: 'S9' });
    else expect(result).toMatchObject({ customerId: 'C1' });
  });
});

describe('deleteSubscription', () => {
  test.each([200, 204])('succeeds with an empty %i response', async (status) => {
    const backend = await startBackend((_, response) => response.writeHead(status).end());
    const deletion = { ...key, deletionType: 'cancel' as const };
    await clientOf(backend).deleteSubscription(deletion, scope());
    expect(backend.received).toHaveLength(1);
  });
});

describe('rejects without a request', () => {
  test.each<[string, Act]>([
    ['an empty customer id', (client, s) => client.patchCustomer('', {}, s)],
    ['a customer id of dots', (client, s) => client.updateCustomer('..', {}, s)],
    [
      'an empty subscription id',
      (client, s) => client.activateSubscription({ ...key, subscriptionId: '' }, s),
    ],
    [
      'a switch without a source',
      (client, s) =>
        client.insertSubscription({ customerId: 'C1', action: 'switch', subscription }, s),
    ],
    [
      'a source without a switch',
      (client, s) =>
        client.insertSubscription(
          { customerId: 'C1', action: 'buy', sourceSkuId: 'x', subscription },
          s,
        ),
    ],
    ['an empty transfer token', (client, s) => client.insertCustomer({}, '', s)],
    ['an empty service account', (client, s) => client.register('', s)],
  ])('%s', async (_, act) => {
    const backend = await startBackend((_request, response) => reply(response, {}));
    await expect(act(clientOf(backend), scope())).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(backend.received).toHaveLength(0);
  });
});

test("a conflict has the gateway's own message", async () => {
  const backend = await startBackend((_, response) => refuse(response, 409, 'duplicate'));
  await expect(clientOf(backend).insertCustomer({}, undefined, scope())).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'The object already exists in the reseller API.',
    service: 'reseller',
    requestId: 'req-1',
  });
});

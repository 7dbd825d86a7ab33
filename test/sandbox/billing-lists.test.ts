import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import {
  RequestInfoSchema,
  ResourceInfoSchema,
} from '../../src/gen/google/rpc/error_details_pb.ts';
import { BillingAccountService } from '../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { billingClient, failureOf, testSandbox } from './sandbox.support.ts';

const { list, createResellerServed } = CustomerService.method;
const accounts = BillingAccountService.method;

async function start(customers = 230) {
  const sandbox = await testSandbox({ seed: { customers } });
  return { sandbox, call: billingClient(sandbox.billingAddress), resellerId: sandbox.resellerId };
}

describe('CustomerService.List', () => {
  test('page_size 0 means 100, and the last page has no token', async () => {
    const { call, resellerId } = await start();
    const sizes: number[] = [];
    let pageToken = '';
    do {
      const { message } = await call(list, { resellerId, pageToken });
      sizes.push(message.customers.length);
      pageToken = message.nextPageToken;
      expect(pageToken.length).toBeLessThanOrEqual(100);
    } while (pageToken !== '');
    expect(sizes).toEqual([100, 100, 30]);
  });

  test('a page that ends with the list has no token', async () => {
    const { call, resellerId } = await start(20);
    const { message } = await call(list, { resellerId, pageSize: 20n });
    expect(message.customers).toHaveLength(20);
    expect(message.nextPageToken).toBe('');
  });

  test('a page of 1000 is allowed', async () => {
    const { call, resellerId } = await start();
    const { message } = await call(list, { resellerId, pageSize: 1000n });
    expect(message.customers).toHaveLength(230);
  });

  test('pages are stable while customers are added', async () => {
    const { sandbox, call, resellerId } = await start(30);
    const first = await call(list, { resellerId, pageSize: 20n });
    await call(createResellerServed, { resellerId, name: 'Late', person: {} });
    sandbox.clock.advance(1000);
    const { nextPageToken: pageToken } = first.message;
    const second = await call(list, { resellerId, pageSize: 20n, pageToken });
    const ids = [...first.message.customers, ...second.message.customers].map(({ id }) => id);
    expect(new Set(ids).size).toBe(31);
    expect(second.message.nextPageToken).toBe('');
  });

  test.each([
    ['a missing reseller', { resellerId: '' }, ['reseller_id']],
    ['a reseller id of 51 characters', { resellerId: 'a'.repeat(51) }, ['reseller_id']],
    ['a page size above 1000', { pageSize: 1001n }, ['page_size']],
    ['a negative page size', { pageSize: -1n }, ['page_size']],
    ['a forged token', { pageToken: '1' }, ['page_token']],
    ['a token that is not base64url', { pageToken: '?'.repeat(24) }, ['page_token']],
    ['a token of 101 characters', { pageToken: 'a'.repeat(101) }, ['page_token']],
    [
      'several violations',
      { resellerId: '', pageSize: 2000n, pageToken: 'x' },
      ['reseller_id', 'page_size', 'page_token'],
    ],
  ])('rejects %s and names the fields', async (_, request, fields) => {
    const { call, resellerId } = await start(5);
    const failure = await failureOf(call(list, { resellerId, ...request }));
    expect(failure.error.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.status.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.fields).toEqual(fields);
  });

  test('rejects a page token of another reseller', async () => {
    const { call, resellerId } = await start(30);
    const { message } = await call(list, { resellerId, pageSize: 2n });
    const failure = await failureOf(
      call(list, { resellerId: secondResellerId, pageToken: message.nextPageToken }),
    );
    expect(failure.fields).toEqual(['page_token']);
  });

  test('an unknown reseller is NOT_FOUND with ResourceInfo and the request id', async () => {
    const { call } = await start(5);
    const failure = await failureOf(call(list, { resellerId: 'nobody' }));
    expect(failure.error.code).toBe(status.NOT_FOUND);
    const [resource, info] = failure.status.details;
    expect(resource && anyUnpack(resource, ResourceInfoSchema)?.resourceName).toBe('nobody');
    const requestId = info && anyUnpack(info, RequestInfoSchema)?.requestId;
    expect(failure.error.metadata.get('x-request-id')).toEqual([requestId]);
    expect(failure.error.metadata.get('x-server-trace-id')[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the second reseller has its own customers', async () => {
    const { call, resellerId } = await start(5);
    const ours = await call(list, { resellerId });
    const theirs = await call(list, { resellerId: secondResellerId });
    expect(theirs.message.customers).toHaveLength(12);
    const ids = new Set(ours.message.customers.map(({ id }) => id));
    expect(theirs.message.customers.filter(({ id }) => ids.has(id))).toEqual([]);
  });
});

describe('BillingAccountService', () => {
  test('Get returns the account of a customer', async () => {
    const { call, resellerId } = await start(5);
    const { message } = await call(list, { resellerId, pageSize: 1n });
    const id = message.customers[0]?.billingAccountId ?? '';
    const { message: account } = await call(accounts.get, { id });
    expect(account).toMatchObject({ id, name: 'Nordlicht Bakery', balance: '0' });
    expect(account.currency).toMatch(/^(RUB|USD|KZT)$/);
    expect(account.createdAt).toBeDefined();
  });

  test('Get rejects a missing id and does not find an unknown one', async () => {
    const { call } = await start(1);
    expect((await failureOf(call(accounts.get, { id: '' }))).fields).toEqual(['id']);
    const unknown = await failureOf(call(accounts.get, { id: 'dn2nothing' }));
    expect(unknown.error.code).toBe(status.NOT_FOUND);
  });

  test('List returns the accounts of all resellers and customers', async () => {
    const { call } = await start(5);
    const ids: string[] = [];
    let pageToken = '';
    do {
      const { message } = await call(accounts.list, { pageSize: 4n, pageToken });
      ids.push(...message.billingAccounts.map(({ id }) => id));
      pageToken = message.nextPageToken;
    } while (pageToken !== '');
    expect(new Set(ids).size).toBe(2 + 5 + 12);
    const failure = await failureOf(call(accounts.list, { pageSize: 1001n }));
    expect(failure.fields).toEqual(['page_size']);
  });
});

test('a configured token is required', async () => {
  const sandbox = await testSandbox({ token: 'secret' });
  const call = billingClient(sandbox.billingAddress);
  const { resellerId } = sandbox;
  for (const metadata of [{}, { authorization: 'Bearer other' }, { authorization: 'secret' }]) {
    const failure = await failureOf(call(list, { resellerId }, { metadata }));
    expect(failure.error.code).toBe(status.UNAUTHENTICATED);
  }
  const metadata = { authorization: 'Bearer secret' };
  const { message } = await call(list, { resellerId }, { metadata });
  expect(message.customers).toHaveLength(30);
});

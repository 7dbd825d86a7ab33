import { describe, expect, test } from 'vitest';
import { BillingAccountService } from '../../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { StatusFailure, startBillingServer } from '../../support/billing-server.ts';
import { clientOf, firstPage, key, scope } from './billing.support.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('listCustomers', () => {
  test.each<[string, string | null, number, string]>([
    // reseller_id = 1, page_size = 3, page_token = 4; 2 is reserved.
    ['a first page', null, 100, '0a0252311864'],
    ['the largest page', null, 1000, '0a02523118e807'],
    ['a page after a token', 'tok', 1, '0a02523118012203746f6b'],
  ])('encodes a request for %s', async (_, token, size, hex) => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => ({}));
    await clientOf(server).listCustomers('R1', { token, size }, scope());
    expect(server.received[0]?.method).toBe('CustomerService/List');
    expect(server.received[0]?.bytes.toString('hex')).toBe(hex);
  });

  test('returns customers with their reseller and the next page token', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, ({ request }) => ({
      customers: [{ id: 'C1', billingAccountId: 'A1' }, { id: 'C2' }],
      nextPageToken: request.pageToken === '' ? 'next' : '',
    }));
    const client = clientOf(server);
    const page = await client.listCustomers('R1', firstPage, scope());
    expect(page).toEqual({
      items: [
        { resellerId: 'R1', customerId: 'C1', billingAccountId: 'A1' },
        { resellerId: 'R1', customerId: 'C2', billingAccountId: '' },
      ],
      nextToken: 'next',
    });
    const last = await client.listCustomers('R1', { token: page.nextToken, size: 2 }, scope());
    expect(last.nextToken).toBeNull();
  });

  test('returns an empty page for an empty response and ignores unknown fields', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => Buffer.from('7a0178', 'hex'));
    expect(await clientOf(server).listCustomers('R1', firstPage, scope())).toEqual({
      items: [],
      nextToken: null,
    });
  });

  test.each([
    ['that are truncated', '0aff'],
    ['with a field number of 0', '00'],
  ])('fails on response bytes %s', async (_, hex) => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => Buffer.from(hex, 'hex'));
    await expect(clientOf(server).listCustomers('R1', firstPage, scope())).rejects.toMatchObject({
      name: 'GatewayError',
      code: 'INTERNAL_SERVER_ERROR',
      message: 'The billing API failed.',
      service: 'billing',
    });
  });
});

describe('getAccount', () => {
  test('returns the fields of the account', async () => {
    const server = await startBillingServer();
    server.on(BillingAccountService.method.get, ({ request }) => ({
      id: request.id,
      name: 'Acme',
      active: true,
      currency: 'USD',
      countryCode: 'US',
      createdAt: { seconds: 1_700_000_000n, nanos: 5_999_999 },
      balance: '12.5',
    }));
    expect(await clientOf(server).getAccount('A1', scope())).toEqual({
      id: 'A1',
      name: 'Acme',
      active: true,
      currency: 'USD',
      countryCode: 'US',
      createdAt: new Date(1_700_000_000_005),
    });
    // `id` is field 1 of GetBillingAccountRequest.
    expect(server.received[0]?.bytes.toString('hex')).toBe('0a024131');
  });
});

describe('operations', () => {
  test('are read from their own host', async () => {
    const [billing, operations] = [await startBillingServer(), await startBillingServer()];
    for (const server of [billing, operations]) {
      server.on(CustomerService.method.list, () => ({}));
      server.on(CustomerService.method.activate, () => ({ id: 'op' }));
      server.on(BillingAccountService.method.get, () => ({ id: 'A1' }));
      server.on(OperationService.method.get, () => ({ id: 'op' }));
    }
    const client = clientOf(billing, { operationEndpoint: operations.address });
    await client.listCustomers('R1', firstPage, scope());
    await client.activateCustomer('C1', key, scope());
    await client.getAccount('A1', scope());
    await client.getOperation('op', 'UNKNOWN', scope());
    expect(billing.received.map(({ method }) => method)).toEqual([
      'CustomerService/List',
      'CustomerService/Activate',
      'BillingAccountService/Get',
    ]);
    expect(operations.received.map(({ method }) => method)).toEqual(['OperationService/Get']);
  });

  test.each<[string | null, number | null]>([
    [null, null],
    ['1', 1_000],
    ['30', 30_000],
    ['0', null],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['0x10', null],
    ['soon', null],
    ['', null],
    // The interval is limited to an hour.
    ['99999999999', 3_600_000],
  ])('with x-operation-poll-interval %j have a poll interval of %j ms', async (header, ms) => {
    const server = await startBillingServer();
    server.on(OperationService.method.get, (call) => {
      if (header !== null) call.sendHeaders({ 'x-operation-poll-interval': header });
      return { id: 'op' };
    });
    const reading = await clientOf(server).getOperation('op', 'INVITE_CUSTOMER', scope());
    expect(reading).toMatchObject({
      operation: { operationId: 'op', kind: 'INVITE_CUSTOMER' },
      pollIntervalMs: ms,
    });
  });
});

describe('NOT_FOUND', () => {
  test('becomes null for an account or an operation only', async () => {
    const server = await startBillingServer();
    const notFound = (): never => {
      throw new StatusFailure(5, 'not found');
    };
    server.on(BillingAccountService.method.get, notFound);
    server.on(OperationService.method.get, notFound);
    server.on(CustomerService.method.list, notFound);
    server.on(CustomerService.method.activate, notFound);
    const client = clientOf(server);
    expect(await client.getAccount('A1', scope())).toBeNull();
    expect(await client.getOperation('op', 'UNKNOWN', scope())).toBeNull();
    const error = { code: 'NOT_FOUND', message: 'The object was not found in the billing API.' };
    await expect(client.listCustomers('R1', firstPage, scope())).rejects.toMatchObject(error);
    await expect(client.activateCustomer('C1', key, scope())).rejects.toMatchObject(error);
  });

  test('is distinct from PERMISSION_DENIED', async () => {
    const server = await startBillingServer();
    server.on(BillingAccountService.method.get, () => {
      throw new StatusFailure(7, 'not yours');
    });
    await expect(clientOf(server).getAccount('A1', scope())).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'The billing API denied permission for this request.',
    });
  });
});

describe('request metadata', () => {
  test('contains the token, the request ids and the deadline', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => ({}));
    const client = clientOf(server, { timeoutMs: 5_000 });
    const before = Date.now();
    await client.listCustomers('R1', firstPage, scope(undefined, 'req-7'));
    const [call] = server.received;
    expect(call?.header('authorization')).toBe('Bearer t0k3n');
    expect(call?.header('x-client-trace-id')).toBe('req-7');
    expect(call?.header('x-client-request-id')).toMatch(UUID);
    expect(call?.header('idempotency-key')).toBeUndefined();
    // From grpc-timeout, by the server's clock.
    expect(call?.deadline).toBeGreaterThan(before + 4_000);
    expect(call?.deadline).toBeLessThan(Date.now() + 5_100);
  });
});

import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../src/backends/billing/decode.ts';
import { isBillingRefusal } from '../../../src/backends/billing/errors.ts';
import { BillingAccountService } from '../../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationSchema } from '../../../src/gen/yandex/cloud/operation/operation_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { startBillingServer } from '../../support/billing-server.ts';
import { clientOf, firstPage, key, scope } from './billing.support.ts';

const fault = {
  name: 'GatewayError',
  code: 'INTERNAL_SERVER_ERROR',
  message: 'The billing API returned an invalid response.',
  service: 'billing',
  retryable: false,
};

describe('an operation', () => {
  test('without an id, from a write, leaves the outcome open', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.activate, () => ({ done: true }));
    const error = await clientOf(server)
      .activateCustomer('C1', key, scope())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject(fault);
    expect(isBillingRefusal(error)).toBe(false);
  });

  test.each(['', 'other'])('under the id %j is not the one asked for', async (id) => {
    const server = await startBillingServer();
    server.on(OperationService.method.get, () => ({ id }));
    server.on(OperationService.method.cancel, () => ({ id }));
    const client = clientOf(server);
    await expect(client.getOperation('op', 'UNKNOWN', scope())).rejects.toMatchObject(fault);
    await expect(client.cancelOperation('op', 'UNKNOWN', scope())).rejects.toMatchObject(fault);
  });

  test('keeps its id when its description is not UTF-8', async () => {
    // id = 1, description = 2
    const server = await startBillingServer();
    server.on(OperationService.method.get, () => Buffer.from('0a026f70120261ff', 'hex'));
    const reading = await clientOf(server).getOperation('op', 'UNKNOWN', scope());
    expect(reading?.operation).toMatchObject({ operationId: 'op', description: null });
  });
});

test('an account under another id is not the one asked for', async () => {
  const server = await startBillingServer();
  server.on(BillingAccountService.method.get, () => ({ id: 'A2', name: 'Other' }));
  await expect(clientOf(server).getAccount('A1', scope())).rejects.toMatchObject(fault);
});

describe('a page of customers', () => {
  function warnings() {
    const lines: [object, string][] = [];
    const warn = (fields: object, message: string) => void lines.push([fields, message]);
    return { lines, log: { debug: () => {}, info: () => {}, warn } };
  }

  test('leaves out a customer without an id and keeps the others', async () => {
    const server = await startBillingServer();
    server.on(CustomerService.method.list, () => ({
      customers: [{ id: 'C1' }, { billingAccountId: 'A2' }, { id: 'C3' }],
      nextPageToken: 'next',
    }));
    const { lines, log } = warnings();
    const page = await clientOf(server, { log }).listCustomers('R1', firstPage, scope());
    expect(page.items.map(({ customerId }) => customerId)).toEqual(['C1', 'C3']);
    expect(page.nextToken).toBe('next');
    expect(lines).toEqual([
      [{ resellerId: 'R1', skipped: 1 }, expect.stringContaining('without an id')],
    ]);
  });

  test('leaves out only the strings that are not UTF-8', async () => {
    const server = await startBillingServer();
    // customers = 1 { id = 1, billing_account_id = 2 }, next_page_token = 2
    const customers = ['0a024331', '0a0243ff', '0a024333120241ff', '0a024334'];
    const hex = customers.map(
      (item) => `0a${(item.length / 2).toString(16).padStart(2, '0')}${item}`,
    );
    server.on(CustomerService.method.list, () => Buffer.from(`${hex.join('')}12046e657874`, 'hex'));
    const { lines, log } = warnings();
    const page = await clientOf(server, { log }).listCustomers('R1', firstPage, scope());
    expect(page).toEqual({
      items: ['C1', 'C3', 'C4'].map((customerId) => ({
        ...{ resellerId: 'R1', customerId, billingAccountId: '' },
      })),
      nextToken: 'next',
    });
    expect(lines[0]?.[0]).toMatchObject({
      method: 'CustomerService.List',
      dropped: ['Customer.id', 'Customer.billing_account_id'],
    });
  });
});

test('bytes that are no message are rejected, also with a string that is not UTF-8', () => {
  for (const hex of ['0aff', '120261ff0aff']) {
    expect(() => decodeMessage(OperationSchema, Buffer.from(hex, 'hex'))).toThrow();
  }
});

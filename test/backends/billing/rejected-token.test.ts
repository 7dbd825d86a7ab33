import { describe, expect, test } from 'vitest';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import {
  type BillingServer,
  StatusFailure,
  startBillingServer,
} from '../../support/billing-server.ts';
import { changingTokens, clientOf, firstPage, key, scope } from './billing.support.ts';

describe('a token that is refused', () => {
  /** Lists and activations that want a certain token. */
  function wanting(server: BillingServer, token: string | null): void {
    const check = (given: string | undefined): void => {
      if (given !== `Bearer ${token}`) throw new StatusFailure(16, 'The token is invalid');
    };
    server.on(CustomerService.method.list, (call) => {
      check(call.header('authorization'));
      return {};
    });
    server.on(CustomerService.method.activate, (call) => {
      check(call.header('authorization'));
      return { id: 'op' };
    });
  }

  test('is replaced and the call sent once more', async () => {
    const server = await startBillingServer();
    wanting(server, 't2');
    const credential = changingTokens(5);
    await clientOf(server, { credential }).listCustomers('R1', firstPage, scope());
    expect(credential.refusals).toEqual(['t1']);
    const sent = server.received.map((call) => call.header('authorization'));
    expect(sent).toEqual(['Bearer t1', 'Bearer t2']);
  });

  test('is replaced for a write too, which keeps its key', async () => {
    const server = await startBillingServer();
    wanting(server, 't2');
    await clientOf(server, { credential: changingTokens(2) }).activateCustomer('C1', key, scope());
    const keys = server.received.map((call) => call.header('idempotency-key'));
    expect(keys).toEqual([key, key]);
  });

  test('a second time ends the call', async () => {
    const server = await startBillingServer();
    wanting(server, null);
    const credential = changingTokens(5);
    const list = clientOf(server, { credential }).listCustomers('R1', firstPage, scope());
    await expect(list).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(server.received).toHaveLength(2);
    expect(credential.refusals).toEqual(['t1']);
  });

  test('is not tried again when there is no other', async () => {
    const server = await startBillingServer();
    wanting(server, null);
    const client = clientOf(server, { credential: changingTokens(1) });
    const list = client.listCustomers('R1', firstPage, scope());
    await expect(list).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(server.received).toHaveLength(1);
  });
});

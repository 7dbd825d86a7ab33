import { describe, expect, test } from 'vitest';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import {
  type BillingServer,
  StatusFailure,
  startBillingServer,
} from '../../support/billing-server.ts';
import { changingTokens, clientOf, firstPage, key, scope } from './billing.support.ts';

describe('a rejected token', () => {
  /** Makes List and Activate require this token; null rejects every token. */
  function requireToken(server: BillingServer, token: string | null): void {
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

  test('is replaced, and the call is sent once more', async () => {
    const server = await startBillingServer();
    requireToken(server, 't2');
    const credential = changingTokens(5);
    await clientOf(server, { credential }).listCustomers('R1', firstPage, scope());
    expect(credential.invalidated).toEqual(['t1']);
    const sent = server.received.map((call) => call.header('authorization'));
    expect(sent).toEqual(['Bearer t1', 'Bearer t2']);
  });

  test('is replaced for a write, which is sent again with its key', async () => {
    const server = await startBillingServer();
    requireToken(server, 't2');
    await clientOf(server, { credential: changingTokens(2) }).activateCustomer('C1', key, scope());
    const keys = server.received.map((call) => call.header('idempotency-key'));
    expect(keys).toEqual([key, key]);
  });

  test('fails the call when the new token is rejected too', async () => {
    const server = await startBillingServer();
    requireToken(server, null);
    const credential = changingTokens(5);
    const list = clientOf(server, { credential }).listCustomers('R1', firstPage, scope());
    await expect(list).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(server.received).toHaveLength(2);
    expect(credential.invalidated).toEqual(['t1']);
  });

  test('fails the call when there is no other token', async () => {
    const server = await startBillingServer();
    requireToken(server, null);
    const client = clientOf(server, { credential: changingTokens(1) });
    const list = client.listCustomers('R1', firstPage, scope());
    await expect(list).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(server.received).toHaveLength(1);
  });
});

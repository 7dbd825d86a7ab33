import { describe, expect, test } from 'vitest';
import type { BillingClient } from '../../../src/backends/billing/client.ts';
import type { Operation, OperationKind } from '../../../src/domain/operation.ts';
import { CustomerService } from '../../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { OperationService } from '../../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import {
  type BillingServer,
  StatusFailure,
  startBillingServer,
} from '../../support/billing-server.ts';
import { clientOf, key, scope } from './billing.support.ts';

const person = { name: 'Ann', tin: '7707', email: null };

interface Write {
  readonly method: string;
  readonly kind: OperationKind;
  /** The request on the wire. */
  readonly hex: string;
  readonly call: (client: BillingClient, idempotencyKey: string) => Promise<Operation>;
}

const writes: Write[] = [
  {
    method: 'CustomerService/Invite',
    kind: 'INVITE_CUSTOMER',
    // reseller_id = 1, name = 2, invitation_email = 3, person = 4 { name = 1, tin = 8 }
    hex: '0a025231' + '120441636d65' + '1a056140622e63' + '220b0a03416e6e' + '420437373037',
    call: (client, idempotencyKey) => {
      const invitation = { resellerId: 'R1', name: 'Acme', invitationEmail: 'a@b.c', person };
      return client.inviteCustomer(invitation, idempotencyKey, scope());
    },
  },
  {
    method: 'CustomerService/CreateResellerServed',
    kind: 'CREATE_RESELLER_SERVED_CUSTOMER',
    // person = 3 here
    hex: '0a025231' + '120441636d65' + '1a0b0a03416e6e' + '420437373037',
    call: (client, idempotencyKey) => {
      const creation = { resellerId: 'R1', name: 'Acme', person };
      return client.createResellerServedCustomer(creation, idempotencyKey, scope());
    },
  },
  {
    method: 'CustomerService/Activate',
    kind: 'ACTIVATE_CUSTOMER',
    hex: '0a024331',
    call: (client, idempotencyKey) => client.activateCustomer('C1', idempotencyKey, scope()),
  },
  {
    method: 'CustomerService/Suspend',
    kind: 'SUSPEND_CUSTOMER',
    hex: '0a024331',
    call: (client, idempotencyKey) => client.suspendCustomer('C1', idempotencyKey, scope()),
  },
];

/** Makes writes fail with each of the failures in turn and then return an operation. */
function failingWrites(server: BillingServer, ...failures: StatusFailure[]): void {
  const left = [...failures];
  const respond = () => {
    const failure = left.shift();
    if (failure) throw failure;
    return { id: 'op' };
  };
  server.on(CustomerService.method.invite, respond);
  server.on(CustomerService.method.createResellerServed, respond);
  server.on(CustomerService.method.activate, respond);
  server.on(CustomerService.method.suspend, respond);
  server.on(OperationService.method.cancel, respond);
}

describe.each(writes)('$method', ({ method, kind, hex, call }) => {
  test('encodes the request and returns the operation', async () => {
    const server = await startBillingServer();
    failingWrites(server);
    expect(await call(clientOf(server), key)).toMatchObject({
      operationId: 'op',
      kind,
      done: false,
    });
    expect(server.received).toMatchObject([{ method }]);
    expect(server.received[0]?.bytes.toString('hex')).toBe(hex);
  });

  test.each([key, ''])('is sent once, with its key: "%s"', async (idempotencyKey) => {
    const server = await startBillingServer();
    failingWrites(server, new StatusFailure(14));
    const called = call(clientOf(server), idempotencyKey);
    await expect(called).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    const [received, ...more] = server.received;
    expect(received?.header('idempotency-key')).toBe(idempotencyKey || undefined);
    expect(received?.header('x-client-trace-id')).toBe('req-1');
    expect(more).toEqual([]);
  });
});

test('a person is encoded with every field number', async () => {
  const server = await startBillingServer();
  failingWrites(server);
  const fields = {
    name: '1',
    longname: '2',
    phone: '3',
    email: '4',
    postCode: '5',
    postAddress: '6',
    legalAddress: '7',
    tin: '8',
  };
  const creation = { resellerId: 'R', name: 'N', person: fields };
  await clientOf(server).createResellerServedCustomer(creation, key, scope());
  const numbers = Array.from({ length: 8 }, (_, n) => [((n + 1) << 3) | 2, 1, 0x31 + n]).flat();
  const sent = server.received[0]?.bytes ?? Buffer.alloc(0);
  expect(sent.subarray(-numbers.length)).toEqual(Buffer.from(numbers));
});

describe('OperationService/Cancel', () => {
  test('is sent to the operation host with a new key for each call', async () => {
    const [billing, operations] = [await startBillingServer(), await startBillingServer()];
    failingWrites(operations, new StatusFailure(14));
    const client = clientOf(billing, { operationEndpoint: operations.address });
    for (let n = 0; n < 2; n++) {
      expect(await client.cancelOperation('op', 'INVITE_CUSTOMER', scope())).toMatchObject({
        operationId: 'op',
        kind: 'INVITE_CUSTOMER',
      });
    }
    expect(billing.received).toHaveLength(0);
    expect(operations.received[0]?.bytes.toString('hex')).toBe('0a026f70');
    const [first, retried, second] = operations.received.map((call) =>
      call.header('idempotency-key'),
    );
    expect(first).toMatch(/^[\da-f-]{36}$/);
    expect(retried).toBe(first);
    expect(second).not.toBe(first);
  });

  test('of an unknown operation is NOT_FOUND', async () => {
    const server = await startBillingServer();
    failingWrites(server, new StatusFailure(5, 'not found'));
    const cancel = clientOf(server).cancelOperation('op', 'UNKNOWN', scope());
    await expect(cancel).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

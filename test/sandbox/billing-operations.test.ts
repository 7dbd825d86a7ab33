import { randomUUID } from 'node:crypto';
import { anyUnpack, timestampMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { PreconditionFailureSchema } from '../../src/gen/google/rpc/error_details_pb.ts';
import { BillingAccountService } from '../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerSchema } from '../../src/gen/yandex/cloud/billing/v1/customer_pb.ts';
import {
  CustomerMetadataSchema,
  CustomerService,
} from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import type { Operation } from '../../src/gen/yandex/cloud/operation/operation_pb.ts';
import { OperationService } from '../../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { type BillingCall, billingClient, failureOf, testSandbox } from './sandbox.support.ts';

const { list, invite, createResellerServed, activate, suspend } = CustomerService.method;
const { get, cancel } = OperationService.method;

async function start(options: SandboxOptions = {}) {
  const sandbox = await testSandbox(options);
  const call = billingClient(sandbox.billingAddress);
  const { resellerId, clock } = sandbox;
  return {
    ...{ sandbox, call, resellerId, clock },
    invite: (name: string, metadata = {}) =>
      call(
        invite,
        { resellerId, name, invitationEmail: 'it@new.example', person: { name } },
        { metadata },
      ),
    state: async ({ id: operationId }: Operation) => (await call(get, { operationId })).message,
    customers: async () =>
      (await call(list, { resellerId, pageSize: 1000n })).message.customers.map(({ id }) => id),
  };
}

function modifiedAt({ modifiedAt: time }: Operation): number {
  return time === undefined ? Number.NaN : timestampMs(time);
}

function customerOf({ metadata }: Operation) {
  return metadata && anyUnpack(metadata, CustomerMetadataSchema);
}

describe('a successful operation', () => {
  test('changes its modified_at and ends with the customer', async () => {
    const { invite, state, clock, resellerId } = await start();
    const { message: created } = await invite('Neuland');
    expect(created).toMatchObject({ done: false, result: { case: undefined } });
    expect(created.metadata?.typeUrl).toBe(
      'type.googleapis.com/yandex.cloud.billing.v1.CustomerMetadata',
    );
    const subject = customerOf(created);
    expect(subject).toMatchObject({ resellerId, customerId: expect.stringMatching(/^cus/) });

    clock.advance(500);
    const running = await state(created);
    expect(running.done).toBe(false);
    expect(modifiedAt(running)).toBeGreaterThan(modifiedAt(created));

    clock.advance(500);
    const done = await state(created);
    expect(done.done).toBe(true);
    if (done.result.case !== 'response') throw new Error('no response');
    expect(done.result.value.typeUrl).toBe('type.googleapis.com/yandex.cloud.billing.v1.Customer');
    expect(anyUnpack(done.result.value, CustomerSchema)?.id).toBe(subject?.customerId);
    clock.advance(60_000);
    expect(await state(created)).toEqual(done);
  });

  test('adds its customer to the list when it ends', async () => {
    const { invite, customers, clock, call } = await start();
    const { message } = await invite('Neuland');
    const { customerId = '' } = customerOf(message) ?? {};
    clock.advance(999);
    expect(await customers()).not.toContain(customerId);
    clock.advance(1);
    expect(await customers()).toContain(customerId);
    const { message: suspended } = await call(suspend, { customerId });
    expect(customerOf(suspended)?.customerId).toBe(customerId);
  });

  test('of Suspend or Activate changes the account when it ends', async () => {
    const { call, resellerId, clock } = await start();
    const { message } = await call(list, { resellerId, pageSize: 1n });
    const [{ id: customerId, billingAccountId: id } = { id: '', billingAccountId: '' }] =
      message.customers;
    const active = async () =>
      (await call(BillingAccountService.method.get, { id })).message.active;
    const changes = [
      [() => call(suspend, { customerId }), false],
      [() => call(activate, { customerId }), true],
    ] as const;
    for (const [change, expected] of changes) {
      await change();
      expect(await active()).toBe(!expected);
      clock.advance(1000);
      expect(await active()).toBe(expected);
    }
  });
});

describe('a configured outcome', () => {
  test.each([
    ['Always fails', status.FAILED_PRECONDITION],
    ['Rolls back', status.INTERNAL],
  ])('"%s" ends with an error and adds no customer', async (name, code) => {
    const { invite, state, customers, clock } = await start();
    const before = await customers();
    const { message } = await invite(name);
    clock.advance(1000);
    const done = await state(message);
    expect(done).toMatchObject({ done: true, result: { case: 'error', value: { code } } });
    expect(await customers()).toEqual(before);
  });

  test('has the reason in the error details', async () => {
    const { invite, state, clock } = await start();
    const { message } = await invite('It fails');
    clock.advance(1000);
    const { result } = await state(message);
    const [detail] = result.case === 'error' ? result.value.details : [];
    const failure = detail && anyUnpack(detail, PreconditionFailureSchema);
    expect(failure?.violations[0]?.subject).toBe(customerOf(message)?.customerId);
  });

  test('has an error before it is done when it rolls back', async () => {
    const { invite, state, clock } = await start();
    const { message } = await invite('Rolls back Ltd');
    clock.advance(600);
    const failing = await state(message);
    expect(failing).toMatchObject({ done: false, result: { case: 'error' } });
    clock.advance(400);
    const failed = await state(message);
    expect(failed).toMatchObject({ done: true, result: { case: 'error' } });
    expect(modifiedAt(failed)).toBeGreaterThan(modifiedAt(failing));
  });

  test('"slow" takes ten times as long and "never" does not end', async () => {
    const { invite, state, clock } = await start();
    const { message: slow } = await invite('Slow Boats');
    const { message: never } = await invite('Never Land');
    clock.advance(9_999);
    expect((await state(slow)).done).toBe(false);
    clock.advance(1);
    expect((await state(slow)).done).toBe(true);
    clock.advance(1_000_000);
    expect((await state(never)).done).toBe(false);
  });

  test('can be chosen for each operation, overriding the name', async () => {
    const { invite, state, clock } = await start({
      operations: { outcome: ({ customerName }) => (customerName === 'A' ? 'fail' : undefined) },
    });
    const { message: failing } = await invite('A');
    const { message: fine } = await invite('B');
    clock.advance(1000);
    expect((await state(failing)).result.case).toBe('error');
    expect((await state(fine)).result.case).toBe('response');
  });
});

describe('OperationService', () => {
  test('Get does not find a new operation at first with lagging replicas', async () => {
    const { call, invite, state } = await start({
      operations: { notFoundShare: 1, notFoundGets: 2 },
    });
    const { message } = await invite('Neuland');
    for (const _ of [1, 2]) {
      const failure = await failureOf(call(get, { operationId: message.id }));
      expect(failure.error.code).toBe(status.NOT_FOUND);
    }
    expect((await state(message)).id).toBe(message.id);
  });

  test.each<[string, (call: BillingCall, operationId: string) => Promise<unknown>]>([
    ['Get', (call, operationId) => call(get, { operationId })],
    ['Cancel', (call, operationId) => call(cancel, { operationId })],
  ])('%s rejects a missing id and does not find an unknown one', async (_, invoke) => {
    const { call } = await start();
    expect((await failureOf(invoke(call, ''))).fields).toEqual(['operation_id']);
    const failure = await failureOf(invoke(call, 'ope404'));
    expect(failure.error.code).toBe(status.NOT_FOUND);
  });

  test('Cancel ends a running operation, which adds no customer', async () => {
    const { call, invite, customers, clock } = await start();
    const before = await customers();
    const { message } = await invite('Neuland');
    clock.advance(300);
    const { message: cancelled } = await call(cancel, { operationId: message.id });
    expect(cancelled).toMatchObject({
      done: true,
      result: { case: 'error', value: { code: status.CANCELLED } },
    });
    clock.advance(5000);
    expect(await customers()).toEqual(before);
  });

  test('Cancel does not change a finished or failing operation', async () => {
    const { call, invite, clock } = await start();
    const { message: fine } = await invite('Neuland');
    const { message: failing } = await invite('Rolls back');
    clock.advance(700);
    const early = await call(cancel, { operationId: failing.id });
    expect(early.message).toMatchObject({ done: false, result: { case: 'error' } });
    clock.advance(300);
    const late = await call(cancel, { operationId: fine.id });
    expect(late.message.result.case).toBe('response');
  });

  test('sends a configured poll interval with every operation', async () => {
    const { call, invite, resellerId } = await start({ operations: { pollIntervalSeconds: 3 } });
    const { headers, message } = await invite('Neuland');
    expect(headers.get('x-operation-poll-interval')).toEqual(['3']);
    const polled = await call(get, { operationId: message.id });
    expect(polled.headers.get('x-operation-poll-interval')).toEqual(['3']);
    expect(polled.headers.get('x-request-id')).toHaveLength(1);
    const listed = await call(list, { resellerId });
    expect(listed.headers.get('x-operation-poll-interval')).toEqual([]);
  });

  test('removes the oldest finished operations', async () => {
    const { call, invite, state, clock } = await start({ operations: { retained: 2 } });
    const operations: Operation[] = [];
    for (const name of ['A', 'B', 'C']) operations.push((await invite(name)).message);
    clock.advance(1000);
    const [first, second] = operations;
    if (first === undefined || second === undefined) throw new Error('no operations');
    expect((await state(second)).done).toBe(true);
    const failure = await failureOf(call(get, { operationId: first.id }));
    expect(failure.error.code).toBe(status.NOT_FOUND);
  });
});

describe('an idempotency key', () => {
  test('returns the current state of the existing operation', async () => {
    const { invite, customers, clock } = await start();
    const key = { 'idempotency-key': randomUUID() };
    const before = await customers();
    const { message: first } = await invite('Neuland', key);
    clock.advance(1000);
    const { message: repeat } = await invite('Neuland', key);
    expect(repeat).toMatchObject({ id: first.id, done: true });
    expect(await customers()).toHaveLength(before.length + 1);
  });

  test('another key or no key starts another operation', async () => {
    const { invite } = await start();
    const ids = new Set<string>();
    for (const metadata of [{ 'idempotency-key': randomUUID() }, {}, {}]) {
      ids.add((await invite('Neuland', metadata)).message.id);
    }
    expect(ids.size).toBe(3);
  });
});

describe('required fields', () => {
  const person = { name: 'P' };
  const long = 'x'.repeat(51);
  const ours = { resellerId: 'nobody', name: 'n', invitationEmail: 'e', person };
  const { invitationEmail: _, ...served } = ours;
  type Invoke = (call: BillingCall) => Promise<unknown>;

  test.each<[string, Invoke, string[]]>([
    ['Invite', (call) => call(invite, {}), ['reseller_id', 'name', 'person', 'invitation_email']],
    [
      'Invite with a long id',
      (call) => call(invite, { ...ours, resellerId: long }),
      ['reseller_id'],
    ],
    [
      'CreateResellerServed',
      (call) => call(createResellerServed, {}),
      ['reseller_id', 'name', 'person'],
    ],
    ['Activate', (call) => call(activate, {}), ['customer_id']],
    ['Suspend', (call) => call(suspend, { customerId: long }), ['customer_id']],
  ])('of %s are validated', async (_, invoke, fields) => {
    const { call } = await start();
    const failure = await failureOf(invoke(call));
    expect(failure.error.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.fields).toEqual(fields);
  });

  test.each<[string, Invoke]>([
    ['Invite', (call) => call(invite, ours)],
    ['CreateResellerServed', (call) => call(createResellerServed, served)],
    ['Activate', (call) => call(activate, { customerId: 'nobody' })],
    ['Suspend', (call) => call(suspend, { customerId: 'nobody' })],
  ])('%s does not find an unknown id', async (_, invoke) => {
    const { call } = await start();
    const failure = await failureOf(invoke(call));
    expect(failure.error.code).toBe(status.NOT_FOUND);
  });
});

import { status } from '@grpc/grpc-js';
import { type DocumentNode, print } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { audience, issuer, startIssuer, tokenOf } from '../server/push-issuer.support.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  ActivateCustomerDocument,
  AuditEntryDocument,
  type AuditLogFilter,
  ChangeRecordedDocument,
  MyChangesDocument,
  OrderCustomerDocument,
  SettleChangeDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';
import { connectSocket, subscribe } from '../support/websocket.ts';

const env = {
  BILLING_TIMEOUT_MS: '400',
  WRITE_SEND_WITHIN_MS: '300',
  WRITE_RECOVERY_WINDOW_MS: '0',
};
const fault = {
  method: 'CustomerService.Activate',
  effect: { type: 'grpc', code: status.UNAVAILABLE },
} as const;

async function startWithCustomer() {
  const gateway = await startTestGateway({ env });
  return { gateway, customer: await customerNamed(gateway, 'Nordlicht Bakery') };
}

/** Sends an activation whose answers are lost. Returns the id of its audit entry. */
async function activateUnknown({ url, sandbox }: TestGateway, customer: string, executed = false) {
  sandbox.faults.add({ ...fault, executed });
  const { data } = await request(url, ActivateCustomerDocument, { customer });
  expect(data?.activateCustomer).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  sandbox.faults.clear();
  const [entry] = (await changesOf(url)).nodes;
  if (entry?.outcome !== 'UNKNOWN') throw new Error(`the outcome is ${entry?.outcome}`);
  return entry.id;
}

async function changesOf(url: string, filter: AuditLogFilter = {}) {
  const { data, errors } = await request(url, MyChangesDocument, { filter });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.auditLog;
}

function settle(url: string, auditEntry: string, action: string, operationId?: string) {
  const query = print(SettleChangeDocument as DocumentNode);
  const variables = { auditEntry, action, operationId };
  return request<{ settleWrite: Settled }, object>(url, query, variables);
}

interface Settled {
  readonly code?: string;
  readonly auditEntry?: { readonly outcome: string; readonly operation: { operationId: string } };
}

describe('the audit log', () => {
  test('lists changes with their outcomes, in both orders and by customer', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url } = gateway;
    await request(url, ActivateCustomerDocument, { customer });
    await activateUnknown(gateway, await customerNamed(gateway, 'Slow Harbour Shipping'));
    const all = await changesOf(url);
    expect(all.totalCount).toBe(2);
    expect(all.nodes).toMatchObject([
      { mutation: 'activateCustomer', outcome: 'UNKNOWN', operation: null },
      {
        mutation: 'activateCustomer',
        outcome: 'DONE',
        viewer: 'anonymous',
        target: { customer: { id: customer } },
        operation: { operationId: expect.any(String) },
      },
    ]);
    const { data } = await request(url, MyChangesDocument, { orderBy: 'AT_ASC', first: 1 });
    expect(data?.auditLog.nodes).toMatchObject([{ id: all.nodes[1]?.id }]);
    expect(data?.auditLog.pageInfo.hasNextPage).toBe(true);
    const after = data?.auditLog.pageInfo.endCursor ?? null;
    const next = await request(url, MyChangesDocument, { orderBy: 'AT_ASC', first: 1, after });
    expect(next.data?.auditLog.nodes).toMatchObject([{ id: all.nodes[0]?.id }]);
    expect((await changesOf(url, { customer })).totalCount).toBe(1);
    expect((await changesOf(url, { outcomes: ['REFUSED'] })).nodes).toEqual([]);
    expect((await changesOf(url, { viewer: 'somebody else' })).totalCount).toBe(0);
  });

  test('of a customer has its order, which names the domain', async () => {
    const { url, sandbox } = await startTestGateway({ env });
    const postalAddress = {
      ...{ contactName: 'A', organizationName: 'A', postalCode: '10115', countryCode: 'DE' },
    };
    const input = {
      ...{ customerDomain: 'Ordered.example', alternateEmail: 'a@other.example', postalAddress },
    };
    const ordered = await request(url, OrderCustomerDocument, { input });
    expect(ordered.data?.orderCustomer).toHaveProperty('customer');
    const query = `{ customer(by: { domain: "ordered.example" }) { id
      auditLog { totalCount nodes { mutation } } } }`;
    const { data } = await request<{ customer: { id: string; auditLog: object } }, object>(
      url,
      query,
    );
    const auditLog = { totalCount: 1, nodes: [{ mutation: 'orderCustomer' }] };
    expect(data?.customer.auditLog).toEqual(auditLog);
    const id = data?.customer.id ?? '';
    expect((await changesOf(url, { customer: id })).totalCount).toBe(1);
    // The log does not need the reseller API.
    sandbox.faults.add({ backend: 'reseller', effect: { type: 'http', status: 503 } });
    expect((await changesOf(url, { customer: id })).totalCount).toBe(0);
  });

  test('is read for a list of customers and for one entry', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url } = gateway;
    await request(url, ActivateCustomerDocument, { customer });
    const query = `{ customers(first: 20) { nodes { id
      auditLog(first: 1) { totalCount nodes { id idempotencyKey billingAccountActive } } } } }`;
    const { data } = await request<Listed, object>(url, query, {});
    const [own, ...others] = (data?.customers.nodes ?? []).toSorted(
      (a, b) => b.auditLog.totalCount - a.auditLog.totalCount,
    );
    expect(own).toMatchObject({ id: customer, auditLog: { totalCount: 1 } });
    expect(others.every(({ auditLog }) => auditLog.totalCount === 0)).toBe(true);
    const [entry] = own?.auditLog.nodes ?? [];
    if (!entry) throw new Error('no entry');
    expect(entry.billingAccountActive).toEqual(expect.any(Boolean));
    for (const by of [{ id: entry.id }, { idempotencyKey: entry.idempotencyKey }]) {
      const found = await request(url, AuditEntryDocument, { by });
      expect(found.data?.auditEntry).toMatchObject({ id: entry.id, cursor: expect.any(String) });
    }
    const by = { idempotencyKey: '00000000-0000-4000-8000-000000000000' };
    expect((await request(url, AuditEntryDocument, { by })).data?.auditEntry).toBeNull();
  });

  test.each<[AuditLogFilter, RegExp]>([
    [{ mutations: ['cancelOperation'] }, /filter\.mutations must contain only recorded mutations/],
    [
      { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' },
      /filter\.from must be before filter\.until/,
    ],
    [{ customer: 'x' }, /is not a global id/],
    [{ subscription: encodeGlobalId('Customer', 'r', 'C0') }, /Expected an id of type/],
  ])('rejects the filter %j', async (filter, message) => {
    const { url } = await startTestGateway({ env });
    const { errors } = await request(url, MyChangesDocument, { filter });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message).toMatch(message);
  });
});

interface Listed {
  readonly customers: {
    readonly nodes: readonly {
      readonly id: string;
      readonly auditLog: {
        readonly totalCount: number;
        readonly nodes: readonly {
          readonly id: string;
          readonly idempotencyKey: string;
          readonly billingAccountActive: boolean | null;
        }[];
      };
    }[];
  };
}

describe('auditLogged', () => {
  test('sends each outcome, and resumes after a cursor', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url } = gateway;
    const client = connectSocket(url);
    const live = subscribe(client, ChangeRecordedDocument, { after: '0' });
    await request(url, ActivateCustomerDocument, { customer });
    const first = (await live.next()).value?.data?.auditLogged;
    expect(first).toMatchObject({ outcome: 'DONE', target: { customer: { id: customer } } });
    const other = await customerNamed(gateway, 'Slow Harbour Shipping');
    const id = await activateUnknown(gateway, other);
    expect((await live.next()).value?.data?.auditLogged).toMatchObject({ id, outcome: 'UNKNOWN' });
    await settle(url, id, 'CONFIRM_NOT_DONE');
    const settled = (await live.next()).value?.data?.auditLogged;
    expect(settled).toMatchObject({ id, outcome: 'REFUSED' });
    expect((await live.next()).value?.data?.auditLogged).toMatchObject({ mutation: 'settleWrite' });

    const resumed = subscribe(client, ChangeRecordedDocument, {
      after: first?.cursor ?? '',
      filter: { customer: other, mutations: ['activateCustomer'] },
    });
    expect((await resumed.next()).value?.data?.auditLogged).toMatchObject({
      id,
      cursor: settled?.cursor,
    });
  });
});

describe('settleWrite', () => {
  test('REPEAT starts one operation, and is recorded', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url, sandbox } = gateway;
    const id = await activateUnknown(gateway, customer, true);
    const { data, errors } = await settle(url, id, 'REPEAT');
    expect(errors).toBeUndefined();
    expect(data?.settleWrite.auditEntry).toMatchObject({ id, outcome: 'DONE' });
    expect(data?.settleWrite.auditEntry?.operation.operationId).toEqual(expect.any(String));
    const sent = sandbox.calls.recent
      .filter(({ method }) => method === 'CustomerService.Activate')
      .map(({ headers }) => headers['idempotency-key']);
    expect(new Set(sent).size).toBe(1);
    const [action] = (await changesOf(url)).nodes;
    expect(action).toMatchObject({
      mutation: 'settleWrite',
      outcome: 'DONE',
      target: { customer: { id: customer } },
      input: { action: 'REPEAT' },
    });
  });

  test('REPEAT without an answer leaves the outcome unknown', async () => {
    const { gateway, customer } = await startWithCustomer();
    const id = await activateUnknown(gateway, customer);
    gateway.sandbox.faults.add(fault);
    const { data } = await settle(gateway.url, id, 'REPEAT');
    expect(data?.settleWrite).toMatchObject({
      __typename: 'OutcomeUnknownError',
      code: 'OUTCOME_UNKNOWN',
    });
  });

  test('CONFIRM_DONE needs the operation, and shows its state', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url } = gateway;
    const other = await customerNamed(gateway, 'Slow Harbour Shipping');
    const id = await activateUnknown(gateway, customer);
    const code = async (operationId?: string) =>
      (await settle(url, id, 'CONFIRM_DONE', operationId)).data?.settleWrite.code;
    expect(await code()).toBe('BAD_USER_INPUT');
    expect(await code('no-such-operation')).toBe('NOT_FOUND');
    const started = await request(url, ActivateCustomerDocument, { customer: other });
    expect(started.data?.activateCustomer).toHaveProperty('operation');
    const [, done] = (await changesOf(url, { mutations: ['activateCustomer'] })).nodes.toReversed();
    expect(await code(done?.operation?.operationId)).toBe('FAILED_PRECONDITION');
    const outcomes = (await changesOf(url, { mutations: ['settleWrite'] })).nodes;
    expect(outcomes.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['REFUSED', 'FAILED_PRECONDITION'],
      ['REFUSED', 'NOT_FOUND'],
    ]);
  });

  test('CONFIRM_DONE records the operation that billing started, and follows it', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url, sandbox } = gateway;
    const starts = vi.spyOn(sandbox.operations, 'start');
    const id = await activateUnknown(gateway, customer, true);
    const started = starts.mock.results[0]?.value;
    const { data } = await settle(url, id, 'CONFIRM_DONE', started.id);
    expect(data?.settleWrite.auditEntry).toMatchObject({
      outcome: 'DONE',
      operation: { operationId: started.id },
    });
    const query = `query ($by: AuditEntryBy!) { auditEntry(by: $by) { operation { status } } }`;
    const state = () => request<{ auditEntry: object }, object>(url, query, { by: { id } });
    await expect
      .poll(async () => (await state()).data?.auditEntry)
      .toEqual({ operation: { status: 'SUCCEEDED' } });
  });

  test('CONFIRM_NOT_DONE frees the change to be sent again', async () => {
    const { gateway, customer } = await startWithCustomer();
    const { url } = gateway;
    const id = await activateUnknown(gateway, customer);
    const { data } = await settle(url, id, 'CONFIRM_NOT_DONE');
    expect(data?.settleWrite.auditEntry).toMatchObject({ id, outcome: 'REFUSED' });
    const again = await request(url, ActivateCustomerDocument, { customer });
    expect(again.data?.activateCustomer).toHaveProperty('operation');
    expect((await settle(url, id, 'REPEAT')).data?.settleWrite.code).toBe('FAILED_PRECONDITION');
  });
});

describe('with AUTH=jwt', () => {
  async function startGuarded() {
    const { trusted } = await startIssuer();
    const gateway = await startTestGateway({
      env: {
        ...env,
        AUTH: 'jwt',
        AUTH_JWKS_URL: trusted.jwksUrl,
        AUTH_ISSUER: issuer,
        AUTH_AUDIENCE: audience,
        AUTH_WRITE_SCOPE: 'write',
      },
    });
    const tokens = {
      ann: await tokenOf({ sub: 'ann', scope: 'write' }),
      bob: await tokenOf({ sub: 'bob', scope: 'write' }),
      reader: await tokenOf({ sub: 'ann' }),
    };
    const ask = async (who: keyof typeof tokens, query: string, variables: object = {}) => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[who]}` },
        body: JSON.stringify({ query, variables }),
      });
      return JSON.parse(await response.text());
    };
    const list = '{ customers(first: 1) { nodes { id } } }';
    const customer: string = (await ask('ann', list)).data.customers.nodes[0].id;
    return { ...gateway, tokens, ask, customer };
  }

  const activate = `mutation ($customer: ID!) { activateCustomer(input: { customer: $customer }) {
    ... on ActivateCustomerSuccess { auditEntry { id idempotencyKey } }
    ... on OutcomeUnknownError { auditEntry { id idempotencyKey } } } }`;
  const everything = `query ($customer: ID!, $id: ID!, $key: UUID!) {
    auditLog(filter: { viewer: "ann" }) { totalCount nodes { id } }
    all: auditLog { totalCount }
    node(id: $id) { id }
    byId: auditEntry(by: { id: $id }) { id }
    byKey: auditEntry(by: { idempotencyKey: $key }) { id }
    customer(by: { id: $customer }) { auditLog { totalCount nodes { id } } } }`;

  test('an entry exists only for its viewer, whatever the entry point', async () => {
    const { ask, customer } = await startGuarded();
    const { id, idempotencyKey: key } = (await ask('ann', activate, { customer })).data
      .activateCustomer.auditEntry;
    const variables = { customer, id, key };
    const page = { totalCount: 1, nodes: [{ id }] };
    expect((await ask('ann', everything, variables)).data).toEqual({
      ...{ auditLog: page, all: { totalCount: 1 } },
      ...{ node: { id }, byId: { id }, byKey: { id } },
      customer: { auditLog: page },
    });
    const empty = { totalCount: 0, nodes: [] };
    expect((await ask('bob', everything, variables)).data).toEqual({
      ...{ auditLog: empty, all: { totalCount: 0 } },
      ...{ node: null, byId: null, byKey: null },
      customer: { auditLog: empty },
    });
  });

  test("settleWrite needs the WRITE right and the viewer's own entry", async () => {
    const { ask, customer, sandbox } = await startGuarded();
    sandbox.faults.add(fault);
    const { id } = (await ask('ann', activate, { customer })).data.activateCustomer.auditEntry;
    const confirm = `mutation ($id: ID!) {
      settleWrite(input: { auditEntry: $id, action: CONFIRM_NOT_DONE }) {
        __typename ... on Error { message } } }`;
    expect((await ask('bob', confirm, { id })).data.settleWrite).toEqual({
      __typename: 'NotFoundError',
      message: 'The audit entry was not found.',
    });
    expect((await ask('reader', confirm, { id })).data.settleWrite.__typename).toBe(
      'PermissionError',
    );
    expect((await ask('ann', confirm, { id })).data.settleWrite.__typename).toBe(
      'SettleWriteSuccess',
    );
  });

  test("auditLogged sends the viewer's own entries only", async () => {
    const { url, ask, customer, tokens } = await startGuarded();
    const live = (who: 'ann' | 'bob') =>
      subscribe(
        connectSocket(url, { connectionParams: { authorization: `Bearer ${tokens[who]}` } }),
        ChangeRecordedDocument,
        { after: '0' },
      );
    await ask('ann', activate, { customer });
    await ask('bob', activate, { customer });
    await ask('ann', activate, { customer });
    const bob = live('bob');
    expect((await bob.next()).value?.data?.auditLogged.viewer).toBe('bob');
    const ann = live('ann');
    for (let n = 0; n < 2; n++) {
      expect((await ann.next()).value?.data?.auditLogged.viewer).toBe('ann');
    }
    const more = bob.next();
    const isSilent = await Promise.race([
      more.then(() => false),
      ask('ann', activate, { customer })
        .then(() => ann.next())
        .then(() => true),
    ]);
    expect(isSilent).toBe(true);
  });
});

test('the entry that a mutation returns has its operation, cursor and duration', async () => {
  const { gateway, customer } = await startWithCustomer();
  const query = `mutation ($customer: ID!) { activateCustomer(input: { customer: $customer }) {
    ... on ActivateCustomerSuccess {
      operation { id } auditEntry { outcome operation { id } cursor durationMs } } } }`;
  const { data } = await request<{ activateCustomer: { operation: object } }, object>(
    gateway.url,
    query,
    { customer },
  );
  expect(data?.activateCustomer).toMatchObject({
    auditEntry: {
      outcome: 'DONE',
      operation: data?.activateCustomer.operation,
      cursor: expect.any(String),
      durationMs: expect.any(Number),
    },
  });
});

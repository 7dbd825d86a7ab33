import { describe, expect, test } from 'vitest';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { list } from './lists.support.ts';
import { startTenants, tokenFor } from './tenants.support.ts';

describe('audit entries', () => {
  test('of other viewers are for admins only, and only of their tenant', async () => {
    const { ask, main, second } = await startTenants();
    const query = `query ($id: ID!) { auditEntry(by: { id: $id }) { viewer } }`;
    const resellers = main.ids.resellerId;
    const admin = await tokenFor('adam', { roles: ['admin'], resellers });
    const operator = await tokenFor('oleg', { roles: ['operator'], resellers });
    const variables = { id: main.ids.auditEntry };
    const found = { auditEntry: { viewer: main.ids.viewer } };
    expect((await ask(admin, query, variables)).data).toEqual(found);
    expect((await ask(operator, query, variables)).data).toEqual({ auditEntry: null });
    expect((await ask(admin, query, { id: second.ids.auditEntry })).data).toEqual({
      auditEntry: null,
    });
    const count = '{ auditLog { totalCount nodes { id } } }';
    expect((await list(ask, admin, count)).totalCount).toBe(2);
    expect((await list(ask, operator, count)).totalCount).toBe(0);
  });

  test('of other viewers are for nobody without roles, where everyone may run mutations', async () => {
    const { ask, main, sandbox } = await startTenants({ AUTH_CLAIM_ROLES: '' });
    const token = await tokenFor('adam', { resellers: main.ids.resellerId });
    expect((await list(ask, token, '{ auditLog { totalCount nodes { id } } }')).totalCount).toBe(0);
    const roles = ['VIEWER', 'OPERATOR', 'ADMIN'];
    expect((await ask(token, '{ viewer { roles } }')).data).toEqual({ viewer: { roles } });
    await ask(
      token,
      `mutation ($customer: ID!) { suspendCustomer(input: { customer: $customer, confirm: true }) {
        __typename } }`,
      { customer: main.ids.customer },
    );
    expect(sandbox.calls.count('CustomerService.Suspend')).toBe(1);
  });

  test('of a viewer that has changed its tenant are invisible to it', async () => {
    const { ask, main } = await startTenants();
    const moved = await tokenFor(main.ids.viewer, {
      roles: ['admin'],
      resellers: secondResellerId,
    });
    const { data } = await ask(
      moved,
      `query ($key: UUID!) { auditEntry(by: { idempotencyKey: $key }) { id } }`,
      { key: main.ids.idempotencyKey },
    );
    expect(data).toEqual({ auditEntry: null });
  });

  test('are settled with the role of their mutation, and with an own operation', async () => {
    const world = await startTenants({ BILLING_TIMEOUT_MS: '300' });
    const { ask, main, second, sandbox } = world;
    sandbox.faults.add({ method: 'CustomerService.Suspend', effect: { type: 'grpc', code: 13 } });
    const suspended = await ask(
      second.token,
      `mutation ($customer: ID!) { suspendCustomer(input: { customer: $customer, confirm: true }) {
        ... on OutcomeUnknownError { auditEntry { id } } } }`,
      { customer: second.ids.customer },
    );
    const id = Object(suspended.data?.['suspendCustomer']).auditEntry.id;
    const settle = `mutation ($id: ID!, $operationId: String) { settleWrite(input: {
      auditEntry: $id, action: CONFIRM_DONE, operationId: $operationId }) {
      ... on Error { code message } } }`;
    const operator = await tokenFor(second.ids.viewer, {
      ...{ roles: ['operator'], resellers: secondResellerId },
    });
    const variables = { id, operationId: main.ids.operationId };
    expect((await ask(operator, settle, variables)).data).toEqual({
      settleWrite: { code: 'FORBIDDEN', message: 'The admin role is required.' },
    });
    expect((await ask(second.token, settle, variables)).data).toEqual({
      settleWrite: {
        code: 'NOT_FOUND',
        message: `Billing has no operation ${main.ids.operationId}.`,
      },
    });
  });
});

describe('an idempotency key', () => {
  test('of another viewer names another write', async () => {
    const { ask, main, second } = await startTenants();
    const { data } = await ask(
      second.token,
      `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
        ... on ActivateCustomerSuccess { replayed operation { id } } } }`,
      { input: { customer: second.ids.customer, idempotencyKey: main.ids.idempotencyKey } },
    );
    const { replayed, operation } = Object(data?.['activateCustomer']);
    expect(replayed).toBe(false);
    expect(operation.id).not.toBe(main.ids.operation);
  });

  test('does not bring back an answer about an object that has become invisible', async () => {
    const { ask, main } = await startTenants();
    const moved = await tokenFor(main.ids.viewer, {
      roles: ['admin'],
      resellers: secondResellerId,
    });
    const { data } = await ask(
      moved,
      `mutation ($input: ActivateCustomerInput!) { activateCustomer(input: $input) {
        ... on Error { code message } } }`,
      { input: { customer: main.ids.customer, idempotencyKey: main.ids.idempotencyKey } },
    );
    expect(data).toEqual({
      activateCustomer: {
        code: 'NOT_FOUND',
        message: 'The customer was not found in the billing API.',
      },
    });
  });
});

import { describe, expect, test } from 'vitest';
import { writeMutations } from '../../src/domain/write.ts';
import { schema } from '../../src/schema/schema.ts';
import { callsOf } from './documents.support.ts';
import { ghostOf } from './references.support.ts';
import { startRestricted, startTenants, tokenFor } from './tenants.support.ts';

const adminOnly = [
  ...['suspendCustomer', 'cancelSubscription', 'transferSubscriptionToDirect'],
  ...['registerNotifications', 'unregisterNotifications'],
];

/** One valid call of every mutation, and the same one as a dry run. */
function mutationCalls() {
  const root = schema.getMutationType();
  if (!root) throw new Error('no mutations');
  return Object.values(root.getFields()).flatMap((field) => {
    return callsOf(root, field)
      .slice(0, 2)
      .map((call) => ({ name: field.name, call }));
  });
}

describe('a mutation', () => {
  test('requires the operator role or the admin role, before any backend call', async () => {
    const { sandbox, ask, main } = await startTenants();
    const ghost = { own: main.ids, named: ghostOf(main.ids) };
    const tokens = {
      viewer: await tokenFor('vera', { roles: ['viewer'], resellers: [sandbox.resellerId] }),
      operator: await tokenFor('oleg', { roles: 'operator', resellers: [sandbox.resellerId] }),
    };
    sandbox.calls.reset();
    const refused: Record<string, string[]> = { viewer: [], operator: [] };
    const calls = mutationCalls();
    expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining([...writeMutations]));
    for (const { name, call } of calls) {
      const role = adminOnly.includes(name) ? 'admin' : 'operator';
      for (const [holder, token] of Object.entries(tokens)) {
        if (holder === 'operator' && role === 'operator') continue;
        const { data } = await ask(token, call.query, call.variables(ghost));
        const result = Object(data?.[name]);
        expect(result, `${name} as ${holder}`).toMatchObject({
          __typename: 'PermissionError',
          PermissionError_code: 'FORBIDDEN',
          PermissionError_message: `The ${role} role is required.`,
        });
        refused[holder]?.push(name);
      }
    }
    expect(refused['viewer']).toHaveLength(calls.length);
    expect(refused['operator']?.toSorted()).toEqual([...adminOnly, ...adminOnly].toSorted());
    expect(calls.filter(({ call }) => call.name.includes('dry run'))).toHaveLength(
      calls.length / 2,
    );
    expect(sandbox.calls.requests).toBe(0);
  });

  test('is run by operators and admins', async () => {
    const { sandbox, ask, main } = await startTenants();
    const operator = await tokenFor('oleg', {
      roles: ['operator'],
      resellers: [main.ids.resellerId],
    });
    const activate = `mutation ($customer: ID!) {
      activateCustomer(input: { customer: $customer }) { __typename } }`;
    expect((await ask(operator, activate, { customer: main.ids.customer })).data).toEqual({
      activateCustomer: { __typename: 'ActivateCustomerSuccess' },
    });
    const suspend = `mutation ($customer: ID!) {
      suspendCustomer(input: { customer: $customer, confirm: true }) { __typename } }`;
    expect((await ask(main.token, suspend, { customer: main.ids.customer })).data).toEqual({
      suspendCustomer: { __typename: 'SuspendCustomerSuccess' },
    });
    expect(sandbox.calls.count('CustomerService.Suspend')).toBe(1);
  });

  test('also requires the write scope when one is configured', async () => {
    const { ask, sandbox } = await startRestricted({ AUTH_WRITE_SCOPE: 'portal.write' });
    const admin = await tokenFor('ann', { roles: ['admin'], resellers: [sandbox.resellerId] });
    const { data } = await ask(
      admin,
      `mutation { unlinkCustomer(input: { customer: "x" }) { ... on Error { message } } }`,
    );
    expect(data).toEqual({ unlinkCustomer: { message: 'The WRITE right is required.' } });
  });
});

describe('a token', () => {
  test.each<[string, object]>([
    ['without claims', {}],
    [
      'with an unknown role',
      { roles: ['root', 'Admin', '*'], resellers: ['dn2nordwindcloud0000'] },
    ],
    ['with a role that is not text', { roles: ['admin', 7], resellers: ['dn2nordwindcloud0000'] }],
  ])('%s reads nothing', async (_, access) => {
    const { ask, sandbox } = await startRestricted();
    const token = await tokenFor('eve', access);
    const { data, errors } = await ask(
      token,
      '{ viewer { roles rights } customers { nodes { id } } }',
    );
    expect(data).toEqual({ viewer: { roles: [], rights: [] }, customers: null });
    expect(errors?.[0]).toMatchObject({
      message: 'The viewer role is required.',
      extensions: { code: 'FORBIDDEN' },
    });
    expect(sandbox.calls.requests).toBe(0);
  });

  test.each<[string, unknown]>([
    ['no reseller', undefined],
    ['a prefix', 'dn2nordwind'],
    ['a wildcard', ['*']],
    ['a nested list', [['dn2nordwindcloud0000']]],
  ])('with %s sees no customer', async (_, resellers) => {
    const { ask, sandbox } = await startRestricted();
    const token = await tokenFor('eve', { roles: ['admin'], resellers });
    const listed = await ask(
      token,
      '{ customers(resellerId: "dn2nordwindcloud0000") { nodes { id } } }',
    );
    expect(listed.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    const all = await ask(token, '{ subscriptions { nodes { id } } operations { nodes { id } } }');
    expect(all.data).toEqual({ subscriptions: { nodes: [] }, operations: { nodes: [] } });
    expect(sandbox.calls.count('CustomerService.List')).toBe(0);
  });

  test('tells its holder what it grants', async () => {
    const { ask, sandbox } = await startRestricted();
    const token = await tokenFor('ann', { roles: ['operator'], resellers: sandbox.resellerId });
    expect((await ask(token, '{ viewer { subject rights roles resellers } }')).data).toEqual({
      viewer: {
        ...{ subject: 'ann', rights: ['READ', 'WRITE'], roles: ['VIEWER', 'OPERATOR'] },
        resellers: ['dn2nordwindcloud0000'],
      },
    });
  });
});

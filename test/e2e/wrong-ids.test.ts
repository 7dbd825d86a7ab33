import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';

const gateway = sharedTestGateway();

async function messageOf(query: string): Promise<string | undefined> {
  const { errors } = await request(gateway().url, query);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  return errors?.[0]?.message;
}

const customer = encodeGlobalId('Customer', 'r', 'C1');
const operation = encodeGlobalId('Operation', 'o1');

describe('the message about a wrong id names the query that returns the right one', () => {
  test.each([
    [`{ customer(by: { id: "${operation}" }) { id } }`, '`customers`'],
    ['{ customer(by: { id: "C01abc" }) { id } }', '`customers`'],
    [`{ customer(by: { id: "${encodeGlobalId('Customer', 'x')}" }) { id } }`, '`customers`'],
    [`{ operations(customer: "${operation}") { nodes { id } } }`, '`customers`'],
    [`{ subscription(by: { id: "${customer}" }) { id } }`, '`subscriptions`'],
    [`{ operation(by: { id: "${customer}" }) { id } }`, '`operations`'],
    [`{ auditEntry(by: { id: "${customer}" }) { id } }`, '`auditLog`'],
  ])('%s', async (query, name) => {
    expect(await messageOf(query)).toContain(name);
  });

  test('in a mutation', async () => {
    const { data } = await request<{ activateSubscription: object }, object>(
      gateway().url,
      `mutation { activateSubscription(input: { subscription: "${customer}" }) {
        ... on ValidationError { message } } }`,
    );
    expect(data?.activateSubscription).toMatchObject({
      message: expect.stringContaining('`subscriptions`'),
    });
  });
});

describe('an operation id that is too long', () => {
  const long = 'o'.repeat(51);

  test('is refused before anything is sent', async () => {
    gateway().sandbox.calls.reset();
    expect(await messageOf(`{ operation(by: { operationId: "${long}" }) { id } }`)).toBe(
      'operationId must be at most 50 characters long.',
    );
    const id = encodeGlobalId('Operation', long);
    await messageOf(`{ node(id: "${id}") { id } }`);
    const { data } = await request<{ cancelOperation: object }, object>(
      gateway().url,
      `mutation { cancelOperation(input: { operation: "${id}" }) { __typename } }`,
    );
    expect(data?.cancelOperation).toEqual({ __typename: 'ValidationError' });
    expect(gateway().sandbox.calls.counts()).toEqual({});
  });
});

import { GraphQLList, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { RequestContext } from '../../src/server/graphql/request-context.ts';
import type { HttpOptions } from '../../src/server/http.ts';
import { sharedTestGateway, startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { expectAlive } from './attack.support.ts';
import { limits, startServer } from './harness.support.ts';

const frugal = sharedTestGateway({ env: { MAX_BACKEND_CALLS: '20', MAX_COST: '2000' } });
const closed = sharedTestGateway({ env: { INTROSPECTION: 'false', SUGGESTIONS: 'false' } });

/** A server whose lists have 1,000 rows; `lateRows` ignores its deadline. */
async function startRows(options: Partial<HttpOptions>) {
  const resolved: unknown[] = [];
  const inner = new GraphQLObjectType({
    name: 'Inner',
    fields: { name: { type: GraphQLString, resolve: () => 'x' } },
  });
  const row = new GraphQLObjectType({
    name: 'Row',
    fields: {
      inner: {
        type: inner,
        resolve: (source) => {
          resolved.push(source);
          return {};
        },
      },
    },
  });
  const rows = Array.from({ length: 1000 }, (_, n) => ({ n }));
  const query = new GraphQLObjectType<unknown, RequestContext>({
    name: 'Query',
    fields: {
      rows: { type: new GraphQLList(row), resolve: () => rows },
      lateRows: {
        type: new GraphQLList(row),
        resolve: async (_root, _args, { signal }) => {
          await new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
          return rows;
        },
      },
    },
  });
  const server = await startServer({ schema: new GraphQLSchema({ query }), ...options });
  return { ...server, resolved };
}

describe('while a request runs', () => {
  test('backend calls are counted, and none is made beyond the limit', async () => {
    const { url, sandbox } = frugal();
    sandbox.calls.reset();
    const { data, errors } = await request(
      url,
      '{ customers(first: 40) { nodes { billing { account { name } } } } }',
    );
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('more than 20 backend calls'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(sandbox.calls.count('BillingAccountService.Get')).toBeLessThanOrEqual(20);
    await expectAlive(url);
  });

  test('an answer of a mutation that is too long does not hide that the mutation has run', async () => {
    const { url, sandbox } = await startTestGateway({ env: { MAX_ANSWER_BYTES: '1000' } });
    const { data } = await request<{ customers: { nodes: { id: string }[] } }, object>(
      url,
      '{ customers(first: 1) { nodes { id } } }',
    );
    const fields = Array.from({ length: 40 }, (_, n) => `a${n}: id`).join(' ');
    const { errors } = await request(
      url,
      `mutation { activateCustomer(input: { customer: "${data?.customers.nodes[0]?.id}" }) {
        ... on ActivateCustomerSuccess { operation { ${fields} } } } }`,
    );
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('The mutation has run'),
        extensions: { code: 'OUTCOME_UNKNOWN', retryable: false },
      },
    ]);
    expect(sandbox.calls.count('CustomerService.Activate')).toBe(1);
  });

  test('rows are counted where the query does not say how many there are', async () => {
    const { url } = await startRows({ limits: { ...limits, cost: 100 } });
    const { data, errors } = await request(url, '{ rows { inner { name } } }');
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('more than 100 values'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test('execution stops at the deadline', async () => {
    const { url, resolved } = await startRows({ deadlineMs: 50 });
    const { errors } = await request(url, '{ lateRows { inner { name } } }');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'DEADLINE_EXCEEDED' } });
    expect(resolved).toEqual([]);
  });

  test('the error of a costly query names the largest page that fits', async () => {
    const { url } = frugal();
    const query = (first: number) =>
      `{ operations(first: ${first}) { nodes { id operationId description status createdAt } } }`;
    const { errors } = await request(url, query(1000));
    const fits = Number(/first: (\d+) or less/.exec(errors?.[0]?.message ?? '')?.[1]);
    expect(fits).toBeGreaterThan(100);
    expect((await request(url, query(fits))).errors).toBeUndefined();
    expect((await request(url, query(fits + 1))).errors).toBeDefined();
  });

  test('an answer has at most 1,000 errors, and the last one counts the others', async () => {
    const { url, sandbox } = await startTestGateway();
    sandbox.faults.add({ backend: 'reseller', effect: { type: 'http', status: 403 } });
    const aliases = Array.from({ length: 40 }, (_, n) => `a${n}: reseller { customerDomain }`);
    const query = `{ customers(first: 40) { nodes { ${aliases.join(' ')} } } }`;
    const { data, errors = [] } = await request<{ customers: { nodes: object[] } }, object>(
      url,
      query,
    );
    expect(data?.customers.nodes).toHaveLength(40);
    expect(errors).toHaveLength(1001);
    expect(errors.at(-1)?.message).toMatch(/^\d+ more fields failed/);
  });
});

describe('with INTROSPECTION=false and SUGGESTIONS=false', () => {
  test.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "Query") { name } }',
  ])('%s is refused', async (query) => {
    const { errors } = await request(closed().url, query);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('Introspection is disabled'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test('__typename can be queried', async () => {
    const { data } = await request(closed().url, '{ __typename viewer { __typename } }');
    expect(data).toEqual({ __typename: 'Query', viewer: { __typename: 'Viewer' } });
  });

  const mistakes: [name: string, query: string, variables?: object][] = [
    ['a field', '{ custmers { nodes { id } } }'],
    ['an argument', '{ customers(frist: 1) { nodes { id } } }'],
    ['a type', '{ viewer { ... on Custmer { id } } }'],
    ['a directive', '{ viewer @skp(if: true) { subject } }'],
    ['an enum value', '{ operations(status: RUNING) { nodes { id } } }'],
    ['a selection', '{ viewer }'],
    [
      'an enum value in a variable',
      'query ($s: [OperationStatus!]) { operations(status: $s) { nodes { id } } }',
      { s: ['RUNING'] },
    ],
    [
      'an input field in a variable',
      'query ($by: AuditEntryBy!) { auditEntry(by: $by) { id } }',
      { by: { idempotencyKy: 'x' } },
    ],
  ];
  test.each(mistakes)('the error of a mistake in %s suggests no name', async (_name, ...sent) => {
    const [query, variables = {}] = sent;
    const { errors = [] } = await request(closed().url, query, variables);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });
});

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { productDocuments } from '../../src/server/documents/product-documents.ts';
import { startTenants, tokenFor } from '../access/tenants.support.ts';
import { sharedTestGateway, startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { json, send } from './send.support.ts';

const writing = sharedTestGateway({
  env: { MCP: 'write' },
  sandbox: { operations: { minMs: 0, maxMs: 20 } },
});
const reading = sharedTestGateway({ env: { MCP: 'read' } });

type Mode = 'legacy' | { pin: string };

/** The official client, connected to the endpoint next to a gateway's GraphQL. */
async function connect(url: string, mode: Mode = { pin: '2026-07-28' }, token?: string) {
  const client = new Client(
    { name: 'test-agent', version: '1.2.3' },
    { versionNegotiation: { mode } },
  );
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const endpoint = new URL('/mcp', url);
  await client.connect(new StreamableHTTPClientTransport(endpoint, { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return {
    client,
    async call(name: string, args: Record<string, unknown> = {}) {
      const {
        isError = false,
        structuredContent,
        content,
      } = await client.callTool({
        name,
        arguments: args,
      });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
      return { isError, text, answer: structuredContent as any };
    },
  };
}

const revisions: [string, Mode][] = [
  ['2026-07-28', { pin: '2026-07-28' }],
  ['2025-11-25', 'legacy'],
];

describe.each(revisions)('a client of revision %s', (_, mode) => {
  test('lists every document as a tool with a description and a schema', async () => {
    const { client } = await connect(writing().url, mode);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(productDocuments().length);
    for (const { name, description, inputSchema } of tools) {
      expect(description, name).toBeTruthy();
      expect(inputSchema, name).toMatchObject({ type: 'object', additionalProperties: false });
    }
    expect(tools.find(({ name }) => name === 'customers')).toMatchObject({
      inputSchema: { properties: { first: { type: 'integer', default: 10 } } },
      annotations: { readOnlyHint: true },
    });
    expect(client.getInstructions()).toContain('watchOperation');
  });

  test('reads a list and continues it', async () => {
    const { call } = await connect(writing().url, mode);
    const { isError, answer, text } = await call('customers', { first: 2 });
    expect(isError).toBe(false);
    expect(answer.data.customers.nodes).toHaveLength(2);
    expect(JSON.parse(text)).toEqual(answer);
    const after = answer.data.customers.pageInfo.endCursor;
    const next = await call('customers', { first: 2, after });
    expect(next.answer.data.customers.nodes[0].id).not.toBe(answer.data.customers.nodes[0].id);
  });

  test('starts an operation and waits until it is done', async () => {
    const { call } = await connect(writing().url, mode);
    const { answer: list } = await call('customers', { first: 1 });
    const customer = list.data.customers.nodes[0].id;
    const started = await call('activateCustomer', { customer });
    const operation = started.answer.data.activateCustomer.operation.id;
    const { answer } = await call('watchOperation', { operation, waitSeconds: 20 });
    expect(answer.isComplete).toBe(true);
    const states = answer.events.map(({ data }: { data: { operationUpdated: object } }) => data);
    expect(states.at(-1).operationUpdated.status).toMatch(/SUCCEEDED|FAILED/);
    expect(answer.cursor).toBe(states.at(-1).operationUpdated.cursor);
  });
});

test('a wait ends in time, and its cursor continues without a gap', async () => {
  const { url, sandbox } = await startTestGateway({
    env: { MCP: 'write' },
    sandbox: { operations: { outcome: 'never' } },
  });
  const { call } = await connect(url);
  const { answer: list } = await call('customers', { first: 1 });
  const customer = list.data.customers.nodes[0].id;
  const started = await call('activateCustomer', { customer });
  const operation = started.answer.data.activateCustomer.operation.id;
  const first = await call('watchOperation', { operation, waitSeconds: 0 });
  expect(first.answer).toMatchObject({ isComplete: false });
  sandbox.operations.timing = {
    ...sandbox.operations.timing,
    minMs: 0,
    maxMs: 0,
    outcome: 'succeed',
  };
  const seen = await call('watchOperation', {
    operation,
    after: first.answer.cursor,
    waitSeconds: 1,
  });
  for (const event of first.answer.events) expect(seen.answer.events).not.toContainEqual(event);
});

test('a change records that an agent made it', async () => {
  const { url } = writing();
  const { call } = await connect(url);
  const { answer } = await call('customers', { first: 1 });
  const customer = answer.data.customers.nodes[0].id;
  await call('activateCustomer', { customer });
  const { data } = await request<{ auditLog: { nodes: { agent: string }[] } }, object>(
    url,
    '{ auditLog(first: 20) { nodes { agent } } }',
  );
  expect(data?.auditLog.nodes.map(({ agent }) => agent)).toContain('MCP test-agent/1.2.3');
});

describe('with MCP=read', () => {
  test('no tool that changes anything is listed', async () => {
    const { client } = await connect(reading().url);
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
  });

  test('a change is refused, and nothing reaches a vendor', async () => {
    const { url, sandbox } = reading();
    const { call } = await connect(url);
    const before = sandbox.calls.counts();
    const { isError, text } = await call('activateCustomer', { customer: 'x' });
    expect(isError).toBe(true);
    expect(text).toContain('MCP=read');
    expect(sandbox.calls.counts()).toEqual(before);
  });
});

test('every tool that changes something takes dryRun, and says to use it first', async () => {
  const { client } = await connect(writing().url);
  const { tools } = await client.listTools();
  const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false);
  expect(changing.length).toBeGreaterThan(20);
  for (const { name, description, inputSchema } of changing) {
    expect(description, name).toContain('dryRun: true first');
    expect(json(inputSchema), name).toContain('"dryRun"');
  }
});

describe('a destructive tool', () => {
  async function scene() {
    const { url, sandbox } = writing();
    const { call } = await connect(url);
    const { answer } = await call('customers', { first: 50 });
    const customer = answer.data.customers.nodes.find(
      (node: { reseller: object | null }) => node.reseller,
    );
    const input = { customer: customer.id, confirm: true };
    return { call, sandbox, input, domain: customer.reseller.customerDomain };
  }
  const suspensions = (sandbox: { calls: { counts(): Record<string, number> } }) =>
    sandbox.calls.counts()['CustomerService.Suspend'] ?? 0;

  test.each([
    ['nothing', {}, /Ask a person/],
    ['another name', { confirm: 'other.example' }, /neither the primary domain/],
  ])('that is confirmed with %s changes nothing', async (_, confirm, message) => {
    const { call, sandbox, input } = await scene();
    const before = suspensions(sandbox);
    const { isError, text } = await call('suspendCustomer', { input, ...confirm });
    expect(isError).toBe(true);
    expect(text).toMatch(message);
    expect(suspensions(sandbox)).toBe(before);
  });

  test.each([
    ['without a name', {}, false],
    ['not with a wrong name', { confirm: 'other.example' }, true],
  ])('has a dry run %s, which changes nothing', async (_, confirm, isRefused) => {
    const { call, sandbox, input, domain } = await scene();
    const before = suspensions(sandbox);
    const { customer } = input;
    const { isError, answer } = await call('suspendCustomer', {
      ...{ input: { customer, dryRun: true }, ...confirm },
    });
    expect(isError).toBe(isRefused);
    if (!isRefused) {
      const codes = answer.data.suspendCustomer.warnings.map((w: { code: string }) => w.code);
      expect(codes).toContain('CONFIRMATION_REQUIRED');
    }
    expect(suspensions(sandbox)).toBe(before);
    expect(domain).not.toBe('other.example');
  });

  test('runs when the caller names the customer', async () => {
    const { call, sandbox, input, domain } = await scene();
    const before = suspensions(sandbox);
    const { isError } = await call('suspendCustomer', {
      input,
      confirm: ` ${domain.toUpperCase()}`,
    });
    expect(isError).toBe(false);
    expect(suspensions(sandbox)).toBe(before + 1);
  });
});

describe('an error', () => {
  test('of a mutation is a result with its code', async () => {
    const { call } = await connect(writing().url);
    const { isError, answer } = await call('activateSubscription', { subscription: 'x' });
    expect(isError).toBe(true);
    expect(json(answer)).toMatch(/"code":"(BAD_USER_INPUT|VALIDATION)/);
  });

  test.each([
    ['an unknown tool', 'other', {}, /no tool "other"/],
    ['an unknown argument', 'customers', { limit: 3 }, /no argument "limit".*first, after/],
    ['a missing argument', 'watchOperation', {}, /operation/],
    ['a wrong type', 'customers', { first: 'three' }, /cannot represent non-integer value/],
  ])('for %s says what to do', async (_, name, args, message) => {
    const { call } = await connect(writing().url);
    const { isError, text } = await call(name, args);
    expect(isError).toBe(true);
    expect(text).toMatch(message);
  });
});

test('a batch of messages is refused, because it would count as one request', async () => {
  const { url, sandbox } = writing();
  const call = { method: 'tools/call', params: { name: 'customers', arguments: {} } };
  const before = sandbox.calls.counts();
  const { status, text } = await send(new URL('/mcp', url).href, {
    headers: { accept: 'application/json, text/event-stream' },
    body: json([1, 2, 3].map((id) => ({ jsonrpc: '2.0', id, ...call }))),
  });
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ id: null, error: { code: -32600 } });
  expect(text).toContain('one message');
  expect(sandbox.calls.counts()).toEqual(before);
});

describe('with AUTH=jwt', () => {
  test('callers are identified, and tools show what their tenant and role may see', async () => {
    const gateway = await startTenants({ MCP: 'write' });
    const { status, headers } = await send(new URL('/mcp', gateway.url).href, {
      body: json({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');

    const { call } = await connect(gateway.url, 'legacy', gateway.main.token);
    const own = await call('operation', { by: { id: gateway.main.ids.operation } });
    expect(own.answer.data.operation.id).toBe(gateway.main.ids.operation);
    const foreign = await call('operation', { by: { id: gateway.second.ids.operation } });
    expect(foreign.answer.data.operation).toBeNull();

    const viewer = await tokenFor('vera', {
      roles: ['viewer'],
      resellers: [gateway.main.ids.resellerId],
    });
    const { client, call: callAsViewer } = await connect(gateway.url, 'legacy', viewer);
    const { tools } = await client.listTools();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    const refused = await callAsViewer('activateCustomer', {
      customer: gateway.main.ids.customer,
    });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain('FORBIDDEN');
  });
});

test('nothing is served with MCP=off', async () => {
  const { url } = await startTestGateway();
  const { status, text } = await send(new URL('/mcp', url).href, { body: '{}' });
  expect(status).toBe(404);
  expect(text).toContain('MCP=read');
});

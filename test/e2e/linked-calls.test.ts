import { join } from 'node:path';
import { StatementSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Notification } from '../../src/domain/notification.ts';
import { createLogger } from '../../src/log.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { StatementTexts } from '../../src/store/database/statement-texts.ts';
import { openStore } from '../../src/store/store.ts';
import { startTestGateway } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { activate, activations, listOperations } from './activations.support.ts';
import { testDirectory } from './gateway-process.support.ts';

/**
 * Records the reads of the store from now on: in this thread for a database in memory, in a worker
 * thread for a file. The gateway's own lease rounds start with an update.
 */
function recordReads(): () => string[] {
  const methods = ['all', 'get', 'run', 'iterate'] as const;
  const spies = methods.map((method) => vi.spyOn(StatementSync.prototype, method));
  const posted = vi.spyOn(StatementTexts.prototype, 'number');
  onTestFinished(() => {
    for (const spy of [...spies, posted]) spy.mockRestore();
  });
  return () => {
    const here = spies
      .flatMap<unknown>(({ mock }) => mock.contexts)
      .map((statement) => (statement instanceof StatementSync ? statement.sourceSQL : ''));
    const inThreads = posted.mock.calls.map(([{ sql }]) => sql);
    return [...here, ...inThreads].filter((sql) => sql.startsWith('select'));
  };
}

function notificationOf(customerId: string, messageId: string): Notification {
  return {
    ...{ messageId, customerId, type: 'LICENSE_ASSIGNMENT_CHANGED', raw: {}, publishTime: null },
    ...{ customerDomain: null, subscriptionId: null, skuId: null },
    ...{ suspensionReasons: [], cancellationReason: null },
  };
}

/**
 * A gateway with 100 customers, all of them linked. Each has two notifications, the first 10 have two
 * operations that are over.
 */
async function scene(env: Record<string, string> = {}) {
  const DATABASE_URL = `sqlite:${join(testDirectory(), 'g.db')}`;
  const { url, sandbox } = await startTestGateway({
    env: { DATABASE_URL, ...env },
    sandbox: {
      seed: { customers: 100, linkedShare: 1 },
      operations: { minMs: 1, maxMs: 1, outcome: 'succeed' },
    },
  });
  const ids = sandbox.links.map((link) => link.resellerCustomerId);
  const store = await openStore(DATABASE_URL, { log: createLogger('silent') });
  for (const time of ['old', 'new']) {
    await store.notifications.append(ids.map((id) => notificationOf(id, `${time}-${id}`)));
  }
  await store.close();
  const lastOperations = new Map<string, string | null>();
  for (const _time of ['old', 'new']) {
    const asked = activations(sandbox, 10);
    await Promise.all(asked.map((one) => activate(url, sandbox, one)));
    for (const { customerId, operationId } of asked) lastOperations.set(customerId, operationId);
  }
  const statuses = async () => (await listOperations(url)).map(({ status }) => status);
  await expect.poll(statuses).toEqual(Array(20).fill('SUCCEEDED'));
  sandbox.calls.reset();
  return { url, sandbox, lastOperations };
}

const query = `{ customers(first: 100) { nodes {
  id
  billing { customerId }
  reseller { customerId }
  subscriptions(first: 5) { nodes { customerId } }
  operations(first: 1) { nodes { operationId status } }
  notifications(first: 1) { nodes { messageId } }
} } }`;

describe('100 linked customers with all that is known of them', () => {
  test.each([
    ['false', { 'CustomerService.List': 1, 'customers.get': 100, 'subscriptions.list': 100 }, 201],
    [
      'true',
      { 'CustomerService.List': 1, 'customers.get': 100, 'subscriptions.list': 100, batch: 2 },
      3,
    ],
  ])('are one gRPC call, one REST call each per facet, one read per level (RESELLER_BATCH=%s)', async (RESELLER_BATCH, calls, requests) => {
    const { url, sandbox, lastOperations } = await scene({ RESELLER_BATCH });
    const reads = recordReads();
    const { data, errors } = await request<{ customers: { nodes: object[] } }, object>(url, query);
    const executed = reads();
    expect(errors).toBeUndefined();
    expect(sandbox.links).toHaveLength(100);
    expect(lastOperations.size).toBe(10);
    expect(data?.customers.nodes).toEqual(
      sandbox.links.map(({ billing: { resellerId, customerId }, resellerCustomerId }) => {
        const operationId = lastOperations.get(customerId);
        return {
          id: encodeGlobalId('Customer', 'b', resellerId, customerId),
          billing: { customerId },
          reseller: { customerId: resellerCustomerId },
          subscriptions: {
            nodes: expect.arrayContaining([{ customerId: resellerCustomerId }]),
          },
          operations: { nodes: operationId ? [{ operationId, status: 'SUCCEEDED' }] : [] },
          notifications: { nodes: [{ messageId: `new-${resellerCustomerId}` }] },
        };
      }),
    );
    expect(sandbox.calls.counts()).toEqual(calls);
    expect(sandbox.calls.requests).toBe(requests);
    const tables = ['customer_links', 'operations', 'notifications'];
    expect(executed.map((sql) => tables.filter((table) => sql.includes(`"${table}"`)))).toEqual(
      expect.arrayContaining(tables.map((table) => [table])),
    );
    expect(executed).toHaveLength(tables.length);
  });
});

test('the customers of 100 subscriptions are one read, and one sweep for all of them', async () => {
  const { url, sandbox } = await startTestGateway({
    sandbox: { seed: { customers: 100, linkedShare: 1 } },
  });
  const reads = recordReads();
  const { data, errors } = await request<
    { subscriptions: { nodes: { customerId: string; customer: object }[] } },
    object
  >(
    url,
    '{ subscriptions(first: 100) { nodes { customerId customer { id billing { customerId } } } } }',
  );
  const executed = reads();
  expect(errors).toBeUndefined();
  const links = new Map(sandbox.links.map((link) => [link.resellerCustomerId, link.billing]));
  const nodes = data?.subscriptions.nodes ?? [];
  expect(nodes).toHaveLength(100);
  expect(new Set(nodes.map(({ customerId }) => customerId)).size).toBeGreaterThan(20);
  expect(nodes).toEqual(
    nodes.map(({ customerId: id }) => {
      const { resellerId = '', customerId = '' } = links.get(id) ?? {};
      const global = encodeGlobalId('Customer', 'b', resellerId, customerId);
      return { customerId: id, customer: { id: global, billing: { customerId } } };
    }),
  );
  expect(sandbox.calls.counts()).toEqual({ 'subscriptions.list': 1, 'CustomerService.List': 1 });
  // The gateway's own rounds read writes and operations at any time.
  const own = executed.filter((sql) => !/"writes"|lease_holder/.test(sql));
  expect(own).toEqual([expect.stringContaining('"customer_links"')]);
});

import { expect, onTestFinished, test, vi } from 'vitest';
import type { Viewer } from '../../src/domain/viewer.ts';
import type { WriteRecord } from '../../src/domain/write.ts';
import { createAccess } from '../../src/services/access.ts';
import { createAuditService } from '../../src/services/audit.ts';
import { openStore } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { newWrite, recordWrite } from '../store/builders.support.ts';

async function setUp() {
  const store = await openStore('sqlite::memory:', { log });
  onTestFinished(() => store.close());
  const pages = vi.spyOn(store.audit, 'pages');
  const counts = vi.spyOn(store.audit, 'counts');
  const unused = async (): Promise<never> => {
    throw new Error('not used here');
  };
  const writes = {
    audit: store.audit,
    auditFeed: { watch: unused },
    settlements: { settle: unused, plan: unused },
    deliveries: { add: () => {} },
  };
  const viewer: Viewer = {
    ...{ subject: 'alice', rights: new Set(['READ'] as const) },
    ...{ roles: null, resellers: null, expiresAt: null },
  };
  const access = createAccess(viewer, null, { load: unused });
  const { signal } = new AbortController();
  const scope = { viewer, agent: null, requestId: 'req-1', signal, onDelivered: () => {} };
  const service = createAuditService(
    { writes, writeStore: store.writes },
    { access, liveAccess: access, scope },
    { get: unused },
  );
  return { store, service, pages, counts };
}

test('the pages and counts of many customers are read together', async () => {
  const { store, service, pages, counts } = await setUp();
  await recordWrite(store.writes, newWrite());
  const filters = ['C1', 'C2', 'C3'].map((customerId) => ({
    customer: { billing: { resellerId: 'R1', customerId }, resellerCustomerId: null },
  }));
  const listed = await Promise.all(
    filters.map((filter) => service.page(filter, 'AT_DESC', { token: null, size: 10 })),
  );
  const totals = await Promise.all(filters.map((filter) => service.count(filter)));
  const keysOf = (items: readonly WriteRecord[]) => items.map((item) => item.idempotencyKey);
  expect(listed.map(({ items }) => keysOf(items))).toEqual([['key'], [], []]);
  expect(totals).toEqual([1, 0, 0]);
  expect([pages.mock.calls.length, counts.mock.calls.length]).toEqual([1, 1]);
});

test('a viewer without the WRITE right settles nothing', async () => {
  const { service } = await setUp();
  const request = { action: 'CONFIRM_NOT_DONE', operationId: null } as const;
  await expect(service.settle('id', request)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import {
  type Operation,
  operationKinds,
  operationStatus,
  operationStatuses,
} from '../../src/domain/operation.ts';
import type { OperationFilter, OperationJournal } from '../../src/store/operations/journal.ts';
import { failed, operation, succeeded } from '../operations/operations.support.ts';
import { finish, names, pageOf, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

async function pages(journal: OperationJournal, filter: OperationFilter, size: number) {
  const found: string[] = [];
  let before: number | null = null;
  for (;;) {
    const page = await pageOf(journal, filter, before, size);
    found.push(...page.map(({ entry }) => entry.operation.operationId));
    before = page.at(-1)?.number ?? null;
    if (page.length < size || before === null) return found;
  }
}

const day = (n: number) => Date.UTC(2026, 0, 1 + n);

const nobody = { resellerId: null, customerId: null };

/** Operations in every status and of every kind, some of them of three customers. */
const states: Operation[] = names('op', 40).map((operationId, n) => {
  const lost = [operation({ lost: 'STILL_POLLED' }), operation({ lost: 'GIVEN_UP' })];
  const forms = [operation(), failed(false), succeeded(), failed(), ...lost];
  const cancelled = operation({
    done: true,
    result: { type: 'failure', code: 1, message: '', details: [] },
  });
  const form = [...forms, cancelled][n % 7] ?? cancelled;
  const resellerId = n % 5 === 0 ? 'R2' : 'R1';
  const customer = { type: 'customer', resellerId, customerId: `C${n % 3}` } as const;
  const kind = operationKinds[n % operationKinds.length] ?? 'UNKNOWN';
  const createdAt = new Date(day(n % 10));
  return { ...form, operationId, kind, createdAt, metadata: n % 4 === 0 ? null : customer };
});

export function pagesSuite(database: TestDatabase): void {
  let journal: OperationJournal;

  beforeEach(async () => {
    ({ journal } = await database.open());
  });

  test('start with the operation that started last, in its latest state', async () => {
    await startAll(journal, ['a', 'b', 'c']);
    const finished = await finish(journal, 'a');
    const page = await pageOf(journal, {}, null, 10);
    expect(page.map(({ entry }) => entry.operation.operationId)).toEqual(['c', 'b', 'a']);
    expect(page[2]?.entry).toEqual(finished);
  });

  test('do not move while operations start and change', async () => {
    await startAll(journal, ['a', 'b', 'c']);
    const [, second] = await pageOf(journal, {}, null, 2);
    await finish(journal, 'a');
    await startAll(journal, ['d']);
    const next = await pageOf(journal, {}, second?.number ?? null, 2);
    expect(next.map(({ entry }) => entry.operation.operationId)).toEqual(['a']);
  });

  test('of many customers are read at once, in the order of the queries', async () => {
    const customers = names('C', 260).map((customerId) => ({ resellerId: 'R1', customerId }));
    const start = (operationId: string, customerId: string) => {
      const metadata = { type: 'customer', resellerId: 'R1', customerId } as const;
      return journal.append(operation({ operationId, metadata }));
    };
    for (const { customerId } of customers) await start(`x${customerId}`, customerId);
    for (const operationId of ['y', 'z']) await start(operationId, 'C0');
    const found = await journal.pages(
      customers.map((customer) => ({ filter: { customer }, before: null, limit: 2 })),
    );
    expect(found.map((page) => page.map(({ entry }) => entry.operation.operationId))).toEqual([
      ['z', 'y'],
      ...customers.slice(1).map(({ customerId }) => [`x${customerId}`]),
    ]);
  });

  test('are filtered by when the operation was first seen, when billing does not say more', async () => {
    const { firstSeenAt } = await journal.append(operation({ createdAt: null }));
    const after = new Date(firstSeenAt.getTime() + 1);
    const filters = [{ from: firstSeenAt, until: after }, { from: after }, { until: firstSeenAt }];
    expect(await journal.counts(filters)).toEqual([1, 0, 0]);
  });

  test('contain what matches, for any filter and page size', async () => {
    for (const state of states) await journal.append(state);
    const time = fc.integer({ min: 0, max: 10 }).map((n) => new Date(day(n)));
    const filters = fc.record({
      customer: fc.option(
        fc.record({ resellerId: fc.constant('R1'), customerId: fc.constantFrom('C0', 'C1', 'C9') }),
        { nil: undefined },
      ),
      statuses: fc.option(fc.subarray([...operationStatuses]), { nil: undefined }),
      kinds: fc.option(fc.subarray([...operationKinds]), { nil: undefined }),
      from: fc.option(time, { nil: undefined }),
      until: fc.option(time, { nil: undefined }),
      tenant: fc.option(
        fc.record({
          resellers: fc.subarray(['R1', 'R2', 'R3']),
          ownsUnlinked: fc.constant(false),
        }),
        { nil: undefined },
      ),
    });
    const property = fc.asyncProperty(filters, fc.integer({ min: 1, max: 50 }), async (f, size) => {
      const matching = states.filter((state) => {
        const own = state.metadata ?? (state.result?.type === 'customer' && state.result.customer);
        const { resellerId, customerId } = own && 'customerId' in own ? own : nobody;
        if (f.customer && f.customer.customerId !== customerId) return false;
        if (f.customer && f.customer.resellerId !== resellerId) return false;
        if (f.tenant && !f.tenant.resellers.some((id) => id === resellerId)) return false;
        if (f.kinds && !f.kinds.includes(state.kind)) return false;
        if (f.from && (state.createdAt ?? f.from) < f.from) return false;
        if (f.until && (state.createdAt ?? f.until) >= f.until) return false;
        return f.statuses?.includes(operationStatus(state)) ?? true;
      });
      const expected = matching.map(({ operationId }) => operationId).reverse();
      expect(await pages(journal, f, size)).toEqual(expected);
      expect(await journal.counts([f])).toEqual([expected.length]);
    });
    await fc.assert(property, { numRuns: 40 });
  });
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import {
  customerOrders,
  EVERYTHING,
  type PlaceInOrder,
  subscriptionOrders,
} from '../../src/domain/portfolio-filter.ts';
import { openStore } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { temporaryDirectory } from './databases.support.ts';

const directory = temporaryDirectory();
const places: readonly (PlaceInOrder | null)[] = [
  null,
  { value: 5, id: 'x' },
  { value: null, id: 'x' },
];

test('an index returns every order in both directions, with missing values last', async () => {
  // In memory, statements are prepared in this thread.
  const store = await openStore('sqlite::memory:', { log });
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const rest = { filter: EVERYTHING, tenant: undefined, limit: 10 };
  for (const direction of ['ASC', 'DESC'] as const) {
    for (const after of places) {
      for (const field of subscriptionOrders) {
        await store.portfolio.subscriptions({ ...rest, order: { field, direction }, after });
      }
      for (const field of customerOrders) {
        await store.portfolio.customers({ ...rest, order: { field, direction }, after });
      }
    }
  }
  const statements = new Set(prepared.mock.calls.map(([statement]) => statement));
  prepared.mockRestore();
  await store.close();

  const path = join(directory(), 'plans.db');
  await (await openStore(`sqlite:${path}`, { log })).close();
  const connection = new DatabaseSync(path);
  const pages = [...statements].filter((statement) => statement.includes('from "portfolio_'));
  // Of each order: two directions, the beginning and after a value; most may be missing, too.
  const orders = subscriptionOrders.length + customerOrders.length;
  expect(pages.length).toBeGreaterThan(orders * 2 * 3);
  for (const statement of pages) {
    const plan = connection.prepare(`explain query plan ${statement}`).all();
    const steps = plan.map(({ detail }) => String(detail));
    expect({ statement, steps }).toEqual({
      statement,
      steps: [expect.stringMatching(/^SEARCH [sc] USING INDEX portfolio_\w+_by_\w+ \(gone=\?/)],
    });
  }
  connection.close();
});

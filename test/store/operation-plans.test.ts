import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { OperationFilter, OperationJournal } from '../../src/store/operations/journal.ts';
import { openStore } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { testDatabase } from './databases.support.ts';

const DAY_MS = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z').getTime();
const day = (n: number) => new Date(start + n * DAY_MS);
const ownsUnlinked = false;

const tenants = [
  undefined,
  { resellers: ['R1'], ownsUnlinked },
  { resellers: ['R1', 'R2', 'R3'], ownsUnlinked },
];
const statuses = [undefined, ['RUNNING'], ['SUCCEEDED', 'FAILED']] as const;
const kinds = [undefined, ['INVITE_CUSTOMER']] as const;
/** The last ones have many operations: 20 days, and half of the table. */
const periods = [
  {},
  { from: day(199) },
  { from: day(10), until: day(11) },
  { until: day(1) },
  { from: day(20) },
];

const filters: readonly OperationFilter[] = tenants.flatMap((tenant) =>
  statuses.flatMap((some) =>
    kinds.flatMap((kind) =>
      periods.map((period) => ({ tenant, statuses: some, kinds: kind, ...period })),
    ),
  ),
);

/**
 * 20,000 operations over 200 days, of which a hundredth runs and 20 are invitations.
 * @param rows a table `n` with the numbers `i`
 */
const operations = (rows: string) => `insert into operations (operation_id, status, done,
    reseller_id, customer_id, first_seen_at, latest_sequence, lease_until, kind, started_at)
  select 'op' || i, case when i % 100 = 0 then 'RUNNING' else 'SUCCEEDED' end, 1, 'R' || i % 5,
    'C' || i % 400, ${start} + cast(i as bigint) * ${DAY_MS / 100}, i, 0,
    case when i % 1000 = 7 then 'INVITE_CUSTOMER' else 'SUSPEND_CUSTOMER' end,
    ${start} + cast(i as bigint) * ${DAY_MS / 100} from ${rows}`;
const state = JSON.stringify({
  ...{ operationId: 'op', kind: 'SUSPEND_CUSTOMER', description: '', createdBy: '' },
  ...{ createdAt: null, modifiedAt: null, done: true, metadata: null, result: null },
});
const entries = `insert into operation_entries (operation_number, reseller_id, customer_id, state)
  select number, reseller_id, customer_id, '${state}' from operations order by number`;

const sqliteNumbers = `(with recursive n (i) as (select 1 union all select i + 1 from n
  where i < 20000) select i from n) as n`;

function isPage(statement: string): boolean {
  return statement.includes('"operation_entries"');
}

async function readAll(journal: OperationJournal): Promise<void> {
  for (const filter of filters) {
    await journal.pages([{ filter, before: null, limit: 50 }]);
    await journal.pages([{ filter, before: 15_000, limit: 50 }]);
  }
}

/** Steps that read the operations from the newest one on, whatever they match. */
const WALK = /^SEARCH (o|operations) USING INTEGER PRIMARY KEY \(rowid<\?\)/;

test('on SQLite, every filter of operations is read from an index, without a sort', async () => {
  // In memory, statements are prepared in this thread.
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const store = await openStore('sqlite::memory:', { log });
  onTestFinished(() => store.close());
  const [connection] = prepared.mock.contexts;
  if (!(connection instanceof DatabaseSync)) throw new Error('the store prepares statements');
  connection.exec(operations(sqliteNumbers));
  connection.exec(entries);
  await readAll(store.journal);
  const statements = new Set(prepared.mock.calls.map(([statement]) => statement).filter(isPage));
  prepared.mockRestore();
  expect(statements.size).toBeGreaterThan(30);
  for (const statement of statements) {
    const plan = connection.prepare(`explain query plan ${statement}`).all();
    const steps = plan.map(({ detail }) => String(detail));
    // Without a filter, or with a long period that has not ended, the newest operations match.
    const [, where = ''] = statement.split(' where ');
    const isFiltered = /"status"|'UNKNOWN'|"reseller_id"/.test(where);
    const bad = steps.filter(
      (step) => /^SCAN (o|e|operation\w*)\b|ORDER BY/.test(step) || (isFiltered && WALK.test(step)),
    );
    expect({ statement, bad }, steps.join('; ')).toEqual({ statement, bad: [] });
  }
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

describe('PostgreSQL', () => {
  const database = testDatabase('PostgreSQL');

  test('no filter of operations scans the table, or reads many operations in vain', async () => {
    const store = await database.open();
    await database.query(operations('generate_series(1, 20000) as n (i)'));
    await database.query(entries);
    await database.query('analyze');
    const sent = vi.spyOn(Client.prototype, 'query');
    await readAll(store.journal);
    const statements = sent.mock.calls.map(([text, values]) => ({ text, values }));
    sent.mockRestore();
    const client = new Client(database.url);
    await client.connect();
    onTestFinished(() => client.end());
    let pages = 0;
    for (const { text, values } of statements) {
      if (typeof text !== 'string' || !isPage(text)) continue;
      const explained = `explain (analyze, timing off, buffers off, format json) ${text}`;
      const { rows } = await client.query(explained, Array.isArray(values) ? values : []);
      const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan);
      const scans = nodes.filter((node) => node['Node Type'] === 'Seq Scan').length;
      const removed = nodes.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0);
      expect({ text, values, scans, isMuch: removed > 1_000 ? removed : false }).toEqual({
        ...{ text, values, scans: 0, isMuch: false },
      });
      pages++;
    }
    expect(pages).toBe(2 * filters.length);
  });
});

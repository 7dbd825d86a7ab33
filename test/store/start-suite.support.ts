import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../src/store/database/migrations.ts';
import { openStore, StoreError } from '../../src/store/store.ts';
import { log, operation } from '../operations/operations.support.ts';
import { names, startAll } from './builders.support.ts';
import type { TestDatabase } from './databases.support.ts';

const count = Object.keys(migrations('sqlite')).length;

const portfolioTables = [
  ...['subscriptions', 'customers', 'billing', 'reseller', 'changes', 'sweeps'],
  ...['subscription_search', 'customer_search'],
];

export function startSuite(database: TestDatabase): void {
  beforeEach(() => database.dropTables());
  afterAll(() => database.dropTables());

  test('migrates once when several instances start at once', async () => {
    const stores = await Promise.all(names('i', 4).map((id) => database.open(id)));
    await Promise.all(stores.map(({ journal }, n) => startAll(journal, [`op${n}`])));
    for (const { journal } of stores) expect(await journal.changesAfter({}, 0)).toHaveLength(4);
    expect((await database.query('select name from gateway_migrations')).length).toBe(count);
  });

  test('finds everything again', async () => {
    const first = await database.open();
    const entry = await first.journal.append(operation());
    await first.close();
    const second = await openStore(database.url, { log });
    onTestFinished(() => second.close());
    expect(await second.journal.latest('op')).toEqual(entry);
    const next = await second.journal.append(operation({ operationId: 'next' }));
    expect(next.sequence).toBeGreaterThan(entry.sequence);
  });

  test('filters operations that were stored before there were columns to filter by', async () => {
    const { journal, close } = await database.open();
    const createdAt = new Date('2026-03-01T12:00:00.123Z');
    const odd = new Date('+012026-03-01T12:00:00.123Z');
    await journal.append(operation({ operationId: 'a', kind: 'SUSPEND_CUSTOMER', createdAt }));
    await journal.append(operation({ operationId: 'b', createdAt: odd }));
    await close();
    // Migrations run in order, so the later ones are undone, too.
    await database.query('drop table poll_leases');
    await database.query('drop index operations_by_holder');
    await database.query('create index operations_to_poll on operations (lease_until)');
    for (const name of ['kind', 'reseller_kind', 'start']) {
      await database.query(`drop index operations_by_${name}`);
    }
    await database.query('alter table operations drop column kind');
    await database.query('alter table operations drop column started_at');
    for (const name of portfolioTables) await database.query(`drop table portfolio_${name}`);
    for (const table of ['writes', 'operations']) {
      await database.query(`alter table ${table} drop column trace_context`);
    }
    await database.query(
      "delete from gateway_migrations where name >= '0009-operation-filters' returning name",
    );
    const upgraded = await openStore(database.url, { log });
    onTestFinished(() => upgraded.close());
    const { journal: migrated } = upgraded;
    const until = new Date(createdAt.getTime() + 1);
    expect(
      await migrated.counts([
        { kinds: ['SUSPEND_CUSTOMER'], from: createdAt, until },
        { until: createdAt },
        {},
      ]),
    ).toEqual([1, 0, 2]);
  });

  test('refuses a database of a newer gateway, and leaves it as it is', async () => {
    await (await database.open()).close();
    await database.query("insert into gateway_migrations values ('9999-future', '2099-01-01')");
    const refused = openStore(database.url, { log });
    await expect(refused).rejects.toThrow(StoreError);
    await expect(refused).rejects.toThrow(
      /was migrated by a newer version of the gateway \(9999-future\): start that version\.$/,
    );
    expect(await database.query('select name from gateway_migrations')).toHaveLength(count + 1);
  });

  test('leaves nothing behind when a migration fails', async () => {
    await database.query('create table writes (taken integer)');
    await expect(database.open()).rejects.toThrow(StoreError);
    await database.query('drop table writes');
    const { journal } = await database.open();
    await journal.append(operation());
  });
}

import { expect, test } from 'vitest';
import { operation, succeeded } from '../operations/operations.support.ts';
import { names, newWrite, notification, recordWrite } from './builders.support.ts';
import { testDatabase } from './databases.support.ts';

const tables = ['operations', 'operation_entries', 'writes', 'customer_links', 'notifications'];

const database = testDatabase('PostgreSQL');

test('an instance goes on while and after a later version migrates the database', async () => {
  const store = await database.open('i1');
  async function useAll(round: string): Promise<void> {
    const ids = names(`${round}-`, 40);
    await Promise.all(
      ids.map(async (id) => {
        const write = newWrite({ id: crypto.randomUUID(), serialiseOn: id, idempotencyKey: id });
        const { record } = await recordWrite(store.writes, write);
        const started = operation({ operationId: id });
        await store.writes.started(record.id, { operation: started });
        await store.journal.append(succeeded({ operationId: id }));
        await store.links.link({
          billing: { resellerId: 'R1', customerId: id },
          resellerCustomerId: `G-${id}`,
        });
        await store.notifications.append([notification({ messageId: id })]);
        expect((await store.journal.latest(id))?.operation.done).toBe(true);
      }),
    );
    const [entries] = await store.audit.pages([
      { filter: {}, order: 'AT_DESC', after: null, limit: 1_000 },
    ]);
    expect(entries?.filter(({ outcome }) => outcome === 'DONE')).toHaveLength(
      await store.audit.counts([{}]).then(([count]) => count ?? 0),
    );
  }

  await useAll('before');
  const using = useAll('meanwhile');
  // What a later version may do: add columns, tables and indexes.
  for (const table of tables) {
    await database.query(`alter table ${table} add column added_later text`);
    await database.query(`create index ${table}_added_later on ${table} (added_later)`);
  }
  await database.query('create table added_later (id text primary key)');
  await database.query("insert into gateway_migrations values ('9999-later', '2099-01-01')");
  await using;
  await useAll('after');
  expect(await store.journal.lastSequence()).toBeGreaterThan(3 * 40);
});

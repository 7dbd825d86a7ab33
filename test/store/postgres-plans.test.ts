import { expect, test } from 'vitest';
import { operation } from '../operations/operations.support.ts';
import { names, newWrite, recordWrite } from './builders.support.ts';
import { testDatabase } from './databases.support.ts';

const database = testDatabase('PostgreSQL');

test('statements that were planned for empty tables do not read the tables as these grow', async () => {
  const store = await database.open();
  await store.journal.renew(60_000);
  // PostgreSQL keeps a plan after five executions on a connection, and there are three connections.
  for (const id of names('op', 40)) {
    const write = newWrite({ id: crypto.randomUUID(), serialiseOn: id, idempotencyKey: id });
    const { record } = await recordWrite(store.writes, write);
    await store.writes.started(record.id, { operation: operation({ operationId: id }) });
    await store.writes.deliver([record.id]);
    await store.journal.renew(60_000);
  }
  // Connections report what they counted when they close.
  await store.close();
  const tables = await database.query(
    `select relname, seq_scan from pg_stat_user_tables
      where relname in ('writes', 'operations', 'operation_entries') order by relname`,
  );
  const few = expect.toSatisfy((count) => Number(count) < 20, 'fewer than 20');
  expect(tables).toEqual([
    { relname: 'operation_entries', seq_scan: few },
    { relname: 'operations', seq_scan: few },
    { relname: 'writes', seq_scan: few },
  ]);
});

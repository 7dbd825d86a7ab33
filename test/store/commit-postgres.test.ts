import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { log } from '../operations/operations.support.ts';
import { names } from './builders.support.ts';
import { commitLink, databaseOpener, insertLink, linkedIds } from './commit.support.ts';
import { testDatabase } from './databases.support.ts';
import { startLine } from './line.support.ts';

const store = testDatabase('PostgreSQL');
const open = databaseOpener();

test('commits in flight share transactions', async () => {
  const database = await open(store.url);
  await Promise.all(names('C', 100).map((id) => commitLink(database, id)));
  const rows = await store.query('select distinct xmin::text from customer_links');
  expect(rows.length).toBeLessThanOrEqual(3);
});

test('a commit takes one round trip', async () => {
  const roundTrip = 100;
  const line = await startLine(store.url);
  const database = await open(line.url);
  await commitLink(database, 'opens the connection');
  line.delay(roundTrip / 2);
  const start = performance.now();
  await database.commit((db) => names('C', 5).map((id) => insertLink(db, id)), {
    locks: ['one', 'two'],
    appends: ['notifications'],
    announcements: ['notification G1'],
  });
  expect(performance.now() - start).toBeLessThan(2 * roundTrip);
  await database.close();
  await line.close();
});

test('a commit succeeds after a migration changed what its prepared statements return', async () => {
  const database = await open(store.url);
  const insert = (id: string) =>
    database.commit((db) => [
      sql`insert into customer_links (reseller_id, customer_id, reseller_customer_id)
        values ('R', ${id}, ${id}) returning *`.compile(db),
    ]);
  // One for each connection, each prepared.
  await Promise.all(names('C', 300).map(insert));
  await store.query('alter table customer_links add column later text');
  const inserted = await Promise.all(names('D', 300).map(insert));
  expect(inserted).toHaveLength(300);
  expect(await linkedIds(database)).toHaveLength(600);
  await store.query('alter table customer_links drop column later');
});

test('other instances receive the announcements of a commit', async () => {
  const received: (string | null)[] = [];
  const options = {
    log,
    sender: 'other',
    onChange: (change: string | null) => received.push(change),
  };
  const other = await openPostgres(store.url, options);
  const database = await open(store.url);
  const failed = database.commit((db) => [insertLink(db, 'C1'), insertLink(db, 'C1')], {
    announcements: ['operation failed'],
  });
  await expect(failed).rejects.toThrow();
  await database.commit(() => [], { announcements: ['operation a', 'operation b', 'operation a'] });
  await database.commit(() => [], { announcements: ['x'.repeat(9_000)] });
  await vi.waitFor(() => expect(received).toEqual(['operation a', 'operation b', null]));
  await other.close();
});

test('when the connection breaks after the commit was sent, its outcome is unknown', async () => {
  const line = await startLine(store.url);
  const database = await open(line.url);
  await commitLink(database, 'opens the connection');
  line.dropResponses();
  const commits = names('C', 3).map((id) => commitLink(database, id));
  const outcomes = Promise.allSettled(commits);
  const direct = await open(store.url);
  await vi.waitFor(async () => expect(await linkedIds(direct)).toHaveLength(4));
  line.cut();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({
      reason: { name: 'CommitUnknownError', code: 'UNAVAILABLE', retryable: false },
    });
  }
  line.restore();
  // Each was executed once: a second execution would have violated the primary key.
  await commitLink(database, 'after');
  expect(await linkedIds(direct)).toEqual([...names('C', 3), 'after', 'opens the connection']);
  await database.close();
  await line.close();
});

test('when the connection breaks before COMMIT is answered, its outcome is unknown', async () => {
  const line = await startLine(store.url);
  const database = await open(line.url);
  const commit = database.commit((db) => [
    insertLink(db, 'C1'),
    sql`select 'interrupted', pg_sleep(4)`.compile(db),
  ]);
  const outcome = Promise.allSettled([commit]);
  const sleeping = "select pid from pg_stat_activity where query like 'select ''interrupted''%'";
  await vi.waitFor(async () => expect(await store.query(sleeping)).toHaveLength(1));
  line.cut();
  expect(await outcome).toMatchObject([{ reason: { name: 'CommitUnknownError' } }]);
  await database.close();
  await line.close();
});

describe('nothing is committed', () => {
  test('and the commit can be retried when no connection can be opened', async () => {
    const line = await startLine(store.url);
    const database = await open(line.url);
    await line.close();
    await expect(commitLink(database, 'C1')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
  });

  test('when PostgreSQL rolls back and closes the connection', async () => {
    const database = await open(store.url);
    const commit = database.commit((db) => [
      insertLink(db, 'C1'),
      sql`select pg_terminate_backend(pg_backend_pid())`.compile(db),
    ]);
    await expect(commit).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await linkedIds(database)).toEqual([]);
  });
});

import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { openStore, type Store, StoreError } from '../../src/store/store.ts';
import { log, operation, succeeded } from '../operations/operations.support.ts';
import { ids, names, newWrite, recordWrite, sequences, startAll } from './builders.support.ts';
import { testDatabase } from './databases.support.ts';
import { startLine } from './line.support.ts';
import { noProduct, seenSubscription } from './portfolio-builders.support.ts';

const database = testDatabase('PostgreSQL');
const unavailable = { code: 'UNAVAILABLE', retryable: true };

/** The operation ids that the store publishes, in order. */
function collectChanges(store: Store) {
  const received: (string | null)[] = [];
  store.onOperation((id) => received.push(id));
  return received;
}

describe('several instances', () => {
  test('a reader receives every change once and in order during concurrent appends', async () => {
    const [reader, ...writers] = await Promise.all(names('i', 3).map((id) => database.open(id)));
    const work = writers.flatMap(({ journal }, store) =>
      names(`op${store}-`, 4).map(async (prefix) => {
        for (const operationId of names(`${prefix}-`, 12)) {
          await journal.append(operation({ operationId }));
          await journal.append(succeeded({ operationId }));
        }
      }),
    );
    let isWriting = true;
    const written = Promise.all(work).finally(() => {
      isWriting = false;
    });
    const read: number[] = [];
    for (let isLast = false; !isLast; ) {
      isLast = !isWriting;
      const page = (await reader?.journal.changesAfter({}, read.at(-1) ?? 0, 500)) ?? [];
      read.push(...sequences(page));
    }
    await written;
    const all = (await reader?.journal.changesAfter({}, 0)) ?? [];
    expect(all).toHaveLength(2 * 4 * 12 * 2);
    expect(read).toEqual(sequences(all));
  });

  test('each instance is notified once of each change of another', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    const [own, other] = [collectChanges(one), collectChanges(two)];
    await startAll(one.journal, ['a', 'with space', 'c']);
    await vi.waitFor(() => expect(other).toEqual(['a', 'with space', 'c']));
    expect(own).toEqual(['a', 'with space', 'c']);
  });

  test('an id that is too long to send is announced as an unknown change', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    const other = collectChanges(two);
    await startAll(one.journal, ['x'.repeat(2_000), 'é'.repeat(3_990).slice(0, 1_300), 'after']);
    await vi.waitFor(() => expect(other.at(-1)).toBe('after'));
    expect(other).toHaveLength(3);
  });

  test('the listener reconnects and reports that changes may have been missed', async () => {
    const [one, two] = await Promise.all([database.open(), database.open()]);
    const received = collectChanges(two);
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'",
    );
    await startAll(one.journal, ['missed']);
    await vi.waitFor(() => expect(received).toContain(null));
    await startAll(one.journal, ['received']);
    await vi.waitFor(() => expect(received).toContain('received'));
  });
});

describe('a database that becomes unavailable', () => {
  test.each([
    'SIGINT',
    'SIGQUIT',
  ] as const)('calls fail fast while it is down and succeed after it restarts (%s)', async (how) => {
    const store = await database.open();
    const received = collectChanges(store);
    const entry = await store.journal.append(operation());
    await database.server.stop(how);
    const since = performance.now();
    // This connection was open: that it is lost may show only once the write is on its way.
    await expect(recordWrite(store.writes)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(recordWrite(store.writes)).rejects.toMatchObject(unavailable);
    await expect(store.journal.latest('op')).rejects.toMatchObject(unavailable);
    expect(performance.now() - since).toBeLessThan(1_000);
    await database.server.start();
    await vi.waitFor(() => store.journal.latest('op'), { timeout: 5_000 });
    expect(await store.journal.latest('op')).toEqual(entry);
    await recordWrite(store.writes, newWrite({ idempotencyKey: 'other' }));
    await vi.waitFor(() => expect(received).toContain(null), { timeout: 8_000 });
  });

  test.each(['SIGINT', 'SIGQUIT'] as const)('queries in flight fail (%s)', async (how) => {
    const options = { log, sender: 's', onChange: () => {} };
    const store = await openPostgres(database.url, options);
    const asleep = sql<{ n: number }>`select 1 as n, pg_sleep(4)`;
    const inFlight = [
      store.read((db) => asleep.execute(db)),
      store.write((trx) => asleep.execute(trx)),
    ].map((promise) => expect(promise).rejects.toMatchObject(unavailable));
    await vi.waitFor(async () => {
      const sleeping =
        "select 1 from pg_stat_activity where query like '%pg_sleep(4)' and pid <> pg_backend_pid()";
      expect(await database.query(sleeping)).toHaveLength(2);
    });
    await database.server.stop(how);
    await Promise.all(inFlight);
    await database.server.start();
    await store.close();
  });

  test('writes fail and reads succeed while it is read-only', async () => {
    const store = await database.open();
    const entry = await store.journal.append(operation());
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`alter database ${name} set default_transaction_read_only = on`);
    const reader = await database.open();
    try {
      await expect(recordWrite(reader.writes)).rejects.toMatchObject(unavailable);
      expect(await reader.journal.latest('op')).toEqual(entry);
    } finally {
      await database.query(`alter database ${name} reset default_transaction_read_only`);
    }
  });

  test('a connection that goes silent fails its query and is replaced', async () => {
    const line = await startLine(database.url);
    const received: (string | null)[] = [];
    const options = { log, sender: 's', onChange: (id: string | null) => received.push(id) };
    const silent = await openPostgres(line.url, { ...options, silenceTimeoutMs: 400 });
    const read = () => silent.read((db) => db.selectFrom('operations').select('number').execute());
    await read();
    line.silence();
    await expect(read()).rejects.toMatchObject(unavailable);
    line.restore();
    expect(await read()).toEqual([]);
    await silent.close();
    await line.close();
  });
});

describe('opening a database', () => {
  test.each([
    ['no server', (url: string) => url.replace(/:\d+\//, ':1/'), 'ECONNREFUSED'],
    [
      'unknown database',
      (url: string) => url.replace(/\w+$/, 'nothing'),
      'the database does not exist',
    ],
    [
      'unknown user',
      (url: string) => url.replace('gateway@', 'eve:secret@'),
      'user name or password',
    ],
    ['not a URL', () => 'postgres://:secret@@:x/', 'DATABASE_URL is not a URL'],
  ])('fails with a message without secrets: %s', async (_, change, sentence) => {
    const refused = openStore(change(database.url), { log });
    await expect(refused).rejects.toThrow(StoreError);
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.not.toThrow('secret');
  });
});

test('reads wait longer for a free connection than a connection may take to open', async () => {
  const line = await startLine(database.url);
  const store = await openStore(line.url, { log });
  line.delay(20);
  const reads = Array.from({ length: 600 }, () => store.journal.changesAfter({}, 0, 1));
  expect(await Promise.all(reads)).toHaveLength(600);
  await store.close();
  await line.close();
}, 20_000);

test('many appends in flight do not use the connections of readers', async () => {
  const { journal } = await database.open();
  const appends = names('op', 60).map((operationId) => journal.append(operation({ operationId })));
  await journal.lastSequence();
  await Promise.all(appends);
  const connections = await database.query(
    "select count(*)::int as n from pg_stat_activity where application_name = 'reseller-gateway'",
  );
  expect(connections[0]?.['n']).toBeLessThanOrEqual(10);
  expect(ids(await journal.changesAfter({}, 0))).toHaveLength(60);
});

test('a sweep copies the texts that an instance of an earlier version has changed', async () => {
  const { portfolio } = await database.open();
  await portfolio.observe(
    [seenSubscription({ customerId: 'C1' }), seenSubscription({ customerId: 'C2' })],
    noProduct,
  );
  const copies = () =>
    database.query(`select s.search = t.search as same, s.search is null as missing
      from portfolio_subscriptions as s join portfolio_subscription_search as t on rowid = number
      order by number`);
  const same = { same: true, missing: false };
  expect(await copies()).toEqual([same, same]);
  await database.query("delete from portfolio_subscription_search where search like '%c2%'");
  await database.query(`insert into portfolio_subscription_search
    select number, 'a new name' from portfolio_subscriptions where customer_id = 'C2'`);
  expect(await copies()).toEqual([same, { same: null, missing: true }]);
  await portfolio.maintain();
  expect(await copies()).toEqual([same, same]);
});

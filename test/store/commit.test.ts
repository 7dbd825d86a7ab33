import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test, vi } from 'vitest';
import { names } from './builders.support.ts';
import { commitLink, databaseOpener, holdLock, insertLink, linkedIds } from './commit.support.ts';
import { kinds, testDatabase } from './databases.support.ts';

const unavailable = { code: 'UNAVAILABLE', retryable: true };

describe.each(kinds)('%s:', (kind) => {
  const store = testDatabase(kind);
  const open = databaseOpener();

  /** The transactions that wait for a named lock. */
  const waiting = () =>
    store.query("select pid from pg_locks where locktype = 'advisory' and not granted");

  test('a commit returns one result per statement', async () => {
    const database = await open(store.url);
    const [inserted, updated, found] = await database.commit((db) => [
      insertLink(db, 'C1'),
      db.updateTable('customer_links').set({ reseller_customer_id: 'G2' }).compile(),
      db.selectFrom('customer_links').select('reseller_customer_id').compile(),
    ]);
    expect(inserted.rows).toEqual([{ customer_id: 'C1' }]);
    expect(updated.numAffectedRows).toBe(1n);
    expect(found.rows[0]?.reseller_customer_id).toBe('G2');
  });

  test('the statements of a commit are executed all or not at all', async () => {
    const database = await open(store.url);
    const commit = database.commit((db) => [insertLink(db, 'C1'), insertLink(db, 'C1')]);
    await expect(commit).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(await linkedIds(database)).toEqual([]);
  });

  test('a failing commit does not fail the others of its group', async () => {
    const database = await open(store.url);
    await commitLink(database, 'taken');
    const ids = [...names('C', 10), 'taken', ...names('D', 10)];
    const outcomes = await Promise.allSettled(ids.map((id) => commitLink(database, id)));
    const failed = ids.filter((_, index) => outcomes[index]?.status === 'rejected');
    expect(failed).toEqual(['taken']);
    expect(await linkedIds(database)).toEqual(ids.toSorted());
  });

  test('a statement that cannot be built or sent fails only its own commit', async () => {
    const database = await open(store.url);
    const unbuilt = database.commit(() => {
      throw new Error('unbuilt');
    });
    const unsent = database.commit((db) => [sql`select ${Symbol('value')}`.compile(db)]);
    const sent = commitLink(database, 'C1');
    await expect(unbuilt).rejects.toThrow('unbuilt');
    await expect(unsent).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    await sent;
  });

  test('a signal cancels a commit that waits for its turn', async () => {
    const database = await open(store.url);
    const release = await holdLock(database, 'held');
    const running = [];
    // One group for each writer at most; the groups wait for the lock.
    for (const id of names('running', 3)) {
      running.push(commitLink(database, id, { locks: ['held'] }));
      await nextTurn();
    }
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const waiting = commitLink(database, 'waiting', { signal: abort.signal });
    await nextTurn();
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(commitLink(database, 'late', { signal: abort.signal })).rejects.toBe(reason);
    await release();
    await Promise.all(running);
    expect(await linkedIds(database)).toEqual(names('running', 3));
  });

  test('a commit sees what earlier holders of its lock committed', async () => {
    const [one, two] = [await open(store.url), await open(store.url)];
    const held = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const first = one.write(async (trx) => {
      await one.lock(trx, ['other', 'quota']);
      held.resolve();
      await inserted.promise;
      await trx.executeQuery(insertLink(trx, 'first'));
    });
    await held.promise;
    const second = two.commit(
      (db) => [
        sql`insert into customer_links select 'R1', 'second', 'G2'
          where not exists (select 1 from customer_links)`.compile(db),
      ],
      { locks: ['quota', 'another'] },
    );
    if (kind === 'PostgreSQL')
      await vi.waitFor(async () => expect(await waiting()).toHaveLength(1));
    inserted.resolve();
    await first;
    expect((await second)[0].numAffectedRows).toBe(0n);
    expect(await linkedIds(one)).toEqual(['first']);
  });

  test('commits that name the same locks in different orders do not deadlock', async () => {
    const databases = await Promise.all(names('instance', 3).map(() => open(store.url)));
    const locks = names('lock', 10);
    const commits = names('C', 60).map((id, index) =>
      commitLink(databases[index % 3] ?? expect.unreachable(), id, {
        locks: index % 2 === 0 ? locks : locks.toReversed(),
        appends: index % 2 === 0 ? ['notifications', 'operation_entries'] : ['operation_entries'],
      }),
    );
    await Promise.all(commits);
  });

  test('2,000 commits at once succeed while the event loop stays responsive', async () => {
    const database = await open(store.url);
    const ids = names('C', 2_000);
    const commits = ids.map((id) => commitLink(database, id));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await Promise.all(commits);
    delay.disable();
    expect(await linkedIds(database)).toHaveLength(2_000);
    expect(delay.max / 1e6).toBeLessThan(200);
  });

  test('close completes the commits that are waiting and fails later ones', async () => {
    const database = await open(store.url);
    const commits = names('C', 300).map((id) => commitLink(database, id));
    await database.close();
    await Promise.all(commits);
    await expect(commitLink(database, 'late')).rejects.toMatchObject(unavailable);
    const reopened = await open(store.url);
    expect(await linkedIds(reopened)).toHaveLength(300);
  });
});

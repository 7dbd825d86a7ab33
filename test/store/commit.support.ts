import type { Kysely } from 'kysely';
import { afterEach } from 'vitest';
import type { CommitOptions, Database } from '../../src/store/database/database.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { openSqlite } from '../../src/store/database/sqlite.ts';
import type { Tables } from '../../src/store/database/tables.ts';
import { log } from '../operations/operations.support.ts';

/** Opens databases that close when the test ends. */
export function databaseOpener(): (url: string) => Promise<Database> {
  let opened: Database[] = [];
  afterEach(async () => {
    await Promise.all(opened.map((database) => database.close()));
    opened = [];
  });
  return async (url) => {
    const created = url.startsWith('sqlite:')
      ? await openSqlite(url.slice('sqlite:'.length))
      : await openPostgres(url, { sender: crypto.randomUUID(), log, onChange: () => {} });
    let closed: Promise<void> | undefined;
    const database: Database = {
      ...created,
      close() {
        closed ??= created.close();
        return closed;
      },
    };
    opened.push(database);
    return database;
  };
}

/** The statement that links customer `id`. */
export function insertLink(db: Kysely<Tables>, id: string, resellerCustomerId = `G-${id}`) {
  return db
    .insertInto('customer_links')
    .values({ reseller_id: 'R1', customer_id: id, reseller_customer_id: resellerCustomerId })
    .returning('customer_id')
    .compile();
}

export const commitLink = (database: Database, id: string, options?: CommitOptions) =>
  database.commit((db) => [insertLink(db, id)], options);

export async function linkedIds(database: Database): Promise<string[]> {
  const rows = await database.read((db) =>
    db.selectFrom('customer_links').select('customer_id').orderBy('customer_id').execute(),
  );
  return rows.map((row) => row.customer_id);
}

/** Holds a writer and the named lock until the returned function is called. */
export async function holdLock(database: Database, name: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const transaction = database.write(async (trx) => {
    await database.lock(trx, [name]);
    held.resolve();
    await released.promise;
  });
  await Promise.race([held.promise, transaction]);
  return () => {
    released.resolve();
    return transaction;
  };
}

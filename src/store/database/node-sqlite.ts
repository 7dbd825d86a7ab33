import type { DatabaseSync } from 'node:sqlite';
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** Runs Kysely's SQLite dialect, which expects better-sqlite3, on node:sqlite. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync) {
    super({ database: kyselyDatabase(database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Runs migrations in one transaction, which locks out other processes on the file. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const nothing: SqliteStatement = {
  reader: true,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Prepared statements to cache. Parameter lists of different lengths are different statements. */
const MAX_CACHED_STATEMENTS = 200;

function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>();
  function statement(sql: string): SqliteStatement {
    const known = cache.get(sql);
    if (known) return known;
    if (cache.size >= MAX_CACHED_STATEMENTS) cache.clear();
    const prepared = kyselyStatement(database, sql);
    cache.set(sql, prepared);
    return prepared;
  }
  return {
    close: () => database.close(),
    prepare(sql) {
      // A full disk ends the transaction; a failing rollback would then hide the first error.
      if (sql === 'rollback' && !database.isTransaction) return nothing;
      // All of the store's transactions write. A deferred one that reads before it writes would have
      // to be repeated whenever another process wrote in between.
      return statement(sql === 'begin' ? 'begin immediate' : sql);
    },
  };
}

function kyselyStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    // Not cached: a statement that is being iterated cannot be used by another caller.
    iterate: (parameters) => database.prepare(sql).iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): string | number | bigint | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  if (value === null) return null;
  throw new TypeError(`cannot bind a ${typeof value} to an SQLite parameter`);
}

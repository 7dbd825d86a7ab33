import type { DatabaseSync } from 'node:sqlite';
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** Kysely's dialect for SQLite, which is made for better-sqlite3, over node:sqlite. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(database: DatabaseSync) {
    super({ database: kyselyDatabase(database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** Has migrations run in one transaction, which locks out the other processes on the file. */
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

/** Statements kept for the next time: lists of parameters make many of them, so not all. */
const KEPT_STATEMENTS = 200;

function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  function statement(sql: string): SqliteStatement {
    const known = kept.get(sql);
    if (known) return known;
    if (kept.size >= KEPT_STATEMENTS) kept.clear();
    const prepared = kyselyStatement(database, sql);
    kept.set(sql, prepared);
    return prepared;
  }
  return {
    close: () => database.close(),
    prepare(sql) {
      // A full disk ends the transaction by itself; a rollback would then hide that failure.
      if (sql === 'rollback' && !database.isTransaction) return nothing;
      // A transaction that reads first and writes then would have to be run again when another
      // process wrote in between. All of the store's transactions write.
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
    // One of its own: a statement that is being stepped through cannot serve another.
    iterate: (parameters) => database.prepare(sql).iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): string | number | bigint | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  if (value === null) return null;
  throw new TypeError(`SQLite stores no ${typeof value}`);
}

import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Mutex } from './mutex.ts';
import {
  assertSqliteValue,
  type SqliteConnection,
  type SqliteResult,
  type SqliteStatement,
} from './sqlite-connection.ts';

/** Runs Kysely on one connection, which the mutex gives to one user at a time. */
export class SqliteConnectionDialect implements Dialect {
  readonly #connection: SqliteConnection;
  readonly #mutex: Mutex;

  constructor(connection: SqliteConnection, mutex: Mutex) {
    this.#connection = connection;
    this.#mutex = mutex;
  }

  createDriver(): Driver {
    return new SqliteConnectionDriver(this.#connection, this.#mutex);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new SharedConnectionAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class SharedConnectionAdapter extends SqliteAdapter {
  /** Runs migrations in one transaction, which locks out other processes on the file. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** The driver's mutex replaces Kysely's, because commits need it too. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteConnectionDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #mutex: Mutex;

  constructor(connection: SqliteConnection, mutex: Mutex) {
    this.#connection = connection;
    this.#mutex = mutex;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<HeldConnection> {
    await this.#mutex.enter();
    return new HeldConnection(this.#connection);
  }

  async beginTransaction(held: HeldConnection): Promise<void> {
    await held.begin();
  }

  async commitTransaction(held: HeldConnection): Promise<void> {
    await held.end('commit');
  }

  async rollbackTransaction(held: HeldConnection): Promise<void> {
    await held.end('rollback');
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.leave();
  }

  async destroy(): Promise<void> {}
}

class HeldConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  #isInTransaction = false;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.run('begin');
    this.#isInTransaction = true;
  }

  async end(action: 'commit' | 'rollback'): Promise<void> {
    await this.#connection.run(action);
    this.#isInTransaction = false;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>>;
  async executeQuery(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const action = this.#isInTransaction ? 'continue' : 'execute';
    const [result] = await this.#connection.run(action, [toStatement(query)]);
    return toQueryResult<unknown>(result);
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the SQLite connection does not stream');
  }
}

/** @throws TypeError for a parameter that SQLite cannot store */
export function toStatement({ sql, parameters }: CompiledQuery): SqliteStatement {
  return {
    sql,
    parameters: parameters.map((value) => {
      assertSqliteValue(value);
      return value;
    }),
  };
}

export function toQueryResult<Row>(result: SqliteResult | undefined): QueryResult<Row>;
export function toQueryResult(result: SqliteResult | undefined): QueryResult<unknown> {
  const { columns = [], rows = [], changes } = result ?? {};
  if (changes !== undefined) return { rows: [], numAffectedRows: BigInt(changes) };
  return { rows: rows.map((values) => toRow(columns, values)) };
}

function toRow(columns: readonly string[], values: unknown): Record<string, unknown> {
  if (!Array.isArray(values)) throw new TypeError('SQLite returned a row that is not an array');
  const row: Record<string, unknown> = {};
  // Not with entries(), which makes an array for each value.
  let index = 0;
  for (const column of columns) row[column] = values[index++];
  return row;
}

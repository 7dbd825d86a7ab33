import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type {
  FileIdentity,
  SqliteAction,
  SqliteConnection,
  SqliteOptions,
  SqliteResult,
  SqliteStatement,
} from './sqlite-connection.ts';

/**
 * Milliseconds that SQLite itself waits for a lock. Callers retry; they can give up or be cancelled
 * between two attempts.
 */
const LOCK_ATTEMPT = 250;
/**
 * Pages in the log of changes after which a commit itself copies them to the file. Higher than SQLite's
 * 1,000, because `tidy` usually does this earlier, when no commit waits for it.
 */
const MAX_LOG_PAGES = 4_000;
/** Statements that write, some 500 to 1,000 pages, after which `tidy` copies the log to the file. */
const TIDY_AFTER = 100;
/** Prepared statements to cache. Parameter lists of different lengths are different statements. */
const MAX_CACHED_STATEMENTS = 200;

export const MEMORY = ':memory:';

interface Prepared {
  readonly statement: StatementSync;
  /** None for a statement that returns no rows. */
  columns: readonly string[];
}

/** A synchronous connection, opened by its first call: a failed attempt to open can be repeated. */
export class SqliteSession {
  readonly #options: SqliteOptions;
  readonly #statements = new Map<string, Prepared>();
  #database: DatabaseSync | null = null;
  #identity: FileIdentity | null;
  #isClosed = false;
  /** Statements of transactions since the last `tidy`. */
  #untidied = 0;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#identity = options.identity;
  }

  /** See SqliteConnection. */
  run(action: SqliteAction, statements: readonly SqliteStatement[]): SqliteResult[] {
    if (this.#isClosed) throw new Error('the SQLite connection is closed');
    this.#database ??= this.#open();
    const database = this.#database;
    switch (action) {
      case 'transact':
        return this.#transact(database, statements);
      case 'begin':
        this.#begin(database);
        break;
      case 'commit':
        assertInTransaction(database);
        this.#commit(database);
        break;
      case 'rollback':
        rollback(database);
        break;
      case 'continue':
        assertInTransaction(database);
    }
    return statements.map((statement) => this.#execute(database, statement));
  }

  /** Whether `tidy` has something to do. */
  get isUntidy(): boolean {
    return this.#untidied >= TIDY_AFTER;
  }

  /**
   * Copies the log of changes to the file. Call this when no statement waits: it takes several times as
   * long as a commit, and the commit that finds the log full does it otherwise.
   */
  tidy(): void {
    this.#untidied = 0;
    // A failure changes nothing: the log is copied later.
    this.#database?.exec('pragma wal_checkpoint(passive)');
  }

  close(): void {
    this.#isClosed = true;
    this.#database?.close();
    this.#database = null;
  }

  #open(): DatabaseSync {
    const { file, isReader } = this.#options;
    if (this.#identity) this.#assertSameFile();
    const database = new DatabaseSync(file, {
      timeout: LOCK_ATTEMPT,
      enableForeignKeyConstraints: true,
    });
    try {
      database.exec('pragma journal_mode = wal');
      database.exec('pragma synchronous = full');
      database.exec(`pragma wal_autocheckpoint = ${MAX_LOG_PAGES}`);
      if (isReader) database.exec('pragma query_only = on');
      if (file !== MEMORY) this.#identity ??= statSync(file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #transact(database: DatabaseSync, statements: readonly SqliteStatement[]): SqliteResult[] {
    this.#untidied += statements.length;
    this.#begin(database);
    try {
      const results = statements.map((statement) => this.#execute(database, statement));
      this.#commit(database);
      return results;
    } catch (error) {
      rollback(database);
      throw error;
    }
  }

  /**
   * All transactions write. A deferred one that reads before it writes would have to be repeated
   * whenever another process wrote in between.
   */
  #begin(database: DatabaseSync): void {
    if (this.#identity) this.#assertSameFile();
    database.exec('begin immediate');
  }

  /** Checks the file again: it may have been deleted since the transaction began. */
  #commit(database: DatabaseSync): void {
    if (this.#identity) this.#assertSameFile();
    database.exec('commit');
  }

  /** Writes to an open file that was deleted or replaced succeed, but their data is lost. */
  #assertSameFile(): void {
    const { file } = this.#options;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.ino === this.#identity?.ino && found?.dev === this.#identity?.dev) return;
    throw new Error(`${file} was deleted or replaced while it was open; restart the gateway`);
  }

  #execute(database: DatabaseSync, { sql, parameters }: SqliteStatement): SqliteResult {
    const prepared = this.#prepare(database, sql);
    const { statement, columns } = prepared;
    if (columns.length === 0) {
      return { columns, rows: [], changes: statement.run(...parameters).changes };
    }
    const rows: unknown[] = statement.all(...parameters);
    const [first] = rows;
    // Another program has added a column, and SQLite has prepared the statement again.
    if (Array.isArray(first) && first.length !== columns.length) {
      prepared.columns = columnsOf(statement);
    }
    return { columns: prepared.columns, rows };
  }

  #prepare(database: DatabaseSync, sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= MAX_CACHED_STATEMENTS) this.#statements.clear();
    const statement = database.prepare(sql);
    // Arrays take two thirds of the bytes to send. V8 allocates a part of each row that is an object
    // among the long-lived ones.
    statement.setReturnArrays(true);
    const prepared: Prepared = { statement, columns: columnsOf(statement) };
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function columnsOf(statement: StatementSync): readonly string[] {
  return statement.columns().map(({ name }) => name);
}

/** Runs in the caller's thread: a database in memory has no locks and no disk to wait for. */
export function memoryConnection(): SqliteConnection {
  const session = new SqliteSession({ file: MEMORY, isReader: false, identity: null });
  return {
    run: async (action, statements = []) => session.run(action, statements),
    close: async () => session.close(),
  };
}

function assertInTransaction(database: DatabaseSync): void {
  if (!database.isTransaction) throw new Error('the transaction was lost');
}

/** A full disk ends the transaction; a failing rollback would then hide the first error. */
function rollback(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('rollback');
}

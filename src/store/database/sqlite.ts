import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CompiledQuery, Kysely, type QueryResult, sql } from 'kysely';
import { queryCompiler } from './compiler.ts';
import type { Database } from './database.ts';
import { databaseFailure, isSqliteLocked, sqliteCode } from './failure.ts';
import { type CommitGroup, GroupCommit } from './group-commit.ts';
import { migrate } from './migrate.ts';
import { Mutex } from './mutex.ts';
import {
  assertSqliteValue,
  type FileIdentity,
  type SqliteConnection,
} from './sqlite-connection.ts';
import { SqliteConnectionDialect, toQueryResult, toStatement } from './sqlite-dialect.ts';
import { MEMORY, memoryConnection } from './sqlite-session.ts';
import { SqliteThread } from './sqlite-thread.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Milliseconds that a read, an interactive transaction or a migration waits for a lock. */
const LOCK_WAIT = 2_000;

/** A connection that Kysely and group commits share. */
interface Shared {
  readonly connection: SqliteConnection;
  readonly mutex: Mutex;
  readonly db: Kysely<Tables>;
}

/**
 * Opens and migrates the file; creates it and its directory when they are missing. Two worker
 * threads access the file, one to write and one to read.
 * @param path a path or `:memory:`
 * @param lockWaitMs milliseconds that reads and interactive transactions wait while another process
 *   holds the lock; commits wait longer
 * @throws StoreError when the file cannot be opened or migrated
 */
export async function openSqlite(path: string, lockWaitMs = LOCK_WAIT): Promise<Database> {
  const isMemory = path === MEMORY;
  const file = isMemory ? MEMORY : resolve(path);
  const name = `sqlite:${file}`;
  let opened: FileIdentity | null = null;
  const identity = () => opened;
  const writer = share(
    isMemory ? memoryConnection() : new SqliteThread({ file, identity, isReader: false }),
  );
  const reader = isMemory ? writer : share(new SqliteThread({ file, identity, isReader: true }));
  try {
    if (!isMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await whileLocked(lockWaitMs, () => migrate(writer.db, 'sqlite', name));
    if (!isMemory) opened = statSync(file);
    await whileLocked(lockWaitMs, () => reader.connection.run('execute'));
    return sqliteDatabase(writer, reader, lockWaitMs);
  } catch (error) {
    await close(writer, reader);
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${name} cannot be opened: ${reason(error)}`, error);
  }
}

function share(connection: SqliteConnection): Shared {
  const mutex = new Mutex();
  const dialect = new SqliteConnectionDialect(connection, mutex);
  return { connection, mutex, db: new Kysely<Tables>({ dialect }) };
}

function sqliteDatabase(writer: Shared, reader: Shared, lockWaitMs: number): Database {
  const commits = new GroupCommit({
    compiler: queryCompiler('sqlite'),
    slots: 1,
    assertBindable: assertSqliteValue,
    execute: (group) => writer.mutex.run(() => transact(writer.connection, group)),
  });
  return {
    kind: 'sqlite',
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    read: (query) => whileLocked(lockWaitMs, () => query(reader.db)).catch(rethrow),
    select: <Row>(query: CompiledQuery<Row>) =>
      whileLocked(lockWaitMs, () => select<Row>(reader, query)).catch(rethrow),
    write: (work) =>
      whileLocked(lockWaitMs, () => writer.db.transaction().execute(work)).catch(rethrow),
    commit: (build, options) => commits.commit(build, options),
    // SQLite has one writer at a time, and no way to notify other processes.
    async lock() {},
    async serialiseAppends() {},
    async announce() {},
    async close() {
      await commits.close();
      await close(writer, reader);
    },
  };
}

/** Without Kysely, which takes longer than SQLite to find a row by its key. */
async function select<Row>({ connection, mutex }: Shared, query: CompiledQuery<Row>) {
  const waiting = mutex.enter();
  if (waiting) await waiting;
  try {
    const [result] = await connection.run('execute', [toStatement(query)]);
    return toQueryResult<Row>(result).rows;
  } finally {
    mutex.leave();
  }
}

async function transact(
  connection: SqliteConnection,
  { queries }: CommitGroup,
): Promise<readonly QueryResult<unknown>[]> {
  if (queries.length === 0) return [];
  const results = await connection.run('transact', queries.map(toStatement));
  return results.map(toQueryResult);
}

/** Waits for the transaction that is running. */
async function close(writer: Shared, reader: Shared): Promise<void> {
  await writer.mutex.run(() => writer.connection.close());
  if (reader !== writer) await reader.connection.close();
}

function rethrow(error: unknown): never {
  throw databaseFailure(error);
}

async function whileLocked<T>(lockWaitMs: number, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + lockWaitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isSqliteLocked(error) || performance.now() > giveUpAt) throw error;
    }
    await pause(10 + Math.random() * 20);
  }
}

/** https://sqlite.org/rescode.html */
function reason(error: unknown): string {
  switch (sqliteCode(error)) {
    case 5:
    case 6:
      return 'another program holds a lock on it.';
    case 8:
      return 'it is read-only and needs a migration: start once with write access.';
    case 11:
      return 'the file is damaged: restore a backup.';
    case 13:
      return 'the disk is full.';
    case 14:
      return 'the gateway needs read access to the file and write access to its directory.';
    case 26:
      return 'the file is not an SQLite database.';
    default:
      return errorText(error);
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMakingDirectory = 'syscall' in error && error.syscall === 'mkdir' && 'code' in error;
  return isMakingDirectory ? `its directory cannot be created (${error.code}).` : error.message;
}

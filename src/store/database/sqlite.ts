import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { databaseFailure, SQLITE_BUSY, SQLITE_LOCKED, sqliteCode } from './failure.ts';
import { migrate } from './migrate.ts';
import { NodeSqliteDialect } from './node-sqlite.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Milliseconds that SQLite itself waits for a lock. Short, because it blocks the event loop. */
const BLOCKING_WAIT_MS = 10;
const LOCK_WAIT_MS = 2_000;

const MEMORY = ':memory:';

/**
 * Opens and migrates the file; creates it and its directory when they are missing.
 * @param path a path or `:memory:`
 * @param lockWaitMs milliseconds to retry while another process holds the lock
 * @throws StoreError when the file cannot be opened or migrated
 */
export async function openSqlite(path: string, lockWaitMs = LOCK_WAIT_MS): Promise<Database> {
  const file = path === MEMORY ? MEMORY : resolve(path);
  const name = `sqlite:${file}`;
  let connection: DatabaseSync | undefined;
  try {
    if (file !== MEMORY) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    connection = await whileLocked(lockWaitMs, async () => connect(file));
    const kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection) });
    await whileLocked(lockWaitMs, () => migrate(kysely, 'sqlite', name));
    return sqliteDatabase(kysely, file, lockWaitMs);
  } catch (error) {
    connection?.close();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${name} cannot be opened: ${reason(error)}`, error);
  }
}

function connect(file: string): DatabaseSync {
  const connection = new DatabaseSync(file, {
    timeout: BLOCKING_WAIT_MS,
    enableForeignKeyConstraints: true,
  });
  try {
    connection.exec('pragma journal_mode = wal');
    connection.exec('pragma synchronous = full');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function sqliteDatabase(kysely: Kysely<Tables>, file: string, lockWaitMs: number): Database {
  const assertFile = fileGuard(file);
  return {
    kind: 'sqlite',
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    async read(query) {
      return await whileLocked(lockWaitMs, () => query(kysely)).catch(rethrow);
    },
    async write(work) {
      const transact = async () => {
        assertFile();
        return kysely.transaction().execute(work);
      };
      return await whileLocked(lockWaitMs, transact).catch(rethrow);
    },
    // SQLite has one writer at a time, and no way to notify other processes.
    async serialiseAppends() {},
    async announce() {},
    close: () => kysely.destroy(),
  };
}

function rethrow(error: unknown): never {
  throw databaseFailure(error);
}

/** Writes to an open file that was deleted or replaced succeed, but their data is lost. */
function fileGuard(file: string): () => void {
  if (file === MEMORY) return () => {};
  const opened = statSync(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now?.ino === opened.ino && now.dev === opened.dev) return;
    throw new Error(`${file} was deleted or replaced while it was open; restart the gateway`);
  };
}

async function whileLocked<T>(lockWaitMs: number, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + lockWaitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = sqliteCode(error);
      const isLocked = code === SQLITE_BUSY || code === SQLITE_LOCKED;
      if (!isLocked || performance.now() > giveUpAt) throw error;
    }
    await pause(10 + Math.random() * 20);
  }
}

/** https://sqlite.org/rescode.html */
function reason(error: unknown): string {
  switch (sqliteCode(error)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
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

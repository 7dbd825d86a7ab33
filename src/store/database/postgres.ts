import { CompiledQuery, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { DatabaseError, type Pool, type QueryConfig } from 'pg';
import { Gate } from '../../domain/gate.ts';
import { queryCompiler } from './compiler.ts';
import type { ChangeListener, Database, StoreLog } from './database.ts';
import { databaseFailure } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { migrate } from './migrate.ts';
import { kyselyPool } from './postgres-client.ts';
import { assertPostgresValue, commitPipelined } from './postgres-commit.ts';
import { PostgresListener } from './postgres-listener.ts';
import { clientConfig, createPool } from './postgres-pool.ts';
import { appendLocks, CHANNEL, namedLocks, notifyAll } from './postgres-statements.ts';
import { StatementNames } from './statement-names.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Each instance uses these two pools and one connection that listens. */
const MAX_READERS = 6;
/** Few, since appends are serialised anyway. Readers have their own pool and never wait for them. */
const MAX_WRITERS = 3;
/** Milliseconds. */
const MIGRATION_TIMEOUT = 60_000;
/** Milliseconds that a read waits while all connections of readers are in use. */
const READ_WAIT = 10_000;
const noWait = new AbortController().signal;

export interface PostgresOptions {
  /** Identifies this store among those on the database; contains no spaces. */
  readonly sender: string;
  readonly log: StoreLog;
  readonly onChange: ChangeListener;
  /** Milliseconds without a byte from the server after which a connection is closed. */
  readonly silenceTimeoutMs?: number | undefined;
}

/**
 * Opens and migrates the database and listens for changes announced by other stores.
 * @throws StoreError when the database cannot be reached or migrated
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Database> {
  const name = nameOf(url);
  const config = clientConfig(url, options.silenceTimeoutMs);
  const listener = new PostgresListener({ ...options, config, channel: CHANNEL });
  const readers = createPool({ ...config, max: MAX_READERS }, options.log);
  const writers = createPool({ ...config, max: MAX_WRITERS, pipeline: true }, options.log);
  const pipeline = { pool: writers, names: new StatementNames(), sender: options.sender };
  const commits = new GroupCommit({
    compiler: queryCompiler('postgres'),
    slots: MAX_WRITERS,
    assertBindable: assertPostgresValue,
    execute: (group) => commitPipelined(group, pipeline),
  });
  // Kysely does not end a pool that it has not used yet.
  const close = async () => {
    await commits.close();
    await Promise.all([listener.close(), readers.end(), writers.end()]);
  };
  try {
    await migrateAlone(url, name, options.log);
    await listener.start();
    await listener.check(async (notification) => {
      await readers.query(notification);
    });
  } catch (error) {
    await close();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${name} cannot be used: ${reason(error)}`, error);
  }
  return { ...postgresDatabase(over(readers), over(writers), commits, options.sender), close };
}

function postgresDatabase(
  readers: Kysely<Tables>,
  writers: Kysely<Tables>,
  commits: GroupCommit,
  sender: string,
): Omit<Database, 'close'> {
  // The pool counts this wait as part of the time in which a connection has to be opened.
  const reads = new Gate(MAX_READERS);
  const read = <T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T> => {
    const wait = reads.isFull ? AbortSignal.timeout(READ_WAIT) : noWait;
    return reads.run(wait, () => query(readers)).catch(rethrow);
  };
  return {
    kind: 'postgres',
    // Not clock_timestamp(): only a value that is stable within the statement can use an index.
    now: sql<number>`(extract(epoch from statement_timestamp()) * 1000)::bigint`,
    read,
    select: async (query) => (await read((db) => db.executeQuery(query))).rows,
    write: (work) => writers.transaction().execute(work).catch(rethrow),
    commit: (build, options) => commits.commit(build, options),
    async lock(trx, names) {
      if (names.length > 0) await execute(trx, namedLocks(names));
    },
    serialiseAppends: (trx, table) => execute(trx, appendLocks([table])),
    announce: (trx, change) => execute(trx, notifyAll(sender, [change])),
  };
}

async function execute(trx: Transaction<Tables>, { text, values }: QueryConfig): Promise<void> {
  await trx.executeQuery(CompiledQuery.raw(text, values));
}

function rethrow(error: unknown): never {
  throw databaseFailure(error);
}

function over(pool: Pool): Kysely<Tables> {
  return new Kysely({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
}

/** Uses a connection without the short timeouts: another instance may be migrating. */
async function migrateAlone(url: string, name: string, log: StoreLog): Promise<void> {
  const { stream: _, ...config } = clientConfig(url);
  const pool = createPool({ ...config, max: 1 }, log, MIGRATION_TIMEOUT);
  try {
    await migrate(over(pool), 'postgres', name);
  } finally {
    await pool.end();
  }
}

/** The database's URL without user and password. */
function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    throw new StoreError(
      'DATABASE_URL is not a URL of the form postgres://user:password@host/name.',
    );
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function reason(error: unknown): string {
  const code = error instanceof DatabaseError ? error.code : undefined;
  switch (code) {
    case '28000':
    case '28P01':
      return 'the user name or password is wrong.';
    case '3D000':
      return 'the database does not exist.';
    case '42501':
      return 'the user lacks the privilege to create or use tables.';
    case '53300':
      return 'the server has no free connections.';
    case '57014':
      return 'it was locked for too long: another instance may still be migrating it.';
    case '25006':
      return 'it is read-only and needs a migration: start once with write access.';
    default:
      return describe(error);
  }
}

/** A host with several addresses fails with one AggregateError, which has no message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}

import { Socket } from 'node:net';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type ClientConfig, DatabaseError, Pool, type PoolConfig, types } from 'pg';
import type { AppendOnlyTable, ChangeListener, Database, StoreLog } from './database.ts';
import { databaseFailure } from './failure.ts';
import { migrate } from './migrate.ts';
import { PostgresListener } from './postgres-listener.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Connections of one instance: these, and one that listens. */
const MAX_READERS = 6;
/** Few, because appends go one after the other: those that wait must not keep readers out. */
const MAX_WRITERS = 3;
/** All in milliseconds. */
const CONNECT_TIMEOUT = 3_000;
const STATEMENT_TIMEOUT = 5_000;
const MIGRATION_TIMEOUT = 60_000;
/** Above the statement timeout and the pool's: a server that is there answers before. */
const SILENCE_TIMEOUT = 6_000;
const IDLE_TIMEOUT = 5_000;

/** Any numbers, the same for all instances, and not the one of Kysely's migrations. */
const appendLocks = {
  operation_entries: 7_340_512_001,
  notifications: 7_340_512_002,
} as const satisfies Record<AppendOnlyTable, number>;
const CHANNEL = 'gateway_changes';
/** PostgreSQL refuses payloads of 8000 bytes and more. */
const MAX_PAYLOAD_BYTES = 7_999;
const INT8 = 20;

export interface PostgresOptions {
  /** Names this store among those on the database; no spaces. */
  readonly sender: string;
  readonly log: StoreLog;
  readonly onChange: ChangeListener;
  /** How long the server may say nothing before a connection counts as dead, in milliseconds. */
  readonly silenceTimeoutMs?: number | undefined;
}

/**
 * Migrates the database, and listens for the changes that other stores announce on it.
 * @throws StoreError
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Database> {
  const name = nameOf(url);
  const config = clientConfig(url, options.silenceTimeoutMs);
  const listener = new PostgresListener({ ...options, config, channel: CHANNEL });
  const readers = createPool(config, MAX_READERS, options.log);
  const writers = createPool(config, MAX_WRITERS, options.log);
  // Not by Kysely, which does not end a pool that it has not used yet.
  const close = async () => {
    await Promise.all([listener.close(), readers.end(), writers.end()]);
  };
  try {
    await migrateAlone(url, name, options.log);
    await listener.start();
  } catch (error) {
    await close();
    if (error instanceof StoreError) throw error;
    throw new StoreError(`${name} cannot be used: ${reason(error)}`, error);
  }
  return { ...postgresDatabase(over(readers), over(writers), options.sender), close };
}

function postgresDatabase(
  readers: Kysely<Tables>,
  writers: Kysely<Tables>,
  sender: string,
): Omit<Database, 'close'> {
  return {
    kind: 'postgres',
    // Of the statement, not of the clock: only what stays the same within it can use an index.
    now: sql<number>`(extract(epoch from statement_timestamp()) * 1000)::bigint`,
    read: (query) => query(readers).catch(rethrow),
    write: (work) => writers.transaction().execute(work).catch(rethrow),
    async serialiseAppends(trx, table) {
      await sql`select pg_advisory_xact_lock(${sql.lit(appendLocks[table])})`.execute(trx);
    },
    async announce(trx, change) {
      const payload = `${sender} ${change}`;
      const told = Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES ? `${sender} ` : payload;
      await sql`select pg_notify(${CHANNEL}, ${told})`.execute(trx);
    },
  };
}

function rethrow(error: unknown): never {
  throw databaseFailure(error);
}

function clientConfig(url: string, silenceTimeoutMs = SILENCE_TIMEOUT): ClientConfig {
  return {
    connectionString: url,
    application_name: 'reseller-gateway',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: STATEMENT_TIMEOUT,
    // An instance that stalls within a transaction must not keep the others from appending.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    stream: () => impatientSocket(silenceTimeoutMs),
    types: { getTypeParser: (type, format) => (type === INT8 ? Number : parser(type, format)) },
  };
}

function parser(type: number, format?: 'text' | 'binary') {
  return format === 'binary' ? types.getTypeParser(type, 'binary') : types.getTypeParser(type);
}

/**
 * Without this, a connection whose other end vanished without a word (a failover, a firewall) would
 * go back into the pool and fail whoever gets it, for as long as TCP tries: a quarter of an hour.
 */
function impatientSocket(silenceTimeoutMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceTimeoutMs, () => socket.destroy(new Error('PostgreSQL fell silent')));
  return socket;
}

function createPool(config: PoolConfig, max: number, log: StoreLog): Pool {
  const pool = new Pool({ ...config, max, idleTimeoutMillis: IDLE_TIMEOUT });
  // Unheard, an error of a connection ends the process. The pool hears those of idle connections
  // only; of one in use, its statement tells.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (err) => log.warn({ err }, 'a connection to PostgreSQL broke'));
  return pool;
}

function over(pool: Pool): Kysely<Tables> {
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

/** By a connection of its own, that may wait: another instance may be migrating. */
async function migrateAlone(url: string, name: string, log: StoreLog): Promise<void> {
  const { stream: _, ...config } = clientConfig(url);
  const pool = createPool({ ...config, statement_timeout: MIGRATION_TIMEOUT }, 1, log);
  try {
    await migrate(over(pool), 'postgres', name);
  } finally {
    await pool.end();
  }
}

/** The database without the secrets of its URL. */
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
      return 'it refused the user or the password.';
    case '3D000':
      return 'there is no database of this name.';
    case '42501':
      return 'the user may not create or use tables there.';
    case '53300':
      return 'it has no connection left.';
    case '57014':
      return 'it was locked for too long: another instance may still be migrating.';
    case '25006':
      return 'it is read-only, and has to be migrated first.';
    default:
      return describe(error);
  }
}

/** Several addresses that were tried in vain come as one error without a message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}

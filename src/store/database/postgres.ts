import { Socket } from 'node:net';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type ClientConfig, DatabaseError, Pool, type PoolConfig, types } from 'pg';
import type { AppendOnlyTable, ChangeListener, Database, StoreLog } from './database.ts';
import { databaseFailure } from './failure.ts';
import { migrate } from './migrate.ts';
import { PostgresListener } from './postgres-listener.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/** Each instance uses these two pools and one connection that listens. */
const MAX_READERS = 6;
/** Few, since appends are serialised anyway. Readers have their own pool and never wait for them. */
const MAX_WRITERS = 3;
/** All in milliseconds. */
const CONNECT_TIMEOUT = 3_000;
const STATEMENT_TIMEOUT = 5_000;
const MIGRATION_TIMEOUT = 60_000;
/** Longer than the statement timeout: a server that is alive responds earlier. */
const SILENCE_TIMEOUT = 6_000;
const IDLE_TIMEOUT = 5_000;

/** Arbitrary keys, the same in all instances and different from the one Kysely migrates with. */
const appendLocks = {
  operation_entries: 7_340_512_001,
  notifications: 7_340_512_002,
} as const satisfies Record<AppendOnlyTable, number>;
const CHANNEL = 'gateway_changes';
/** PostgreSQL rejects payloads of 8000 bytes and more. */
const MAX_PAYLOAD_BYTES = 7_999;
const INT8 = 20;

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
  const readers = createPool(config, MAX_READERS, options.log);
  const writers = createPool(config, MAX_WRITERS, options.log);
  // Kysely does not end a pool that it has not used yet.
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
    // Not clock_timestamp(): only a value that is stable within the statement can use an index.
    now: sql<number>`(extract(epoch from statement_timestamp()) * 1000)::bigint`,
    read: (query) => query(readers).catch(rethrow),
    write: (work) => writers.transaction().execute(work).catch(rethrow),
    async serialiseAppends(trx, table) {
      await sql`select pg_advisory_xact_lock(${sql.lit(appendLocks[table])})`.execute(trx);
    },
    async announce(trx, change) {
      const payload = `${sender} ${change}`;
      // An empty change means that anything may have changed.
      const sent = Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES ? `${sender} ` : payload;
      await sql`select pg_notify(${CHANNEL}, ${sent})`.execute(trx);
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
    // An instance that stalls in a transaction must not block the appends of the others.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
    stream: () => socketWithTimeout(silenceTimeoutMs),
    types: { getTypeParser: (type, format) => (type === INT8 ? Number : parser(type, format)) },
  };
}

function parser(type: number, format?: 'text' | 'binary') {
  return format === 'binary' ? types.getTypeParser(type, 'binary') : types.getTypeParser(type);
}

/**
 * Without a timeout, a connection that was dropped silently (a failover, a firewall) would return to
 * the pool and fail every query that gets it until TCP gives up, about 15 minutes later.
 */
function socketWithTimeout(silenceTimeoutMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceTimeoutMs, () =>
    socket.destroy(new Error('PostgreSQL stopped responding')),
  );
  return socket;
}

function createPool(config: PoolConfig, max: number, log: StoreLog): Pool {
  const pool = new Pool({ ...config, max, idleTimeoutMillis: IDLE_TIMEOUT });
  // An unhandled error event would end the process. The pool handles those of idle connections;
  // errors of a connection in use also fail its query.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (err) => log.warn({ err }, 'idle PostgreSQL connection failed'));
  return pool;
}

function over(pool: Pool): Kysely<Tables> {
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

/** Uses a connection without the short timeouts: another instance may be migrating. */
async function migrateAlone(url: string, name: string, log: StoreLog): Promise<void> {
  const { stream: _, ...config } = clientConfig(url);
  const pool = createPool({ ...config, statement_timeout: MIGRATION_TIMEOUT }, 1, log);
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

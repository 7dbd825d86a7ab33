import { Socket } from 'node:net';
import { type ClientBase, type ClientConfig, Pool, type PoolConfig, types } from 'pg';
import type { StoreLog } from './database.ts';

/** All in milliseconds. */
const CONNECT_TIMEOUT = 3_000;
const STATEMENT_TIMEOUT = 5_000;
/** Longer than the statement timeout: a server that is alive responds earlier. */
const SILENCE_TIMEOUT = 6_000;
const IDLE_TIMEOUT = 5_000;

const INT8 = 20;

/** @param silenceTimeoutMs milliseconds without a byte after which a connection is closed */
export function clientConfig(url: string, silenceTimeoutMs = SILENCE_TIMEOUT): ClientConfig {
  return {
    connectionString: url,
    application_name: 'reseller-gateway',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
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
  const socket = new BatchingSocket();
  socket.setTimeout(silenceTimeoutMs, () =>
    socket.destroy(new Error('PostgreSQL stopped responding')),
  );
  return socket;
}

/**
 * Sends the statements of one turn of the event loop in one system call. pg corks its socket for each
 * statement alone, and in a group of a hundred the system calls take longer than the statements.
 */
class BatchingSocket extends Socket {
  #isCollecting = false;

  override cork(): void {
    super.cork();
    if (this.#isCollecting) return;
    this.#isCollecting = true;
    super.cork();
    process.nextTick(() => {
      this.#isCollecting = false;
      this.uncork();
    });
  }
}

/**
 * The timeouts are set by a statement: PgBouncer rejects them as parameters of the connection.
 * @param statementTimeoutMs milliseconds after which the server cancels a statement
 */
export function createPool(
  config: PoolConfig,
  log: StoreLog,
  statementTimeoutMs = STATEMENT_TIMEOUT,
): Pool {
  // An instance that stalls in a transaction must not block the appends of the others.
  const timeouts = `set statement_timeout = ${statementTimeoutMs};
    set idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT}`;
  const onConnect = (client: ClientBase) => client.query(timeouts);
  const pool = new Pool({ ...config, idleTimeoutMillis: IDLE_TIMEOUT, onConnect });
  // An unhandled error event would end the process. The pool handles those of idle connections;
  // errors of a connection in use also fail its query.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (err) => log.warn({ err }, 'idle PostgreSQL connection failed'));
  return pool;
}

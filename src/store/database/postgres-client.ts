import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { ClientBase, Pool, PoolClient, QueryConfig, QueryResult } from 'pg';

type Callback = (error: Error | null, result: QueryResult) => void;

/** Executes a statement with pg's callback: see `settled`. */
export function execute(client: ClientBase, query: QueryConfig): Promise<QueryResult> {
  return settled((callback) => client.query(query, callback));
}

/**
 * A promise of what pg passes to a callback. The promise that pg makes itself keeps the statement, its
 * values and its rows until the next full collection: pg assigns a function to the query for it, and
 * V8 allocates such functions among the long-lived objects.
 */
async function settled(send: (callback: Callback) => void): Promise<QueryResult> {
  try {
    return await new Promise<QueryResult>((resolve, reject) => {
      send((error, result) => (error ? reject(error) : resolve(result)));
    });
  } catch (error) {
    // The error was made where the response arrived.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/** The pool as Kysely uses it, with statements that are executed as by `execute`. */
export function kyselyPool(pool: Pool): PostgresPool {
  const known = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect();
      const adapted = known.get(client) ?? new KyselyClient(client);
      known.set(client, adapted);
      return adapted;
    },
    end: () => pool.end(),
  };
}

class KyselyClient implements PostgresPoolClient {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(
    statement: string | PostgresCursor<unknown>,
    values: readonly unknown[] = [],
  ): Promise<unknown> | PostgresCursor<unknown> {
    if (typeof statement !== 'string') throw new Error('the PostgreSQL connection does not stream');
    return settled((callback) => this.#client.query(statement, [...values], callback));
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

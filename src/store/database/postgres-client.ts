import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { ClientBase, Pool, PoolClient, QueryConfig, QueryResult } from 'pg';

/**
 * Executes a statement with pg's callback. The promise that pg makes itself keeps the statement, its
 * values and its rows until the next full collection: pg assigns a function to the query for it, and
 * V8 allocates such functions among the long-lived objects.
 */
export async function execute(client: ClientBase, query: QueryConfig): Promise<QueryResult> {
  try {
    return await new Promise<QueryResult>((resolve, reject) => {
      client.query(query, (error, result) => (error ? reject(error) : resolve(result)));
    });
  } catch (error) {
    // The error was made where the response arrived.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/** The pool as Kysely uses it, with statements that are executed by `execute`. */
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
    return execute(this.#client, { text: statement, values: [...values] });
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

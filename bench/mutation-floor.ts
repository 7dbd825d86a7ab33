import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Client } from 'pg';
import { createBillingClient } from '../src/backends/billing/client.ts';
import { fixedToken } from '../src/backends/credentials/credential.ts';
import { loadConfig } from '../src/config/config.ts';

/**
 * A mutation by hand, as a program of its own: HTTP, a transaction that records it, the call, and a
 * transaction that stores the answer, each transaction in one round trip. No GraphQL, no access rules,
 * and one row where the gateway has three.
 */
const { backends, databaseUrl } = loadConfig(process.env);
if (!backends || !databaseUrl) throw new Error('the bench has backends and a database');
const billing = createBillingClient({
  ...backends.billing,
  ...{ credential: fixedToken('none'), concurrency: 50, queue: 100 },
});
const database = new Client({ connectionString: databaseUrl, pipeline: true });
await database.connect();
await database.query(
  'create table if not exists by_hand (id text primary key, state text not null)',
);

async function commit(name: string, text: string, values: readonly string[]): Promise<void> {
  await Promise.all([
    database.query({ name: 'begin', text: 'begin' }),
    database.query({ name: 'lock', text: 'select pg_advisory_xact_lock(1)' }),
    database.query({ name, text, values: [...values] }),
    database.query({ name: 'commit', text: 'commit' }),
  ]);
}

const server = createServer((request, response) => {
  request.resume().once('end', async () => {
    const id = randomUUID();
    await commit('record', 'insert into by_hand values ($1, $2)', [id, 'PENDING']);
    const scope = { signal: new AbortController().signal, requestId: id };
    const operation = await billing.activateCustomer(request.url?.slice(1) ?? '', id, scope);
    await commit('answer', 'update by_hand set state = $2 where id = $1', [
      id,
      operation.operationId,
    ]);
    response.end(JSON.stringify({ operationId: operation.operationId }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Try: http://127.0.0.1:${address?.port}`);
});

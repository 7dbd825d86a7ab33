import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createBillingClient } from '../src/backends/billing/client.ts';
import { fixedToken } from '../src/backends/credentials/credential.ts';
import { loadConfig } from '../src/config/config.ts';
import { startPostgres } from '../test/store/postgres.support.ts';
import { measure, type Percentiles, percentiles } from './measure.ts';
import { MutationClient, settingsFor, startBackends, startProgram, stop } from './programs.ts';
import { type Row, tableOf } from './table.ts';

const UPSTREAM_MS = 20;
const CUSTOMERS = 1_000;
/** Mutations after which V8 has compiled what they use. */
const WARM_UP = 500;
const COUNT = 500;

/**
 * How much longer than its backend call a mutation takes, one after the other. The gateway, the backends
 * and the client are processes of their own.
 */
export async function activations(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const server = await startPostgres();
  try {
    const disk = await measureCommits(join(directory, 'commits.db'));
    return [
      ...(await run('SQLite', `sqlite:${join(directory, 'gateway.db')}`)),
      ...(await run('PostgreSQL, 0 ms', await server.createDatabase())),
      ...(['p50', 'p99'] as const).map((of) => ({
        name: `a commit of SQLite on this disk, of which a mutation needs two, ${of}`,
        unit: 'ms',
        values: [disk[of]],
      })),
    ];
  } finally {
    await server.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run(database: string, databaseUrl: string): Promise<Row[]> {
  const sandbox = await startBackends({
    SANDBOX_CUSTOMERS: String(CUSTOMERS),
    SANDBOX_LATENCY_MS: String(UPSTREAM_MS),
  });
  const settings = settingsFor(sandbox, databaseUrl);
  const gateway = await startProgram([], settings);
  const client = new MutationClient(gateway);
  const customers = await client.customers();
  const { backends } = loadConfig(settings);
  if (!backends) throw new Error('the bench has backends');
  const options = { credential: fixedToken('none'), concurrency: 50, queue: 100 };
  const billing = createBillingClient({ ...backends.billing, ...options });
  const scope = { signal: new AbortController().signal, requestId: 'bench' };
  const floor: number[] = [];
  const mutation: number[] = [];
  // In turns, so that both see the same machine.
  for (let n = 0; n < WARM_UP + COUNT; n++) {
    const customer = customers[n % customers.length];
    if (!customer) throw new Error('the sandbox has customers');
    const { customerId } = customer;
    const called = await timed(() => billing.activateCustomer(customerId, randomUUID(), scope));
    const changed = await timed(async () => {
      if (!(await client.activate(customer))) throw new Error('a mutation failed');
    });
    if (n < WARM_UP) continue;
    floor.push(called);
    mutation.push(changed);
  }
  billing.close();
  await client.close();
  await stop(gateway);
  await stop(sandbox);
  const [direct, through] = [percentiles(floor), percentiles(mutation)];
  const row = (of: keyof Percentiles): Row => ({
    name: `activateCustomer on ${database}, billing takes ${UPSTREAM_MS} ms, ${of}`,
    unit: 'ms',
    values: [direct[of], through[of]],
  });
  return [row('p50'), row('p99')];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** How long the disk takes to store a small transaction durably. */
async function measureCommits(file: string): Promise<Percentiles> {
  const database = new DatabaseSync(file);
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; create table rows (n)`);
  const insert = database.prepare('insert into rows values (?)');
  const commits = await measure(300, 1, async (n) => insert.run(n));
  database.close();
  return commits;
}

if (import.meta.main) console.log(tableOf(['call', 'gateway'], await activations()));

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent } from 'undici';
import { createBillingClient } from '../src/backends/billing/client.ts';
import { fixedToken } from '../src/backends/credentials/credential.ts';
import { loadConfig } from '../src/config/config.ts';
import type { BillingCustomerKey } from '../src/domain/customer.ts';
import { startPostgres } from '../test/store/postgres.support.ts';
import { measure, type Percentiles, percentiles } from './measure.ts';
import { MutationClient, settingsFor, startBackends, startProgram, stop } from './programs.ts';
import { type Row, tableOf } from './table.ts';

const UPSTREAM_MS = 20;
const CUSTOMERS = 1_000;
/** Mutations after which V8 has compiled what they use. */
const WARM_UP = 500;
const COUNT = 500;
/** Calls of one side before the next side's: a program that always waits answers late. */
const TURN = Number(process.env['BENCH_TURN'] ?? 50);

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
  const isPostgres = databaseUrl.startsWith('postgres');
  const byHand = isPostgres ? await startProgram([], settings, 'bench/mutation-floor.ts') : null;
  const byHandUrl = /http:\S+/.exec(byHand?.said ?? '')?.[0] ?? '';
  const dispatcher = new Agent();
  const sides = {
    direct: () =>
      activate((customerId) => billing.activateCustomer(customerId, randomUUID(), scope)),
    gateway: () =>
      activate(async (_, customer) => {
        if (!(await client.activate(customer))) throw new Error('a mutation failed');
      }),
    hand: () =>
      activate(async (customerId) => {
        const to = { origin: byHandUrl, path: `/${customerId}`, method: 'POST' };
        await (await dispatcher.request(to)).body.json();
      }),
  };
  let next = 0;
  async function activate(
    call: (customerId: string, customer: BillingCustomerKey) => Promise<unknown>,
  ): Promise<number> {
    const customer = customers[next++ % customers.length];
    if (!customer) throw new Error('the sandbox has customers');
    return timed(() => call(customer.customerId, customer));
  }
  const took: Record<keyof typeof sides, number[]> = { direct: [], gateway: [], hand: [] };
  // In turns, so that all see the same machine.
  for (let n = 0; n < WARM_UP + COUNT; n += TURN) {
    for (const side of ['direct', 'gateway', ...(byHand ? (['hand'] as const) : [])] as const) {
      for (let call = 0; call < TURN; call++) {
        const ms = await sides[side]();
        if (n >= WARM_UP) took[side].push(ms);
      }
    }
  }
  billing.close();
  await client.close();
  await dispatcher.close();
  if (byHand) await stop(byHand);
  await stop(gateway);
  await stop(sandbox);
  const row = (name: string, side: keyof typeof sides, of: keyof Percentiles): Row => ({
    name: `${name}, ${of}`,
    unit: 'ms',
    values: [percentiles(took.direct)[of], percentiles(took[side])[of]],
  });
  const name = `activateCustomer on ${database}, billing takes ${UPSTREAM_MS} ms`;
  const byHandName = `${name}, by hand: HTTP, the call and two transactions`;
  return [
    ...(['p50', 'p99'] as const).map((of) => row(name, 'gateway', of)),
    ...(byHand ? (['p50', 'p99'] as const).map((of) => row(byHandName, 'hand', of)) : []),
  ];
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

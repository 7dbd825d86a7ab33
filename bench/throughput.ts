import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { encodeGlobalId } from '../src/schema/relay/global-id.ts';
import { startLine } from '../test/store/line.support.ts';
import { startPostgres } from '../test/store/postgres.support.ts';
import { watchLiveness } from './liveness.ts';
import { percentiles } from './measure.ts';
import { type Row, tableOf } from './table.ts';

const CUSTOMERS = 10_000;
/** Concurrent clients of each run. */
const LOADS = [1, 50, 300, 1_500, 2_000];
const PER_LOAD = 2_000;

/** Mutations per second of one instance up to saturation, on each database. */
export async function throughput(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const server = await startPostgres();
  const line = await startLine(await server.createDatabase(), 2.5);
  try {
    return [
      ...(await run('SQLite', `sqlite:${join(directory, 'gateway.db')}`)),
      ...(await run('PostgreSQL, 0 ms', await server.createDatabase())),
      ...(await run('PostgreSQL, 5 ms', line.url)),
    ];
  } finally {
    await line.close();
    await server.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** With a sandbox of its own: its operations would slow down the next run. */
async function run(database: string, databaseUrl: string): Promise<Row[]> {
  const sandbox = await startProcess(['src/main.cjs', 'sandbox'], {
    SANDBOX_BILLING_PORT: '0',
    SANDBOX_RESELLER_PORT: '0',
    SANDBOX_CUSTOMERS: String(CUSTOMERS),
    SANDBOX_OPERATION_MIN_MS: '3600000',
    SANDBOX_OPERATION_MAX_MS: '3600000',
    SANDBOX_LOG_LEVEL: 'silent',
  });
  const gateway = await startProcess(['src/main.cjs'], {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    BILLING_ENDPOINT: /billing, operations\s+(\S+)/.exec(sandbox.said)?.[1] ?? '',
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: /reseller id\s+(\S+)/.exec(sandbox.said)?.[1] ?? '',
    RESELLER_ENDPOINT: /reseller\s+(http\S+)/.exec(sandbox.said)?.[1] ?? '',
    OPERATION_POLL_INTERVAL_MS: '60000',
  });
  const url = /http:\S+\/graphql/.exec(gateway.said)?.[0] ?? '';
  const dispatcher = new Agent({ connections: 2_000 });
  const targets = await customerIds(url, dispatcher);
  let next = 0;
  const rows: Row[] = [];
  for (const load of LOADS) {
    const count = load === 1 ? 200 : PER_LOAD;
    const samples: number[] = [];
    let failed = 0;
    const slowest = watchLiveness(url);
    const startedAt = performance.now();
    let left = count;
    const client = async (): Promise<void> => {
      while (left-- > 0) {
        const at = performance.now();
        const isDone = await activate(url, dispatcher, targets[next++ % targets.length] ?? '');
        samples.push(performance.now() - at);
        if (!isDone) failed++;
      }
    };
    await Promise.all(Array.from({ length: load }, client));
    const seconds = (performance.now() - startedAt) / 1_000;
    const { p50, p99 } = percentiles(samples);
    const livez = await slowest();
    if (failed > 0) console.error(`${database}, ${load} clients: ${failed} mutations failed`);
    const name = `${load === 1 ? '1 client' : `${load} clients`}, ${database}`;
    const row = (of: string, unit: string, value: number): void => {
      rows.push({ name: `${of}, ${name}`, unit, values: [null, value] });
    };
    row('mutations per second', '/s', count / seconds);
    if (load === 1) row('p50 of a mutation', 'ms', p50);
    row('p99 of a mutation', 'ms', p99);
    if (load === 1_500) row('slowest /livez', 'ms', livez);
  }
  await dispatcher.close();
  for (const { child } of [gateway, sandbox]) {
    child.kill();
    await once(child, 'exit');
  }
  return rows;
}

async function ask<T>(
  url: string,
  dispatcher: Agent,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const { body } = await dispatcher.request({
    origin: new URL(url).origin,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await body.json()) as T;
}

interface CustomersPage {
  readonly data: {
    readonly customers: {
      readonly nodes: { readonly billing: { resellerId: string; customerId: string } }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  };
}

async function customerIds(url: string, dispatcher: Agent): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { data }: CustomersPage = await ask(
      url,
      dispatcher,
      `query ($after: String) { customers(first: 1000, after: $after) {
        nodes { billing { resellerId customerId } } pageInfo { endCursor hasNextPage } } }`,
      { after },
    );
    for (const { billing } of data.customers.nodes) {
      ids.push(encodeGlobalId('Customer', 'b', billing.resellerId, billing.customerId));
    }
    if (!data.customers.pageInfo.hasNextPage) return ids;
    after = data.customers.pageInfo.endCursor;
  }
}

async function activate(url: string, dispatcher: Agent, customer: string): Promise<boolean> {
  const { data } = await ask<{ data?: { activateCustomer?: { operation?: object } } }>(
    url,
    dispatcher,
    `mutation ($customer: ID!) { activateCustomer(input: { customer: $customer }) {
      ... on ActivateCustomerSuccess { operation { id } } } }`,
    { customer },
  );
  return data?.activateCustomer?.operation !== undefined;
}

async function startProcess(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('Try:')) break;
  }
  return { child, said };
}

if (import.meta.main) console.log(tableOf(['floor', 'gateway'], await throughput()));

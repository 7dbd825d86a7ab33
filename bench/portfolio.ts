import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { startPostgres } from '../test/store/postgres.support.ts';
import { cases } from './portfolio-cases.ts';
import { million } from './portfolio-million.ts';

const CUSTOMERS = 20_000;
const SUBSCRIPTIONS = 60_000;
const ROUNDS = 4;

const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
// PostgreSQL's default. Instead of its autovacuum, which starts within a minute, the benches vacuum.
const server = await startPostgres({ shared_buffers: '128MB' });
try {
  if (process.argv.includes('--million')) await million(await server.createDatabase());
  else {
    const seed = { customers: CUSTOMERS, subscriptions: SUBSCRIPTIONS };
    const sandbox = await startSandbox({ seed });
    await run('SQLite', `sqlite:${join(directory, 'gateway.db')}`, sandbox);
    await run('PostgreSQL', await server.createDatabase(), sandbox);
    await sandbox.close();
  }
} finally {
  await server.end();
  rmSync(directory, { recursive: true, force: true });
}

/** A sweep by a gateway in a process of its own, and then queries one after the other. */
async function run(name: string, databaseUrl: string, sandbox: Sandbox): Promise<void> {
  sandbox.calls.reset();
  const gateway = await startGateway(databaseUrl, sandbox);
  const { url, child } = gateway;
  const ask = (query: string, variables: object = {}) => post(url, query, variables);
  await ask('{ portfolio { asOf } }');
  const before = memoryOf(child);
  const startedAt = performance.now();
  let peak = before;
  while (!(await ask('{ portfolio { asOf } }')).portfolio.asOf) {
    peak = Math.max(peak, memoryOf(child));
    await pause(200);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const { 'subscriptions.list': lists, 'CustomerService.List': customers } = sandbox.calls.counts();
  console.log(`\n${name}: sweep of ${SUBSCRIPTIONS} subscriptions in ${seconds.toFixed(0)} s`);
  console.log(`  calls: ${lists} subscriptions.list, ${customers} CustomerService.List`);
  console.log(`  memory: ${before} MB before, at most ${peak} MB, ${memoryOf(child)} MB after`);
  if (databaseUrl.startsWith('postgres')) await server.query(databaseUrl, 'vacuum');
  // Details follow, at the same pace.
  for (const [title, selection] of [
    ['page', 'nodes { id observedAt status seats }'],
    ['page and totalCount', 'nodes { id observedAt status seats } totalCount'],
    ['page and summary', 'nodes { id observedAt status seats } summary { count seats }'],
  ] as const) {
    await measureCases(title, (filter, orderBy) =>
      ask(
        `query ($filter: PortfolioSubscriptionFilter, $orderBy: PortfolioSubscriptionOrder) {
          portfolio { subscriptions(filter: $filter, orderBy: $orderBy, first: 50) { ${selection} } } }`,
        { filter, orderBy },
      ),
    );
  }
  console.log(`  memory after the queries: ${memoryOf(child)} MB`);
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Runs every case a few times, and reports the slowest ones. */
async function measureCases(
  title: string,
  read: (filter: object, orderBy: object) => Promise<unknown>,
): Promise<void> {
  const samples: { name: string; ms: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, filter, orderBy } of cases) {
      const startedAt = performance.now();
      await read(filter, orderBy);
      // The first round fills caches and prepares statements.
      if (round > 0) samples.push({ name, ms: performance.now() - startedAt });
    }
  }
  const sorted = samples.toSorted((a, b) => a.ms - b.ms);
  const at = (share: number) => (sorted[Math.ceil(share * sorted.length) - 1]?.ms ?? 0).toFixed(1);
  const slowest = sorted.slice(-4).map(({ name, ms }) => `${name} ${ms.toFixed(0)}`);
  console.log(
    `  ${title.padEnd(22)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; slowest: ${slowest.join(', ')}`,
  );
}

/** Resident memory in MB, without the pages of files that are mapped. */
function memoryOf({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}

async function startGateway(databaseUrl: string, sandbox: Sandbox) {
  const child = spawn(process.execPath, ['src/main.cjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...{ PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: databaseUrl },
      ...{ BILLING_ENDPOINT: sandbox.billingAddress, BILLING_TLS: 'false' },
      ...{ BILLING_RESELLER_ID: sandbox.resellerId, RESELLER_ENDPOINT: sandbox.resellerUrl },
      // The default pace: memory depends on how much is stored at once.
      PORTFOLIO_CALLS_PER_SECOND: '5',
    },
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const url = /http:\S+\/graphql/.exec(said)?.[0];
    if (url) return { child, url };
  }
  throw new Error(`the gateway did not start: ${said}`);
}

async function post(url: string, query: string, variables: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

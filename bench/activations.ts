import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createBillingClient } from '../src/backends/billing/client.ts';
import { fixedToken } from '../src/backends/credentials/credential.ts';
import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';
import { measure, type Percentiles } from './measure.ts';
import type { Row } from './table.ts';

const UPSTREAM_MS = 20;

interface Customer {
  readonly id: string;
  readonly billing: { readonly customerId: string };
}

/** How much longer than its backend call a mutation takes; the backends are a process of their own. */
export async function activations(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const sandbox = await startSandboxProcess();
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: `sqlite:${join(directory, 'gateway.db')}`,
    LOG_LEVEL: 'silent',
    BILLING_ENDPOINT: sandbox.billing,
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    RESELLER_ENDPOINT: sandbox.reseller,
  });
  if (!backends) throw new Error('the bench has backends');
  const gateway = await createGateway({ ...config, backends });
  const url = await gateway.start();

  async function ask<T>(query: string): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const result = await response.json();
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data;
  }

  const { customers } = await ask<{ customers: { nodes: Customer[] } }>(
    '{ customers(first: 1) { nodes { id billing { customerId } } } }',
  );
  const [first] = customers.nodes;
  if (!first) throw new Error('the sandbox has customers');
  const { customerId } = first.billing;
  const activate = `mutation { activateCustomer(input: { customer: "${first.id}" }) {
    ... on ActivateCustomerSuccess { operation { id } } ... on Error { message } } }`;
  await measure(50, 1, () => ask(activate));
  const alone = createBillingClient({
    ...backends.billing,
    credential: fixedToken('none'),
    concurrency: 50,
    queue: 100,
  });
  const scope = { signal: new AbortController().signal, requestId: 'bench' };
  const call = () => alone.activateCustomer(customerId, randomUUID(), scope);
  await measure(50, 1, call);
  const floor = await measure(300, 1, call);
  alone.close();
  const mutation = await measure(300, 1, () => ask(activate));
  await gateway.close();
  sandbox.end();
  const row = (of: keyof Percentiles): Row => ({
    name: `activateCustomer on SQLite, billing takes ${UPSTREAM_MS} ms, ${of}`,
    unit: 'ms',
    values: [floor[of], mutation[of]],
  });
  const disk = await measureCommits(join(directory, 'commits.db'));
  rmSync(directory, { recursive: true });
  const commit = (of: keyof Percentiles): Row => ({
    name: `a commit of SQLite on this disk, of which a mutation needs two, ${of}`,
    unit: 'ms',
    values: [disk[of]],
  });
  return [row('p50'), row('p99'), commit('p50'), commit('p99')];
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

async function startSandboxProcess() {
  const env = {
    ...process.env,
    SANDBOX_BILLING_PORT: '0',
    SANDBOX_RESELLER_PORT: '0',
    SANDBOX_LATENCY_MS: String(UPSTREAM_MS),
    SANDBOX_LOG_LEVEL: 'silent',
  };
  const child = spawn(process.execPath, ['src/main.cjs', 'sandbox'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('Try:')) break;
  }
  const [, billing = ''] = /billing, operations\s+(\S+)/.exec(said) ?? [];
  const [, reseller = ''] = /reseller\s+(http\S+)/.exec(said) ?? [];
  const [, resellerId = ''] = /reseller id\s+(\S+)/.exec(said) ?? [];
  return { billing, reseller, resellerId, end: () => void child.kill() };
}

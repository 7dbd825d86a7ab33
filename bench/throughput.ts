import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLine } from '../test/store/line.support.ts';
import { startPostgres } from '../test/store/postgres.support.ts';
import { watchLiveness } from './liveness.ts';
import { percentiles } from './measure.ts';
import {
  cpuTimeOf,
  MutationClient,
  type Program,
  settingsFor,
  startBackends,
  startProgram,
  stop,
} from './programs.ts';
import { type Row, tableOf } from './table.ts';

const CUSTOMERS = '10000';
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

/** With a sandbox of its own: it keeps the operations of each run. */
async function run(database: string, databaseUrl: string): Promise<Row[]> {
  const sandbox = await startBackends({ SANDBOX_CUSTOMERS: CUSTOMERS });
  const gateway = await startProgram([], settingsFor(sandbox, databaseUrl));
  const client = new MutationClient(gateway);
  const customers = await client.customers();
  let next = 0;
  const activate = async (): Promise<boolean> => {
    const customer = customers[next++ % customers.length];
    return customer !== undefined && client.activate(customer);
  };
  const rows: Row[] = [];
  for (const load of LOADS) {
    const count = load === 1 ? 200 : PER_LOAD;
    const slowest = watchLiveness(client.url);
    const used = cpuTimes(gateway, sandbox);
    const { seconds, samples, failed } = await measureLoad(load, count, activate);
    const cpu = used().map((ms) => ms / count);
    const livez = await slowest();
    if (failed > 0) console.error(`${database}, ${load} clients: ${failed} mutations failed`);
    const { p50, p99 } = percentiles(samples);
    const name = `${load === 1 ? '1 client' : `${load} clients`}, ${database}`;
    const row = (of: string, unit: string, value: number): void => {
      rows.push({ name: `${of}, ${name}`, unit, values: [null, value] });
    };
    row('mutations per second', '/s', count / seconds);
    if (load === 1) row('p50 of a mutation', 'ms', p50);
    row('p99 of a mutation', 'ms', p99);
    row('CPU time of the gateway per mutation', 'ms', cpu[0] ?? 0);
    if (load === 1_500) {
      row('CPU time of the sandbox per mutation', 'ms', cpu[1] ?? 0);
      row('CPU time of the clients per mutation', 'ms', cpu[2] ?? 0);
      row('slowest /livez', 'ms', livez);
    }
  }
  await client.close();
  await stop(gateway);
  await stop(sandbox);
  return rows;
}

/** The returned function says how much CPU time the programs and this one have used since. */
function cpuTimes(...programs: readonly Program[]): () => number[] {
  const before = programs.map(cpuTimeOf);
  const own = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(own);
    return [
      ...programs.map((program, n) => cpuTimeOf(program) - (before[n] ?? 0)),
      (user + system) / 1_000,
    ];
  };
}

/** @param work returns whether it succeeded */
async function measureLoad(clients: number, count: number, work: () => Promise<boolean>) {
  const samples: number[] = [];
  let failed = 0;
  let left = count;
  const startedAt = performance.now();
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const at = performance.now();
      const isDone = await work();
      samples.push(performance.now() - at);
      if (!isDone) failed++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { seconds: (performance.now() - startedAt) / 1_000, samples, failed };
}

if (import.meta.main) console.log(tableOf(['floor', 'gateway'], await throughput()));

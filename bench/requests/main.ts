/*
 * Usage: node bench/requests/main.ts
 * What the gateway adds to the backend calls: it, a plain program that makes the same calls, and other
 * servers if they are installed, side by side against the same stand-ins.
 */
import { execFileSync } from 'node:child_process';
import { measure } from '../measure.ts';
import { type Row, tableOf } from '../table.ts';
import type { QueryName } from './shape.ts';
import { ask, measureStarts, type Side, startSides } from './sides.ts';

const CONNECTIONS = 16;
export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** Starts of each program. */
const START_ROUNDS = 7;
/** Requests of one round. */
const REQUESTS: Readonly<Record<QueryName, number>> = { Q1: 3_000, Q2: 1_000, Q3: 200 };

const names: Readonly<Record<QueryName, string>> = {
  Q1: 'Q1: one reseller customer (1 REST), CPU',
  Q2: 'Q2: 100 billing customers (1 gRPC), CPU',
  Q3: 'Q3: 50 billing customers with their reseller customers (1 gRPC + 50 REST), CPU',
};

const BATCHES = 'Q3 with RESELLER_BATCH=true';

/** Each query on all sides, in alternating rounds. The result is the median of the rounds. */
async function measureFastBackends(): Promise<Measured> {
  const { sides, batching, stop } = await startSides(0);
  try {
    const rows: Row[] = [];
    for (const query of ['Q1', 'Q2'] as const) {
      rows.push(row(names[query], 'ms', await cpuTimes(sides, query)));
    }
    const lists = await cpuTimes([...sides, batching], 'Q3');
    rows.push(row(names.Q3, 'ms', lists.slice(0, -1)));
    rows.push(row(`${BATCHES}, CPU`, 'ms', [lists[0] ?? null, lists.at(-1) ?? null]));
    const peaks = sides.map(({ program }) => program.peakMb());
    return {
      programs: sides.map(({ program }) => program.name),
      rows: [...rows, row('peak resident memory', 'MB', peaks)],
    };
  } finally {
    await stop();
  }
}

/** CPU time of one request of each side in milliseconds: the medians of alternating rounds. */
async function cpuTimes(sides: readonly Side[], query: QueryName): Promise<number[]> {
  for (const side of sides) await round(side, query);
  for (const side of sides) await round(side, query);
  const samples: number[][] = sides.map(() => []);
  for (let n = 0; n < ROUNDS; n++) {
    for (const [at, side] of sides.entries()) samples[at]?.push(await round(side, query));
  }
  return samples.map(median);
}

/** Lists of 50 customers over backends that take 50 ms. */
async function measureSlowBackends(): Promise<Row[]> {
  const { sides, batching, stop } = await startSides(50);
  const found: number[][] = [];
  let inBatches: number | null = null;
  try {
    for (const side of sides) {
      await ask(side, 'Q3', 0);
      const ten = await measure(50, 10, (n) => ask(side, 'Q3', n));
      const startedAt = performance.now();
      await measure(60, 60, (n) => ask(side, 'Q3', n));
      const lastMs = performance.now() - startedAt;
      const lists = measure(30, 30, (n) => ask(side, 'Q3', n));
      const small = await measure(1, 1, (n) => ask(side, 'Q1', n));
      await lists;
      found.push([ten.p50, lastMs, small.max]);
    }
    await ask(batching, 'Q3', 0);
    inBatches = (await measure(50, 10, (n) => ask(batching, 'Q3', n))).p50;
  } finally {
    await stop();
  }
  const of = (index: number): number[] => found.map((values) => values[index] ?? Number.NaN);
  return [
    row('Q3 by 10 clients, 50 ms backends, p50', 'ms', of(0)),
    row(`${BATCHES}, 10 clients, 50 ms backends, p50`, 'ms', [of(0)[0] ?? null, inBatches]),
    row('60 Q3 at once, 50 ms backends, the last', 'ms', of(1)),
    row('Q1 beside 30 Q3, 50 ms backends', 'ms', of(2)),
  ];
}

/** CPU time of one request in milliseconds. */
async function round(side: Side, query: QueryName): Promise<number> {
  const count = REQUESTS[query];
  const before = side.program.cpuMs();
  await measure(count, CONNECTIONS, (n) => ask(side, query, n));
  return (side.program.cpuMs() - before) / count;
}

function row(name: string, unit: string, values: readonly (number | null)[]): Row {
  return { name, unit, values };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What is measured, in the order of the table. */
export interface Measured {
  /** The names of the programs, the floor first. */
  readonly programs: readonly string[];
  readonly rows: readonly Row[];
}

export async function measureRequests(): Promise<Measured> {
  // The gateway starts from its bundle, as after `npm ci`.
  execFileSync(process.execPath, ['tools/bundle.ts']);
  // The first start fills the compile cache.
  await measureStarts(1);
  const starts = await measureStarts(START_ROUNDS);
  const fast = await measureFastBackends();
  const rows = [
    row('start, until the first answer', 'ms', starts.map(median)),
    ...fast.rows,
    ...(await measureSlowBackends()),
  ];
  return { programs: fast.programs, rows };
}

if (import.meta.main) {
  const { programs, rows } = await measureRequests();
  console.log(tableOf(programs, rows));
}

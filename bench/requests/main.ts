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
/** Short rounds that alternate, because the speed of a machine changes from one second to the next. */
export const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 31);
/** Rounds before those that count: V8 optimizes what is run often. */
const WARM_UP_ROUNDS = 15;
/** Starts of each program. */
const START_ROUNDS = 7;
/** Requests of one round. */
const REQUESTS: Readonly<Record<QueryName, number>> = { Q1: 1_000, Q2: 300, Q3: 60 };
/** Rounds over slow backends, the first of which warms up. */
const SLOW_ROUNDS = 8;

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
  const samples: number[][] = sides.map(() => []);
  for (let n = 0; n < WARM_UP_ROUNDS + ROUNDS; n++) {
    for (const [at, side] of sides.entries()) samples[at]?.push(await round(side, query));
  }
  return samples.map((values) => median(values.slice(WARM_UP_ROUNDS)));
}

/** Lists of 50 customers over backends that take 50 ms. The results are medians of the rounds. */
async function measureSlowBackends(): Promise<Row[]> {
  const { sides, batching, stop } = await startSides(50);
  const all = [...sides, batching];
  const samples: SlowRound[][] = all.map(() => []);
  try {
    for (let n = 0; n < SLOW_ROUNDS; n++) {
      for (const [at, side] of all.entries()) samples[at]?.push(await slowRound(side));
    }
  } finally {
    await stop();
  }
  const of = (value: (round: SlowRound) => number): number[] =>
    samples.map((rounds) => median(rounds.slice(1).map(value)));
  const ten = of(({ tenMs }) => tenMs);
  const without = (values: readonly number[]): number[] => values.slice(0, -1);
  return [
    row('Q3 by 10 clients, 50 ms backends, p50', 'ms', without(ten)),
    row(`${BATCHES}, 10 clients, 50 ms backends, p50`, 'ms', [ten[0] ?? null, ten.at(-1) ?? null]),
    row('60 Q3 at once, 50 ms backends, the last', 'ms', without(of(({ lastMs }) => lastMs))),
    row('Q1 beside 30 Q3, 50 ms backends', 'ms', without(of(({ smallMs }) => smallMs))),
  ];
}

interface SlowRound {
  /** The median of lists by ten clients. */
  readonly tenMs: number;
  /** The last of 60 lists at once. */
  readonly lastMs: number;
  /** A short request while 30 lists run. */
  readonly smallMs: number;
}

async function slowRound(side: Side): Promise<SlowRound> {
  const ten = await measure(100, 10, (n) => ask(side, 'Q3', n));
  const sixty = await measure(60, 60, (n) => ask(side, 'Q3', n));
  const lists = measure(30, 30, (n) => ask(side, 'Q3', n));
  const small = await measure(1, 1, (n) => ask(side, 'Q1', n));
  await lists;
  return { tenMs: ten.p50, lastMs: sixty.max, smallMs: small.max };
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

/*
 * What the gateway adds to the backend calls: it, a plain program that makes the same calls, and other
 * servers if they are installed, side by side against the same stand-ins. Only ratios within one run
 * are comparable. Writes bench/RESULTS.md.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measure } from '../measure.ts';
import { type QueryName, queries } from './shape.ts';
import { ask, type Side, startSides } from './sides.ts';

const CONNECTIONS = 16;
/** Their names, the floor first. */
const programs: string[] = [];
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** Requests of one round. */
const REQUESTS: Readonly<Record<QueryName, number>> = { Q1: 3_000, Q2: 1_000, Q3: 200 };

/** One row of the table: the same measurement of each program, the floor first. */
interface Row {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
}

const names: Readonly<Record<QueryName, string>> = {
  Q1: 'Q1: one reseller customer (1 REST), CPU',
  Q2: 'Q2: 100 billing customers (1 gRPC), CPU',
  Q3: 'Q3: 50 billing customers with their reseller customers (1 gRPC + 50 REST), CPU',
};

/** Each query on all sides, in alternating rounds. The result is the median of the rounds. */
async function measureFastBackends(): Promise<Row[]> {
  const { sides, stop } = await startSides(0);
  programs.push(...sides.map(({ program }) => program.name));
  try {
    const rows: Row[] = [
      row(
        'start, until it listens',
        'ms',
        sides.map(({ program }) => program.startMs),
      ),
    ];
    for (const query of Object.keys(queries) as QueryName[]) {
      for (const side of sides) await round(side, query);
      for (const side of sides) await round(side, query);
      const samples: number[][] = sides.map(() => []);
      for (let n = 0; n < ROUNDS; n++) {
        for (const [at, side] of sides.entries()) samples[at]?.push(await round(side, query));
      }
      rows.push(row(names[query], 'ms', samples.map(median)));
    }
    const peaks = sides.map(({ program }) => program.peakMb());
    return [...rows, row('peak resident memory', 'MB', peaks)];
  } finally {
    await stop();
  }
}

/** Lists of 50 customers over backends that take 50 ms. */
async function measureSlowBackends(): Promise<Row[]> {
  const { sides, stop } = await startSides(50);
  const found: number[][] = [];
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
  } finally {
    await stop();
  }
  const of = (index: number): number[] => found.map((values) => values[index] ?? Number.NaN);
  return [
    row('Q3 by 10 clients, 50 ms backends, p50', 'ms', of(0)),
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

function row(name: string, unit: string, values: readonly number[]): Row {
  return { name, unit, values };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function tableOf(rows: readonly Row[]): string {
  const shown = (value: number): string => value.toFixed(value < 10 ? 3 : 0);
  const lines = rows.map(({ name, unit, values: [floor = 0, ...others] }) => {
    const compared = others.map(
      (value) => `${shown(value)} ${unit} | ${(value / floor).toFixed(1)}`,
    );
    return `| ${[name, `${shown(floor)} ${unit}`, ...compared].join(' | ')} |`;
  });
  const [, ...compared] = programs;
  return [
    '# Results of the request bench',
    '',
    '`npm run bench:requests` writes this table. The floor is a plain node:http program that makes the same backend calls (undici, grpc-js) and writes the same JSON without GraphQL. The other servers are in bench/peers and run when they are installed; they have no access rules, limits or log. Mercurius and Yoga resolve the part of the schema that is queried; Hive Gateway has the schema that it makes from the definitions of both APIs. All run side by side against the same stand-ins, with 16 connections and 0 ms backends unless stated otherwise; the gateway has its default settings. Only the ratio is comparable with other runs.',
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} cores, median of ${ROUNDS} rounds.`,
    '',
    `| measurement | floor | ${compared.map((name) => `${name} | ratio`).join(' | ')} |`,
    `| --- | --- | ${compared.map(() => '--- | ---').join(' | ')} |`,
    ...lines,
    '',
  ].join('\n');
}

// The gateway starts from its bundle, as after `npm ci`.
execFileSync(process.execPath, ['tools/bundle.ts']);
const table = tableOf([...(await measureFastBackends()), ...(await measureSlowBackends())]);
console.log(table);
writeFileSync(new URL('../RESULTS.md', import.meta.url), table);

/*
 * What the gateway adds to the backend calls: it and a plain program that makes the same calls, side by
 * side against the same stand-ins. Only ratios within one run are comparable.
 */
import { Pool } from 'undici';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { measure, type Percentiles } from '../measure.ts';
import { type Program, startProgram } from './process.ts';
import {
  billingCustomerId,
  type QueryName,
  queries,
  RESELLERS,
  resellerCustomerId,
  resellerId,
} from './shape.ts';

const CONNECTIONS = 16;
/** The most connections that a measurement uses. */
const POOL = 64;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** Requests of one round. */
const REQUESTS: Readonly<Record<QueryName, number>> = { Q1: 3_000, Q2: 1_000, Q3: 200 };

/** A program that is measured, and how one query is sent to it. */
interface Side {
  readonly program: Program;
  readonly pool: Pool;
  readonly path: string;
  body(query: QueryName, n: number): string;
}

interface Sample extends Percentiles {
  /** CPU time of one request in milliseconds. */
  readonly cpu: number;
}

export interface Row {
  readonly query: QueryName;
  readonly floor: Sample;
  readonly gateway: Sample;
}

/** Measures each query on both sides, in alternating rounds. The result is the median of the rounds. */
export async function measureRequests(only?: QueryName): Promise<Row[]> {
  const { sides, stop } = await startSides(0);
  const rows: Row[] = [];
  try {
    for (const query of Object.keys(queries) as QueryName[]) {
      if (only && query !== only) continue;
      for (const side of sides) {
        await round(side, query);
        await round(side, query);
      }
      const samples: Sample[][] = [[], []];
      for (let n = 0; n < ROUNDS; n++) {
        for (const [index, side] of sides.entries()) samples[index]?.push(await round(side, query));
      }
      const [floor, gateway] = samples.map(median);
      if (floor && gateway) rows.push({ query, floor, gateway });
    }
    for (const { program } of sides) {
      console.log(`${program.name}: peak resident ${program.peakMb().toFixed(0)} MB`);
    }
  } finally {
    await stop();
  }
  return rows;
}

/** @param backendMs how long each call of the stand-ins takes */
async function startSides(backendMs: number) {
  const env = { BACKEND_MS: String(backendMs) };
  const standIns = await startProgram('stand-ins', ['bench/requests/stand-ins.ts'], env, /\n/);
  const ports = JSON.parse(standIns.output());
  const sides = [await startFloor(ports), await startGateway(ports)] as const;
  return {
    sides,
    async stop() {
      for (const { pool, program } of sides) {
        await pool.destroy();
        await program.stop();
      }
      await standIns.stop();
    },
  };
}

/** Lists of 50 customers over backends that take 50 ms. */
async function measureSlowBackends(): Promise<void> {
  const { sides, stop } = await startSides(50);
  try {
    for (const side of sides) {
      await ask(side, 'Q3', 0);
      const ten = await measure(50, 10, (n) => ask(side, 'Q3', n));
      const together = performance.now();
      await measure(60, 60, (n) => ask(side, 'Q3', n));
      const lastMs = performance.now() - together;
      const lists = measure(30, 30, (n) => ask(side, 'Q3', n));
      const small = await measure(1, 1, (n) => ask(side, 'Q1', n));
      await lists;
      console.log(
        `${side.program.name}, 50 ms: Q3 by 10 clients p50 ${ten.p50.toFixed(0)} ms; the last of 60 lists ${lastMs.toFixed(0)} ms; a small read beside 30 lists ${small.max.toFixed(0)} ms`,
      );
    }
  } finally {
    await stop();
  }
}

async function round(side: Side, query: QueryName): Promise<Sample> {
  const count = REQUESTS[query];
  const before = side.program.cpuMs();
  const times = await measure(count, CONNECTIONS, (n) => ask(side, query, n));
  return { ...times, cpu: (side.program.cpuMs() - before) / count };
}

/** Sends one request, and checks that its answer has no errors. */
async function ask(side: Side, query: QueryName, n: number): Promise<void> {
  const { statusCode, body } = await side.pool.request({
    path: side.path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: side.body(query, n),
  });
  const text = await body.text();
  if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`${statusCode} ${text}`);
}

function median(samples: readonly Sample[]): Sample {
  const sorted = samples.toSorted((a, b) => a.cpu - b.cpu);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error('there are no samples');
  return middle;
}

interface Ports {
  readonly billingPort: number;
  readonly resellerPort: number;
}

function endpoints({ billingPort, resellerPort }: Ports): Record<string, string> {
  return {
    BILLING_ENDPOINT: `127.0.0.1:${billingPort}`,
    RESELLER_ENDPOINT: `http://127.0.0.1:${resellerPort}`,
  };
}

async function startFloor(ports: Ports): Promise<Side> {
  const args = ['bench/requests/floor.ts'];
  const program = await startProgram('floor', args, endpoints(ports), /\n/);
  const { url } = JSON.parse(program.output());
  return {
    ...{ program, path: '/' },
    pool: new Pool(url, { connections: POOL, pipelining: 1 }),
    body: (name, n) =>
      JSON.stringify({ name, id: name === 'Q1' ? q1Id(n) : resellerId(n % RESELLERS) }),
  };
}

async function startGateway(ports: Ports): Promise<Side> {
  const env = {
    ...endpoints(ports),
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: resellerId(0),
  };
  const program = await startProgram('gateway', nodeArgs(), env, /Try:/);
  const url = /http:\S+\/graphql/.exec(program.output())?.[0] ?? '';
  const pool = new Pool(new URL(url).origin, { connections: POOL, pipelining: 1 });
  const side: Side = {
    ...{ program, pool, path: '/graphql' },
    body: (name, n) => {
      const variables =
        name === 'Q1'
          ? { id: encodeGlobalId('Customer', 'r', q1Id(n)) }
          : { resellerId: resellerId(n % RESELLERS) };
      return JSON.stringify({ query: queries[name], variables });
    },
  };
  await linkCustomers(side);
  return side;
}

function nodeArgs(): string[] {
  const flags = process.env['BENCH_NODE_FLAGS'];
  return [...(flags ? flags.split(' ') : []), 'src/main.ts'];
}

/** The customer that a request reads alone: one that is not linked. */
function q1Id(n: number): string {
  return resellerCustomerId(n % RESELLERS, 50 + (n % 50));
}

/** Links the first 50 customers of each reseller, which Q3 reads. */
async function linkCustomers({ pool, path }: Side): Promise<void> {
  const query = `mutation ($billing: BillingCustomerKey!, $resellerCustomer: ResellerCustomerKey!) {
    linkCustomer(input: { billing: $billing, resellerCustomer: $resellerCustomer }) { __typename } }`;
  await measure(50 * RESELLERS, CONNECTIONS, async (at) => {
    const reseller = at % RESELLERS;
    const n = Math.floor(at / RESELLERS);
    const variables = {
      billing: { resellerId: resellerId(reseller), customerId: billingCustomerId(reseller, n) },
      resellerCustomer: { id: resellerCustomerId(reseller, n) },
    };
    const { body } = await pool.request({
      ...{ path, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ query, variables }),
    });
    const text = await body.text();
    if (!text.includes('LinkCustomerSuccess')) throw new Error(text);
  });
}

if (import.meta.main) {
  await measureSlowBackends();
  const rows = await measureRequests(process.argv[2] as QueryName | undefined);
  for (const { query, floor, gateway } of rows) {
    const ratio = (gateway.cpu / floor.cpu).toFixed(1);
    console.log(
      `${query}: floor ${floor.cpu.toFixed(3)} ms, gateway ${gateway.cpu.toFixed(3)} ms CPU, ratio ${ratio}; p50 ${floor.p50.toFixed(1)} / ${gateway.p50.toFixed(1)} ms, p99 ${floor.p99.toFixed(1)} / ${gateway.p99.toFixed(1)} ms`,
    );
  }
}

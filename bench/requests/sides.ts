import { existsSync } from 'node:fs';
import { Pool } from 'undici';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { measure } from '../measure.ts';
import { type Peer, peers } from './peers.ts';
import { type Program, startProgram } from './process.ts';
import {
  billingCustomerId,
  type QueryName,
  queries,
  RESELLERS,
  resellerCustomerId,
  resellerId,
} from './shape.ts';

/** The most connections that a measurement uses. */
const POOL = 64;
/** Links that are made at once. */
const CONNECTIONS = 16;

/** A program that is measured, and how one query is sent to it. */
export interface Side {
  readonly program: Program;
  readonly pool: Pool;
  readonly path: string;
  body(query: QueryName, n: number): string;
}

/** @param backendMs how long each call of the stand-ins takes */
export async function startSides(backendMs: number) {
  const { standIns, ports, starts } = await startStandIns(backendMs);
  const sides: Side[] = [];
  for (const start of starts) sides.push(await start());
  const batching = await startGateway(ports, { RESELLER_BATCH: 'true' });
  for (const side of [...sides, batching]) if (isGateway(side)) await linkCustomers(side);
  return {
    sides,
    /** The gateway when it reads customers of the Reseller API in batches. */
    batching,
    async stop() {
      for (const side of [...sides, batching]) await stopSide(side);
      await standIns.stop();
    },
  };
}

function isGateway({ program }: Side): boolean {
  return program.name === 'gateway';
}

/**
 * Milliseconds from the start of each program to its first answer to a query over HTTP, in alternating
 * rounds.
 */
export async function measureStarts(rounds: number): Promise<number[][]> {
  const { standIns, starts } = await startStandIns(0);
  const samples: number[][] = starts.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, start] of starts.entries()) {
      const side = await start();
      await ask(side, 'Q1', round);
      samples[at]?.push(performance.now() - side.program.startedAt);
      await stopSide(side);
    }
  }
  await standIns.stop();
  return samples;
}

async function startStandIns(backendMs: number) {
  const env = { BACKEND_MS: String(backendMs) };
  const standIns = await startProgram('stand-ins', ['bench/requests/stand-ins.ts'], env, /\n/);
  const ports: Ports = JSON.parse(standIns.output());
  const installed = existsSync('bench/peers/node_modules') ? Object.entries(peers) : [];
  const starts = [
    () => startFloor(ports),
    () => startGateway(ports),
    ...installed.map(
      ([name, peer]) =>
        () =>
          startPeer(name, peer, ports),
    ),
  ];
  return { standIns, ports, starts };
}

async function stopSide({ pool, program }: Side): Promise<void> {
  await pool.destroy();
  await program.stop();
}

/** Sends one request, and checks that its answer has no errors. */
export async function ask(side: Side, query: QueryName, n: number): Promise<void> {
  const { statusCode, body } = await side.pool.request({
    path: side.path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: side.body(query, n),
  });
  const text = await body.text();
  if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`${statusCode} ${text}`);
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

/** One of the other servers, when they are installed (`npm ci --prefix bench/peers`). */
async function startPeer(name: string, peer: Peer, ports: Ports): Promise<Side> {
  const args = [`bench/peers/${peer.file}`];
  const program = await startProgram(name, args, endpoints(ports), LISTENS);
  const { url } = JSON.parse(LISTENS.exec(program.output())?.[0] ?? '');
  return {
    ...{ program, pool: new Pool(url, { connections: POOL, pipelining: 1 }), path: '/graphql' },
    body: (query, n) =>
      JSON.stringify({
        query: peer.queries[query],
        variables:
          query === 'Q1' ? { id: peer.idOf(q1Id(n)) } : { resellerId: resellerId(n % RESELLERS) },
      }),
  };
}

/** What a program prints when it listens; libraries may print other lines before it. */
const LISTENS = /^\{"url".*$/m;

async function startGateway(
  ports: Ports,
  settings: Readonly<Record<string, string>> = {},
): Promise<Side> {
  const env = {
    ...endpoints(ports),
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: resellerId(0),
    ...settings,
  };
  const program = await startProgram('gateway', nodeArgs(), env, /Try:/);
  const url = /http:\S+\/graphql/.exec(program.output())?.[0] ?? '';
  const pool = new Pool(new URL(url).origin, { connections: POOL, pipelining: 1 });
  return {
    ...{ program, pool, path: '/graphql' },
    body: (name, n) => {
      const variables =
        name === 'Q1'
          ? { id: encodeGlobalId('Customer', 'r', q1Id(n)) }
          : { resellerId: resellerId(n % RESELLERS) };
      return JSON.stringify({ query: queries[name], variables });
    },
  };
}

function nodeArgs(): string[] {
  const flags = process.env['BENCH_NODE_FLAGS'];
  return [...(flags ? flags.split(' ') : []), 'src/main.cjs'];
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

import { setTimeout } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { loadConfig } from '../src/config/config.ts';
import { createGateway } from '../src/gateway.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import type { Dial } from './fan-out-clients.ts';
import { percentiles } from './measure.ts';
import { heapUsed, now, openSockets, type Sockets } from './sockets.ts';
import type { Row } from './table.ts';

const SOCKETS = 5000;
const ROUNDS = 40;
const WARM_UP = 200;
/** Between two changes, in milliseconds. */
const POLL_MS = 300;
/** What a process holds besides the sockets: files, connections to the backends. */
const SPARE_DESCRIPTORS = 200;

const query = `subscription ($id: ID!) { operationUpdated(id: $id) {
  id kind status description createdAt modifiedAt cursor
  metadata { ... on CustomerOperationMetadata { resellerId customerId } } } }`;

/**
 * Many sockets on one operation that changes again and again, and as many on a plain loop of `ws`. Their
 * rounds alternate, so that both see the same machine. The clients are a process of their own.
 */
export async function fanOut(): Promise<Row[]> {
  const { url, sandbox, operation, close } = await startGateway();
  const count = Math.min(SOCKETS, Math.floor((descriptors() - SPARE_DESCRIPTORS) / 2));
  const payload = { query, variables: { id: operation } };
  const dial: Dial = {
    port: Number(new URL(url).port),
    sockets: count,
    init: JSON.stringify({ type: 'connection_init' }),
    subscribe: JSON.stringify({ type: 'subscribe', id: '$id', payload }),
  };
  // The first ones load code, and fill caches.
  await (await openSockets({ ...dial, sockets: WARM_UP })).close();
  await setTimeout(1000);
  const gateway = await opened(dial);
  const plain = await startPlain();
  const floor = await opened({ ...dial, port: plain.port, init: null, subscribe: null });
  const change = changes(sandbox);
  for (let n = 0; n < ROUNDS; n++) {
    await round(gateway, () => change(`change ${n}`));
    await round(floor, () => plain.send(gateway.message));
  }
  await Promise.all([gateway.sockets.close(), floor.sockets.close()]);
  plain.close();
  await close();
  const row = (name: string, unit: string, value: (of: Served) => number): Row => {
    return { name: `${count} sockets, ${name}`, unit, values: [value(floor), value(gateway)] };
  };
  return [
    row('one change, the first client, p50', 'ms', ({ first }) => percentiles(first).p50),
    row('one change, the last client, p50', 'ms', ({ last }) => percentiles(last).p50),
    row('one change, CPU, p50', 'ms', ({ cpu }) => percentiles(cpu).p50),
    row('heap of each while it is idle', 'kB', ({ heap }) => heap / 1_000),
  ];
}

/** A gateway in this process, with an operation that does not end. */
async function startGateway() {
  const sandbox = await startSandbox({ operations: { outcome: 'never' } });
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'silent',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    OPERATION_POLL_INTERVAL_MS: '100',
  });
  if (!backends) throw new Error('the bench has backends');
  const gateway = await createGateway({ ...config, backends }, { links: sandbox.links });
  const url = await gateway.start();
  const { customers } = await send<{ customers: { nodes: { id: string }[] } }>(
    url,
    '{ customers(first: 1) { nodes { id } } }',
  );
  const { activateCustomer } = await send<{ activateCustomer: { operation: { id: string } } }>(
    url,
    `mutation { activateCustomer(input: { customer: "${customers.nodes[0]?.id}" }) {
      ... on ActivateCustomerSuccess { operation { id } } } }`,
  );
  const close = async () => {
    await gateway.close();
    await sandbox.close();
  };
  return { url, sandbox, operation: activateCustomer.operation.id, close };
}

async function send<T>(url: string, query: string): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data } = (await response.json()) as { data: T };
  return data;
}

interface Served {
  readonly sockets: Sockets;
  /** Bytes per socket, before the first round. */
  readonly heap: number;
  /** Of each round: the first and the last client, in milliseconds after the change. */
  readonly first: number[];
  readonly last: number[];
  /** CPU time of this process in each round, in milliseconds. */
  readonly cpu: number[];
  /** The latest message. */
  message: string;
}

async function opened(dial: Dial): Promise<Served> {
  const before = heapUsed();
  const sockets = await openSockets(dial);
  const heap = (heapUsed() - before) / dial.sockets;
  return { sockets, heap, first: [], last: [], cpu: [], message: '' };
}

/** @param change resolves with the moment of the change */
async function round(served: Served, change: () => Promise<number>): Promise<void> {
  const before = process.cpuUsage();
  const [changedAt, { receivedAt, message }] = await Promise.all([
    change(),
    served.sockets.round(),
  ]);
  const { user, system } = process.cpuUsage(before);
  served.cpu.push((user + system) / 1000);
  const after = receivedAt.map((at) => at - changedAt).sort((a, b) => a - b);
  served.first.push(after[0] ?? 0);
  served.last.push(after.at(-1) ?? 0);
  served.message = message;
}

/**
 * Changes every operation when it is read the next time. The moment of the change is that at which
 * the billing API gives it away: before the gateway has read it.
 */
function changes({ operations }: Sandbox): (description: string) => Promise<number> {
  const read = operations.get.bind(operations);
  let current: string | null = null;
  let changed: ((at: number) => void) | null = null;
  operations.get = (id) => {
    const operation = read(id);
    if (current !== null) operation.description = current;
    changed?.(now());
    changed = null;
    return operation;
  };
  return (description) =>
    new Promise((resolve) => {
      current = description;
      changed = resolve;
    });
}

/** A `ws` server that does nothing but send. */
async function startPlain() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async send(text: string) {
      // As long as the gateway waits for the next poll: caches and clients cool down all the same.
      await setTimeout(POLL_MS);
      const message = Buffer.from(text);
      const at = now();
      for (const socket of server.clients) socket.send(message, { binary: false });
      return at;
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** How many files and sockets the process may have open. */
function descriptors(): number {
  const limit = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  return Number(limit.userLimits?.open_files?.soft) || 1024;
}

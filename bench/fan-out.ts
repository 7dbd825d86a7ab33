import { setTimeout } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import type { Dial } from './fan-out-clients.ts';
import { percentiles, report } from './measure.ts';
import { heapUsed, now, openSockets, type Sockets } from './sockets.ts';

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

export interface FanOutOptions {
  readonly url: string;
  readonly sandbox: Sandbox;
  /** The global id of an operation that does not end. */
  readonly operation: string;
}

/**
 * Many sockets on one operation that changes again and again, and as many on a plain loop. Their rounds
 * alternate, so that both see the same machine.
 */
export async function fanOut({ url, sandbox, operation }: FanOutOptions): Promise<void> {
  const count = Math.min(SOCKETS, Math.floor((descriptors() - SPARE_DESCRIPTORS) / 2));
  console.log(`\n${count} sockets on one operation, in a process of their own`);
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
  print('gateway', gateway);
  print('plain ws loop, one prepared message', floor);
  const ratio = (samples: (of: Served) => number[]): string =>
    (percentiles(samples(gateway)).p50 / percentiles(samples(floor)).p50).toFixed(2);
  console.log(
    `gateway to plain ws: last client ${ratio(({ last }) => last)}, CPU time ${ratio(({ cpu }) => cpu)}`,
  );
  await Promise.all([gateway.sockets.close(), floor.sockets.close()]);
  plain.close();
}

interface Served {
  readonly sockets: Sockets;
  /** Bytes per socket, before the first round. */
  readonly heap: number;
  /** Of each round: the first and the last client, in milliseconds after the change. */
  readonly first: number[];
  readonly last: number[];
  /** Of all rounds: every client. */
  readonly all: number[];
  /** CPU time of this process in each round, in milliseconds. */
  readonly cpu: number[];
  /** The latest message. */
  message: string;
}

async function opened(dial: Dial): Promise<Served> {
  const before = heapUsed();
  const sockets = await openSockets(dial);
  const heap = (heapUsed() - before) / dial.sockets;
  return { sockets, heap, first: [], last: [], all: [], cpu: [], message: '' };
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
  served.all.push(...after);
  served.message = message;
}

function print(name: string, { first, last, all, cpu, message, heap }: Served): void {
  const rounded = (samples: number[]) => samples.map((ms) => ms.toFixed(1)).join(' ');
  console.log(`${name}: ${message.length} bytes a message`);
  report('  first client of a change', percentiles(first));
  report('  any client', percentiles(all));
  report(
    '  last client of a change',
    percentiles(last),
    `(the first changes: ${rounded(last.slice(0, 3))})`,
  );
  report('  CPU time of a change', percentiles(cpu));
  console.log(`  heap per idle socket: ${(heap / 1000).toFixed(1)} kB`);
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

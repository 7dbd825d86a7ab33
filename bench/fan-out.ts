import { setTimeout } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Sandbox } from '../src/sandbox/sandbox.ts';
import { percentiles, report } from './measure.ts';
import { heapUsed, now, openSockets, type Sockets } from './sockets.ts';

const SOCKETS = 5000;
const ROUNDS = 40;
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

/** Many sockets on one operation that changes again and again; then the same from a plain loop. */
export async function fanOut({ url, sandbox, operation }: FanOutOptions): Promise<void> {
  const count = Math.min(SOCKETS, descriptors() - SPARE_DESCRIPTORS);
  console.log(`\n${count} sockets on one operation, in a process of their own`);
  const payload = { query, variables: { id: operation } };
  const before = heapUsed();
  const sockets = await openSockets({
    port: Number(new URL(url).port),
    sockets: count,
    init: JSON.stringify({ type: 'connection_init' }),
    subscribe: JSON.stringify({ type: 'subscribe', id: '$id', payload }),
  });
  const heap = (heapUsed() - before) / count;
  const change = changes(sandbox);
  const served = await rounds(sockets, (n) => change(`change ${n}`));
  await sockets.close();
  print('gateway', served, heap);

  const plain = await startPlain(Buffer.from(served.message));
  // The gateway is still clearing up behind the sockets that have just gone.
  await setTimeout(1000);
  const idle = heapUsed();
  const floor = await openSockets({
    port: plain.port,
    sockets: count,
    init: null,
    subscribe: null,
  });
  const floorHeap = (heapUsed() - idle) / count;
  print('plain ws loop, one prepared frame', await rounds(floor, plain.send), floorHeap);
  await floor.close();
  plain.close();
}

interface Served {
  /** Of each round: the first and the last client, in milliseconds after the change. */
  readonly first: number[];
  readonly last: number[];
  /** Of all rounds: every client. */
  readonly all: number[];
  readonly message: string;
}

/** @param change resolves with the moment of the change */
async function rounds(sockets: Sockets, change: (n: number) => Promise<number>): Promise<Served> {
  const served = { first: [] as number[], last: [] as number[], all: [] as number[], message: '' };
  for (let n = 0; n < ROUNDS; n++) {
    const [changedAt, { receivedAt, message }] = await Promise.all([change(n), sockets.round()]);
    const after = receivedAt.map((at) => at - changedAt).sort((a, b) => a - b);
    served.first.push(after[0] ?? 0);
    served.last.push(after.at(-1) ?? 0);
    served.all.push(...after);
    // Behind the head of a frame of more than 125 bytes.
    served.message = message.slice(message.indexOf('{'));
  }
  return served;
}

function print(name: string, { first, last, all, message }: Served, heap: number): void {
  const rounded = (samples: number[]) => samples.map((ms) => ms.toFixed(1)).join(' ');
  console.log(`${name}: ${message.length} bytes a message`);
  report('  first client of a change', percentiles(first));
  report('  any client', percentiles(all));
  report(
    '  last client of a change',
    percentiles(last),
    `(the first changes: ${rounded(last.slice(0, 3))})`,
  );
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
async function startPlain(message: Buffer) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async send() {
      // As long as the gateway waits for the next poll: caches and clients cool down all the same.
      await setTimeout(POLL_MS);
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

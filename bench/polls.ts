import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { OperationSchema } from '../src/gen/yandex/cloud/operation/operation_pb.ts';
import {
  GetOperationRequestSchema,
  OperationService,
} from '../src/gen/yandex/cloud/operation/operation_service_pb.ts';
import { createLogger } from '../src/log.ts';
import { openStore } from '../src/store/store.ts';
import { startProgram } from './requests/process.ts';
import { type Row, tableOf } from './table.ts';

const OPERATIONS = 10_000;
const SECONDS = 30;
const STARTED = new Date();

/**
 * What running operations cost that no client watches: one gateway on SQLite polls them at the default
 * settings, against a stand-in in this process that always returns the same state. The floor polls it
 * at the same time.
 */
export async function unwatched(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const databaseUrl = `sqlite:${join(directory, 'gateway.db')}`;
  await addOperations(databaseUrl);
  const standIn = await startStandIn();
  const gateway = await startProgram(
    'gateway',
    ['src/main.cjs'],
    {
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: databaseUrl,
      BILLING_ENDPOINT: `127.0.0.1:${standIn.port}`,
      BILLING_TLS: 'false',
      RESELLER_ENDPOINT: 'http://127.0.0.1:1',
      RESELLER_TOKEN: 'token',
      BILLING_TOKEN: 'token',
      PORTFOLIO: 'false',
    },
    /Try:/,
  );
  const loopEnv = { BILLING_ENDPOINT: `127.0.0.1:${standIn.port}` };
  const floor = await startProgram('floor', ['bench/poll-loop.ts'], loopEnv, /polling/);
  const [floorPolls = 0, floorMs = 0, polls = 0, cpuMs = 0] = await perSecond(() => [
    ...[standIn.polls.floor, floor.cpuMs(), standIn.polls.gateway, gateway.cpuMs()],
  ]);
  await gateway.stop();
  await floor.stop();
  standIn.close();
  rmSync(directory, { recursive: true, force: true });
  const name = `${OPERATIONS} running operations without watchers`;
  return [
    { name: `${name}, CPU per second`, unit: 'ms', values: [floorMs, cpuMs] },
    { name: `${name}, polls per second`, unit: '/s', values: [floorPolls, polls] },
  ];
}

/** How much each of the numbers grows in a second. */
async function perSecond(read: () => number[]): Promise<number[]> {
  await setTimeout(5_000);
  const startedAt = performance.now();
  const before = read();
  await setTimeout(SECONDS * 1_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  return read().map((value, at) => (value - (before[at] ?? 0)) / seconds);
}

async function addOperations(databaseUrl: string): Promise<void> {
  const store = await openStore(databaseUrl, { log: createLogger('silent') });
  const operations = Array.from({ length: OPERATIONS }, (_, n) =>
    store.journal.append({
      operationId: `operation-${n}`,
      kind: 'ACTIVATE_CUSTOMER',
      description: null,
      createdAt: STARTED,
      createdBy: null,
      modifiedAt: STARTED,
      done: false,
      metadata: null,
      result: null,
    }),
  );
  await Promise.all(operations);
  await store.close();
}

/** An operation service that always returns the same state. */
async function startStandIn() {
  const polls = { floor: 0, gateway: 0 };
  const time = timestampFromMs(STARTED.getTime());
  const server = new Server();
  server.addService(
    {
      get: {
        path: `/${OperationService.typeName}/Get`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    {
      get({ request }: ServerUnaryCall<Buffer, Buffer>, answer: (e: null, bytes: Buffer) => void) {
        const { operationId } = fromBinary(GetOperationRequestSchema, request);
        polls[operationId.startsWith('floor') ? 'floor' : 'gateway']++;
        const running = { id: operationId, createdAt: time, modifiedAt: time };
        answer(null, Buffer.from(toBinary(OperationSchema, create(OperationSchema, running))));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, polls, close: () => server.forceShutdown() };
}

if (import.meta.main) console.log(tableOf(['floor', 'gateway'], await unwatched()));

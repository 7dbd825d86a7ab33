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

/*
 * Usage: node bench/polls.ts
 * What running operations cost that no client watches: one gateway on SQLite polls them at the default
 * settings, against a stand-in in this process that always returns the same state.
 */

const OPERATIONS = 10_000;
const SECONDS = 30;
const startedAt = Date.now();

let polls = 0;
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
      polls++;
      const { operationId } = fromBinary(GetOperationRequestSchema, request);
      const time = timestampFromMs(startedAt);
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

const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
const databaseUrl = `sqlite:${join(directory, 'gateway.db')}`;
const store = await openStore(databaseUrl, { log: createLogger('silent') });
await Promise.all(
  Array.from({ length: OPERATIONS }, (_, n) =>
    store.journal.append({
      operationId: `operation-${n}`,
      kind: 'ACTIVATE_CUSTOMER',
      description: null,
      createdAt: new Date(startedAt),
      createdBy: null,
      modifiedAt: new Date(startedAt),
      done: false,
      metadata: null,
      result: null,
    }),
  ),
);
await store.close();

const gateway = await startProgram(
  'gateway',
  ['src/main.ts'],
  {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    BILLING_ENDPOINT: `127.0.0.1:${port}`,
    BILLING_TLS: 'false',
    RESELLER_ENDPOINT: 'http://127.0.0.1:1',
    RESELLER_TOKEN: 'token',
    BILLING_TOKEN: 'token',
    PORTFOLIO: 'false',
  },
  /Try:/,
);
await setTimeout(5_000);
const before = { polls, cpuMs: gateway.cpuMs(), time: performance.now() };
await setTimeout(SECONDS * 1_000);
const seconds = (performance.now() - before.time) / 1_000;
const perSecond = (value: number): string => (value / seconds).toFixed(1);
console.log(
  `${OPERATIONS} running operations without watchers: ` +
    `${perSecond(gateway.cpuMs() - before.cpuMs)} ms of CPU and ` +
    `${perSecond(polls - before.polls)} polls per second`,
);
await gateway.stop();
server.forceShutdown();
rmSync(directory, { recursive: true, force: true });

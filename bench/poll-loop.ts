/*
 * The floor of bench/polls.ts: a plain loop of grpc-js that reads operations at the same pace as the
 * gateway, and does nothing with them.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { OperationSchema } from '../src/gen/yandex/cloud/operation/operation_pb.ts';
import {
  GetOperationRequestSchema,
  OperationService,
} from '../src/gen/yandex/cloud/operation/operation_service_pb.ts';

/** The gateway starts at most 200 polls per second, in groups. */
const GROUP = 20;
const GROUP_MS = 100;

const client = new Client(process.env['BILLING_ENDPOINT'] ?? '', credentials.createInsecure());

function poll(operationId: string): void {
  client.makeUnaryRequest(
    `/${OperationService.typeName}/Get`,
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => fromBinary(OperationSchema, bytes),
    Buffer.from(
      toBinary(GetOperationRequestSchema, create(GetOperationRequestSchema, { operationId })),
    ),
    (error) => {
      if (error) throw error;
    },
  );
}

let polls = 0;
setInterval(() => {
  for (let n = 0; n < GROUP; n++) poll(`floor-${polls++}`);
}, GROUP_MS);
console.log('polling');

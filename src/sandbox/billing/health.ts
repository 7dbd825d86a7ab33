import { create, createFileRegistry, fromJson } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  type ServerStreamCall,
  textField,
  type UnaryCall,
  type UnaryReply,
} from './grpc-service.ts';

// The definitions are data because protoc-gen-es generates TypeScript enums, which Node cannot run.

const optional = 'LABEL_OPTIONAL';

const serving = 1;
const serviceUnknown = 3;

/** grpc/health/v1/health.proto of grpc/grpc-proto. */
const descriptors: FileDescriptorSet = fromJson(FileDescriptorSetSchema, {
  file: [
    {
      name: 'grpc/health/v1/health.proto',
      package: 'grpc.health.v1',
      syntax: 'proto3',
      messageType: [
        {
          name: 'HealthCheckRequest',
          field: [
            {
              ...{ name: 'service', number: 1, label: optional, type: 'TYPE_STRING' },
              jsonName: 'service',
            },
          ],
        },
        {
          name: 'HealthCheckResponse',
          field: [
            {
              ...{ name: 'status', number: 1, label: optional, type: 'TYPE_ENUM' },
              typeName: '.grpc.health.v1.HealthCheckResponse.ServingStatus',
              jsonName: 'status',
            },
          ],
          enumType: [
            {
              name: 'ServingStatus',
              value: [
                { name: 'UNKNOWN', number: 0 },
                { name: 'SERVING', number: serving },
                { name: 'NOT_SERVING', number: 2 },
                { name: 'SERVICE_UNKNOWN', number: serviceUnknown },
              ],
            },
          ],
        },
      ],
      service: [
        {
          name: 'Health',
          method: [
            {
              name: 'Check',
              inputType: '.grpc.health.v1.HealthCheckRequest',
              outputType: '.grpc.health.v1.HealthCheckResponse',
            },
            {
              name: 'Watch',
              inputType: '.grpc.health.v1.HealthCheckRequest',
              outputType: '.grpc.health.v1.HealthCheckResponse',
              serverStreaming: true,
            },
          ],
        },
      ],
    },
  ],
});

const registry = createFileRegistry(descriptors);

function definition<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('the definitions of grpc.health.v1 are incomplete');
  return found;
}

export const Health = definition(registry.getService('grpc.health.v1.Health'));
const response = definition(registry.getMessage('grpc.health.v1.HealthCheckResponse'));

function answer(value: number): unknown {
  return create(response, { status: value });
}

/** The methods of grpc.health.v1.Health: every service serves as long as the sandbox runs. */
export function healthService(serviceNames: readonly string[]): UntypedServiceImplementation {
  const names = new Set(['', ...serviceNames]);
  return {
    check: ({ request }: UnaryCall, reply: UnaryReply) => {
      if (names.has(textField(request, 'service'))) reply(null, answer(serving));
      else reply({ code: status.NOT_FOUND, details: 'unknown service' });
    },
    // The stream stays open: a status never changes.
    watch: (call: ServerStreamCall) => {
      call.write(answer(names.has(textField(call.request, 'service')) ? serving : serviceUnknown));
    },
  };
}

import {
  type DescMessage,
  type DescService,
  fromBinary,
  isMessage,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { handleUnaryCall, MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** One handler for each method of a service, by local name. */
export type UnaryImplementation<S extends DescService> = {
  readonly [K in keyof S['method']]: handleUnaryCall<
    MessageShape<S['method'][K]['input']>,
    MessageShape<S['method'][K]['output']>
  >;
};

function serialize(schema: DescMessage, message: unknown): Buffer {
  if (!isMessage(message, schema)) throw new TypeError(`not a ${schema.typeName}`);
  return Buffer.from(toBinary(schema, message));
}

/** The grpc-js definition of a protoc-gen-es service whose methods are all unary. */
export function toServiceDefinition(service: DescService): ServiceDefinition {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const { name, localName, input, output } of service.methods) {
    definition[localName] = {
      path: `/${service.typeName}/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message) => serialize(input, message),
      requestDeserialize: (bytes) => fromBinary(input, bytes),
      responseSerialize: (message) => serialize(output, message),
      responseDeserialize: (bytes) => fromBinary(output, bytes),
    };
  }
  return definition;
}

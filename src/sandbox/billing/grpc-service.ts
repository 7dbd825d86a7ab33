import {
  type DescMessage,
  type DescService,
  fromBinary,
  isMessage,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type {
  handleUnaryCall,
  MethodDefinition,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  sendUnaryData,
} from '@grpc/grpc-js';

/** One handler for each method of a service, by local name. */
export type UnaryImplementation<S extends DescService> = {
  readonly [K in keyof S['method']]: handleUnaryCall<
    MessageShape<S['method'][K]['input']>,
    MessageShape<S['method'][K]['output']>
  >;
};

export type UnaryCall = ServerUnaryCall<unknown, unknown>;
export type UnaryReply = sendUnaryData<unknown>;
export type ServerStreamCall = ServerWritableStream<unknown, unknown>;
export type DuplexCall = ServerDuplexStream<unknown, unknown>;

/** Whether a message of a handler without types is one of this schema. */
export function isOf<D extends DescMessage>(
  schema: D,
  message: unknown,
): message is MessageShape<D> {
  return isMessage(message, schema);
}

/** A text field of a message without generated types. */
export function textField(message: unknown, name: string): string {
  const value: unknown = Object(message)[name];
  return typeof value === 'string' ? value : '';
}

function serialize(schema: DescMessage, message: unknown): Buffer {
  if (!isMessage(message, schema)) throw new TypeError(`not a ${schema.typeName}`);
  return Buffer.from(toBinary(schema, message));
}

/**
 * The grpc-js definition of a service.
 * @param typeName its name on the wire, when that is not the service's own
 */
export function toServiceDefinition(
  service: DescService,
  typeName: string = service.typeName,
): ServiceDefinition {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const { name, localName, input, output, methodKind } of service.methods) {
    definition[localName] = {
      path: `/${typeName}/${name}`,
      requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
      responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
      requestSerialize: (message) => serialize(input, message),
      requestDeserialize: (bytes) => fromBinary(input, bytes),
      responseSerialize: (message) => serialize(output, message),
      responseDeserialize: (bytes) => fromBinary(output, bytes),
    };
  }
  return definition;
}

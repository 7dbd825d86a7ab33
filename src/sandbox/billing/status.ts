import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, status } from '@grpc/grpc-js';
import {
  BadRequestSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts';

/** Packs with a type URL of the vendor's form: `type.googleapis.com/<name>`. */
export function pack<D extends DescMessage>(schema: D, message: MessageShape<D>): Any {
  return anyPack(schema, message);
}

/** A call that ends with a status other than OK. */
export class StatusError extends Error {
  readonly code: number;
  readonly details: readonly Any[];

  constructor(code: number, message: string, details: readonly Any[] = []) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.details = details;
  }
}

export interface FieldViolation {
  /** The field's name in the .proto file. */
  readonly field: string;
  readonly description: string;
}

export function invalidArgument(violations: readonly FieldViolation[]): StatusError {
  const text = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
  const detail = create(BadRequestSchema, {
    fieldViolations: violations.map((violation) => ({ ...violation })),
  });
  return new StatusError(status.INVALID_ARGUMENT, `Request validation failed: ${text}`, [
    pack(BadRequestSchema, detail),
  ]);
}

export function notFound(resourceType: string, resourceName: string): StatusError {
  const description = `${resourceType} ${resourceName} not found`;
  const detail = create(ResourceInfoSchema, { resourceType, resourceName, description });
  return new StatusError(status.NOT_FOUND, description, [pack(ResourceInfoSchema, detail)]);
}

/** The trailers of a failed call: request ids and google.rpc.Status in `grpc-status-details-bin`. */
export function failureTrailers(error: StatusError, requestId: string, traceId: string): Metadata {
  const info = create(RequestInfoSchema, { requestId, servingData: traceId });
  const body = create(StatusSchema, {
    code: error.code,
    message: error.message,
    details: [...error.details, pack(RequestInfoSchema, info)],
  });
  const trailers = requestIds(requestId, traceId);
  trailers.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, body)));
  return trailers;
}

export function requestIds(requestId: string, traceId: string): Metadata {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  metadata.set('x-server-trace-id', traceId);
  return metadata;
}

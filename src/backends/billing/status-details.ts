import type { DescMessage, Message, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyUnpack, durationMs } from '@bufbuild/protobuf/wkt';
import type { StatusDetail } from '../../domain/operation.ts';
import {
  BadRequestSchema,
  HelpSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts';

type Reader = (any: Any) => StatusDetail | undefined;

function reader<D extends DescMessage>(
  schema: D,
  map: (message: MessageShape<D>) => StatusDetail,
): Reader {
  return (any) => {
    const message = anyUnpack(any, schema);
    return message && map(message);
  };
}

/** The fields of a message without protobuf-es's own properties. */
function fields<T extends Message>({ $typeName: _, $unknown: __, ...rest }: T) {
  return rest;
}

/** The payloads of google/rpc/error_details.proto that clients may see. */
const readers: readonly Reader[] = [
  reader(BadRequestSchema, ({ fieldViolations }) => ({
    type: 'badRequest',
    fieldViolations: fieldViolations.map(fields),
  })),
  reader(PreconditionFailureSchema, ({ violations }) => ({
    type: 'preconditionFailure',
    violations: violations.map(fields),
  })),
  reader(QuotaFailureSchema, ({ violations }) => ({
    type: 'quotaFailure',
    violations: violations.map(fields),
  })),
  reader(ResourceInfoSchema, (info) => ({ type: 'resourceInfo', ...fields(info) })),
  reader(RequestInfoSchema, (info) => ({ type: 'requestInfo', ...fields(info) })),
  reader(RetryInfoSchema, ({ retryDelay }) => ({
    type: 'retryInfo',
    retryDelayMs: retryDelay ? Math.max(0, durationMs(retryDelay)) : 0,
  })),
  reader(HelpSchema, ({ links }) => ({ type: 'help', links: links.map(fields) })),
  reader(LocalizedMessageSchema, (text) => ({ type: 'localizedMessage', ...fields(text) })),
];

/**
 * One detail of a google.rpc.Status; undefined when clients may not see its type.
 * @throws Error when the type is known and the bytes cannot be decoded
 */
export function statusDetail(any: Any): StatusDetail | undefined {
  for (const read of readers) {
    const detail = read(any);
    if (detail) return detail;
  }
  return undefined;
}

/** Returns the result of `decode`, or undefined when it throws. */
export function tryDecode<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
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

/** One line per payload of google/rpc/error_details.proto that a client may see. */
const readers: readonly Reader[] = [
  reader(BadRequestSchema, ({ fieldViolations }) => ({
    type: 'badRequest',
    fieldViolations: fieldViolations.map(({ field, description }) => ({ field, description })),
  })),
  reader(PreconditionFailureSchema, ({ violations }) => ({
    type: 'preconditionFailure',
    violations: violations.map((v) => ({
      type: v.type,
      subject: v.subject,
      description: v.description,
    })),
  })),
  reader(QuotaFailureSchema, ({ violations }) => ({
    type: 'quotaFailure',
    violations: violations.map(({ subject, description }) => ({ subject, description })),
  })),
  reader(ResourceInfoSchema, ({ resourceType, resourceName, owner, description }) => ({
    type: 'resourceInfo',
    resourceType,
    resourceName,
    owner,
    description,
  })),
  reader(RequestInfoSchema, ({ requestId, servingData }) => ({
    type: 'requestInfo',
    requestId,
    servingData,
  })),
  reader(RetryInfoSchema, ({ retryDelay }) => ({
    type: 'retryInfo',
    retryDelayMs: retryDelay ? Math.max(0, durationMs(retryDelay)) : 0,
  })),
  reader(HelpSchema, ({ links }) => ({
    type: 'help',
    links: links.map(({ description, url }) => ({ description, url })),
  })),
  reader(LocalizedMessageSchema, ({ locale, message }) => ({
    type: 'localizedMessage',
    locale,
    message,
  })),
];

/**
 * One detail of a google.rpc.Status; undefined when its type is none of those above.
 * @throws when the type is known and the bytes are broken
 */
export function statusDetail(any: Any): StatusDetail | undefined {
  for (const read of readers) {
    const detail = read(any);
    if (detail) return detail;
  }
  return undefined;
}

/** What `read` decodes; undefined when the bytes are broken. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

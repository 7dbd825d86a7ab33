import { z } from 'zod';
import { GatewayError } from '../../domain/error.ts';
import { lostOperations, type Operation, operationKinds } from '../../domain/operation.ts';

/** Not `z.iso.datetime`, which rejects some years that a Date can represent. */
const date = z
  .string()
  .transform((text) => new Date(text))
  .refine((value) => !Number.isNaN(value.getTime()));

const unknownPayload = z.object({
  type: z.literal('unknown'),
  typeUrl: z.string(),
  json: z.unknown(),
});

const customer = z.object({
  resellerId: z.string(),
  customerId: z.string(),
  billingAccountId: z.string(),
});

const statusDetail = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('badRequest'),
    fieldViolations: z.array(z.object({ field: z.string(), description: z.string() })),
  }),
  z.object({
    type: z.literal('preconditionFailure'),
    violations: z.array(
      z.object({ type: z.string(), subject: z.string(), description: z.string() }),
    ),
  }),
  z.object({
    type: z.literal('quotaFailure'),
    violations: z.array(z.object({ subject: z.string(), description: z.string() })),
  }),
  z.object({
    type: z.literal('resourceInfo'),
    resourceType: z.string(),
    resourceName: z.string(),
    owner: z.string(),
    description: z.string(),
  }),
  z.object({ type: z.literal('requestInfo'), requestId: z.string(), servingData: z.string() }),
  z.object({ type: z.literal('retryInfo'), retryDelayMs: z.number() }),
  z.object({
    type: z.literal('help'),
    links: z.array(z.object({ description: z.string(), url: z.string() })),
  }),
  z.object({ type: z.literal('localizedMessage'), locale: z.string(), message: z.string() }),
  unknownPayload,
]);

const operation: z.ZodType<Operation> = z.object({
  operationId: z.string(),
  // A newer version on the same database may write kinds that this version does not know.
  kind: z.enum(operationKinds).catch('UNKNOWN'),
  description: z.string().nullable(),
  createdAt: date.nullable(),
  createdBy: z.string().nullable(),
  modifiedAt: date.nullable(),
  done: z.boolean(),
  metadata: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('customer'), resellerId: z.string(), customerId: z.string() }),
      unknownPayload,
    ])
    .nullable(),
  result: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('customer'), customer }),
      z.object({
        type: z.literal('failure'),
        code: z.number(),
        message: z.string(),
        details: z.array(statusDetail),
      }),
      unknownPayload,
    ])
    .nullable(),
  lost: z.enum(lostOperations).exactOptional(),
});

/** The JSON that the journal stores for an operation. */
export function encodeOperation(state: Operation): string {
  return JSON.stringify(state);
}

/** @throws GatewayError INTERNAL_SERVER_ERROR when the text was not written by `encodeOperation` */
export function decodeOperation(text: string): Operation {
  try {
    return operation.parse(JSON.parse(text));
  } catch (cause) {
    throw new GatewayError('INTERNAL_SERVER_ERROR', 'A journal entry is not readable.', {
      cause,
    });
  }
}

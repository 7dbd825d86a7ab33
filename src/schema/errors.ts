import type { ErrorCode, FieldViolation, GatewayError } from '../domain/error.ts';
import { DryRun } from '../domain/plan.ts';
import { OutcomeUnknown, type WriteRecord } from '../domain/write.ts';
import { builder } from './builder.ts';
import { codeDescriptions, errorCode } from './error-code.ts';
import { objectType } from './fields.ts';

/** What the fields of a typed error read. */
interface ErrorSource {
  readonly message: string;
  readonly failure: GatewayError;
}

/** A failure that a mutation returns as data because the caller can act on it. */
abstract class TypedError extends Error implements ErrorSource {
  readonly failure: GatewayError;

  constructor(failure: GatewayError) {
    super(failure.message, { cause: failure });
    this.failure = failure;
  }
}

class ValidationError extends TypedError {}
class NotFoundError extends TypedError {}
class ConflictError extends TypedError {}
class FailedPreconditionError extends TypedError {}
class PermissionError extends TypedError {}
class RateLimitedError extends TypedError {}
class UnavailableError extends TypedError {}

/** Its GraphQL type is in audit/, because it shows an audit entry. */
export class OutcomeUnknownError extends TypedError {
  get write(): WriteRecord {
    if (this.failure instanceof OutcomeUnknown) return this.failure.write;
    throw new Error('OUTCOME_UNKNOWN without its write');
  }
}

/** A code without a type here is reported in the response's `errors`. */
const typedErrors: Partial<Record<ErrorCode, new (failure: GatewayError) => TypedError>> = {
  BAD_USER_INPUT: ValidationError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  FAILED_PRECONDITION: FailedPreconditionError,
  FORBIDDEN: PermissionError,
  RATE_LIMITED: RateLimitedError,
  UNAVAILABLE: UnavailableError,
  DEADLINE_EXCEEDED: UnavailableError,
  OUTCOME_UNKNOWN: OutcomeUnknownError,
};

export const errorInterface = builder.interfaceRef<ErrorSource>('Error').implement({
  description: 'A failure that a mutation returns as data because the caller can act on it.',
  // Each class has the name of its GraphQL type.
  resolveType: ({ failure }) => typedErrors[failure.code]?.name,
  fields: (t) => ({
    message: t.exposeString('message', {
      nullable: false,
      description: 'What is wrong and what to do, in English. Do not parse it; use `code`.',
    }),
    code: t.field({
      type: errorCode,
      nullable: false,
      description: 'Machine-readable reason of the failure.',
      resolve: ({ failure }) => failure.code,
    }),
  }),
});

export const fieldViolation = objectType<FieldViolation>(
  'FieldViolation',
  'One invalid field and the reason.',
  (t) => ({
    path: t.stringList({
      nullable: false,
      description: 'Path of the field, such as `["input", "person", "email"]`.',
      resolve: ({ field }) => field.split('.'),
    }),
    message: t.exposeString('description', {
      nullable: false,
      description: 'Why the value is invalid, such as `must be an email address`.',
    }),
  }),
);

export const errorInterfaces = [errorInterface];

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input is invalid; `fields` lists what to correct.',
  interfaces: errorInterfaces,
  fields: (t) => ({
    fields: t.field({
      type: [fieldViolation],
      nullable: false,
      description: 'The invalid fields; empty when the failure is not about a single field.',
      resolve: ({ failure }) => failure.violations,
    }),
  }),
});
for (const [type, code] of [
  [NotFoundError, 'NOT_FOUND'],
  [ConflictError, 'CONFLICT'],
  [FailedPreconditionError, 'FAILED_PRECONDITION'],
  [PermissionError, 'FORBIDDEN'],
] as const) {
  builder.objectType(type, {
    name: type.name,
    description: codeDescriptions[code],
    interfaces: errorInterfaces,
  });
}
builder.objectType(RateLimitedError, {
  name: 'RateLimitedError',
  description: 'The backend limits the request rate. Wait before sending the mutation again.',
  interfaces: errorInterfaces,
  fields: (t) => ({
    retryable: t.boolean({
      nullable: false,
      description:
        'Whether the same mutation, sent again unchanged after a while, may succeed; false for a daily quota.',
      resolve: ({ failure }) => failure.retryable,
    }),
    retryAfter: t.int({
      description: 'Seconds to wait before retrying; null when the backend gives no delay.',
      resolve: ({ failure: { retryAfterMs } }) =>
        retryAfterMs === undefined ? null : Math.ceil(retryAfterMs / 1000),
    }),
  }),
});
builder.objectType(UnavailableError, {
  name: 'UnavailableError',
  description: 'A backend is unavailable or did not respond in time.',
  interfaces: errorInterfaces,
  fields: (t) => ({
    retryable: t.boolean({
      nullable: false,
      description: 'Whether the same mutation, sent again unchanged, may succeed.',
      resolve: ({ failure }) => failure.retryable,
    }),
  }),
});

/**
 * The members of every mutation's result union besides its success type. `DryRun` is no error, but is
 * thrown like one; its GraphQL type is in dry-run.ts.
 */
export const mutationErrors = [
  DryRun,
  ValidationError,
  NotFoundError,
  ConflictError,
  FailedPreconditionError,
  PermissionError,
  RateLimitedError,
  UnavailableError,
];

/** The members of the union of a mutation that changes something at a vendor. */
export const writeErrors = [...mutationErrors, OutcomeUnknownError];

/** The result union's member for a failure; the failure itself when it has none. */
export function typedError(failure: GatewayError): Error {
  const Typed = typedErrors[failure.code];
  return Typed ? new Typed(failure) : failure;
}

/**
 * A failure as the value of a field. The value is not an `Error`, because graphql-js throws those.
 * @throws the failure when it has no GraphQL type
 */
export function errorValue(failure: GatewayError): ErrorSource {
  if (!typedErrors[failure.code]) throw failure;
  return { message: failure.message, failure };
}

import { type ErrorCode, errorCodes, type GatewayError } from '../domain/error.ts';
import { builder } from './builder.ts';

const codeDescriptions: Record<ErrorCode, string> = {
  BAD_USER_INPUT: 'What was sent cannot be right.',
  UNAUTHENTICATED: 'Who asks is not known.',
  FORBIDDEN: 'Who asks may not do this.',
  NOT_FOUND: 'There is no such object.',
  CONFLICT: 'It exists already, or is being changed by somebody else.',
  FAILED_PRECONDITION: 'The object is not in a state that allows this.',
  RATE_LIMITED: 'Too much was asked in too short a time.',
  UNAVAILABLE: 'A backend cannot be reached at the moment.',
  DEADLINE_EXCEEDED: 'A backend did not answer in time.',
  INTERNAL_SERVER_ERROR: 'Something failed that the client cannot mend.',
};

const errorCode = builder.enumType('ErrorCode', {
  description: 'Why something failed. The set is closed: it can be switched over.',
  values: Object.fromEntries(
    errorCodes.map((code) => [code, { description: codeDescriptions[code] }]),
  ),
});

/** What the fields of a typed error read. */
interface ShownError {
  readonly message: string;
  readonly failure: GatewayError;
}

/** A failure that a mutation answers as data, because its user can do something about it. */
abstract class TypedError extends Error implements ShownError {
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

/** Codes that are missing here are nobody's to mend: they stay in the response's `errors`. */
const typedErrors: Partial<Record<ErrorCode, new (failure: GatewayError) => TypedError>> = {
  BAD_USER_INPUT: ValidationError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  FAILED_PRECONDITION: FailedPreconditionError,
  FORBIDDEN: PermissionError,
  RATE_LIMITED: RateLimitedError,
  UNAVAILABLE: UnavailableError,
  DEADLINE_EXCEEDED: UnavailableError,
};

export const errorInterface = builder.interfaceRef<ShownError>('Error').implement({
  description: 'Why a mutation did not do what was asked.',
  // Each class is named as its GraphQL type.
  resolveType: ({ failure }) => typedErrors[failure.code]?.name,
  fields: (t) => ({
    message: t.exposeString('message', { nullable: false, description: 'In words, for people.' }),
    code: t.field({
      type: errorCode,
      nullable: false,
      description: 'For programs.',
      resolve: ({ failure }) => failure.code,
    }),
  }),
});

export const fieldViolation = builder
  .objectRef<{ readonly field: string; readonly description: string }>('FieldViolation')
  .implement({
    description: 'One field that was refused.',
    fields: (t) => ({
      path: t.stringList({
        nullable: false,
        description: 'Where the field stands in the input.',
        resolve: ({ field }) => field.split('.'),
      }),
      message: t.exposeString('description', {
        nullable: false,
        description: 'What is wrong with it.',
      }),
    }),
  });

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input cannot be right.',
  interfaces: [errorInterface],
  fields: (t) => ({
    fields: t.field({
      type: [fieldViolation],
      nullable: false,
      description: 'The fields that were refused; empty when it is the input as a whole.',
      resolve: ({ failure }) => failure.violations,
    }),
  }),
});
builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'There is no such object.',
  interfaces: [errorInterface],
});
builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'It exists already, or is being changed by somebody else.',
  interfaces: [errorInterface],
});
builder.objectType(FailedPreconditionError, {
  name: 'FailedPreconditionError',
  description: 'The object is not in a state that allows this.',
  interfaces: [errorInterface],
});
builder.objectType(PermissionError, {
  name: 'PermissionError',
  description: 'Who asks may not do this, here or at the backend.',
  interfaces: [errorInterface],
});
builder.objectType(RateLimitedError, {
  name: 'RateLimitedError',
  description: 'The backend wants to be asked less often.',
  interfaces: [errorInterface],
  fields: (t) => ({
    retryAfter: t.int({
      description: 'Seconds to wait, when the backend says.',
      resolve: ({ failure }) => seconds(failure.retryAfterMs),
    }),
  }),
});
builder.objectType(UnavailableError, {
  name: 'UnavailableError',
  description: 'A backend cannot be reached, or did not answer in time.',
  interfaces: [errorInterface],
  fields: (t) => ({
    retryable: t.boolean({
      nullable: false,
      description: 'Whether sending the same again may succeed.',
      resolve: ({ failure }) => failure.retryable,
    }),
  }),
});

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.ceil(ms / 1000);
}

/** The members that the result of every mutation may be, besides its success. */
export const mutationErrors = [
  ValidationError,
  NotFoundError,
  ConflictError,
  FailedPreconditionError,
  PermissionError,
  RateLimitedError,
  UnavailableError,
];

/** The member of a result union that a failure is; one that nobody can mend stays as it is. */
export function typedError(failure: GatewayError): Error {
  const Typed = typedErrors[failure.code];
  return Typed ? new Typed(failure) : failure;
}

/**
 * The same, as the value of a field: graphql-js throws what is an Error.
 * @throws the failure when nobody can mend it
 */
export function errorValue(failure: GatewayError): ShownError {
  if (!typedErrors[failure.code]) throw failure;
  return { message: failure.message, failure };
}

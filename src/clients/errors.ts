import { type ErrorCode, errorCodes } from './generated/schema.ts';

/** An entry of `errors` that the gateway wrote. */
export interface GatewayError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: {
    readonly code: ErrorCode;
    /** Whether the same request can succeed later. */
    readonly retryable: boolean;
    /** Milliseconds after which to try again. */
    readonly retryAfterMs?: number;
    /** The backend that failed: `billing` or `reseller`. */
    readonly service?: string;
    /** The id under which the gateway logged the request. */
    readonly requestId?: string;
  };
}

/** A failure that a mutation returns as data. */
export interface MutationError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a mutation with `dryRun: true` returns when it would not be refused. */
export interface DryRunResult {
  readonly summary: string;
  readonly changes: readonly unknown[];
  readonly warnings: readonly unknown[];
}

/** Whether a value is an error that the gateway wrote, and not one of a network or a client. */
export function isGatewayError(value: unknown): value is GatewayError {
  const code = get(get(value, 'extensions'), 'code');
  return typeof get(value, 'message') === 'string' && isErrorCode(code);
}

/**
 * The gateway's errors in a response, or in what Apollo Client, urql, Relay and graphql-request throw
 * or return; empty when there are none, such as for a network failure.
 */
export function errorsOf(value: unknown): GatewayError[] {
  const sources = [
    get(value, 'errors'),
    get(value, 'graphQLErrors'),
    get(get(value, 'response'), 'errors'),
    get(get(value, 'source'), 'errors'),
    get(get(value, 'error'), 'errors'),
    get(get(value, 'error'), 'graphQLErrors'),
    Array.isArray(value) ? value : [value],
  ];
  for (const source of sources) {
    const found = Array.isArray(source) ? source.flatMap(asGatewayError) : [];
    if (found.length > 0) return found;
  }
  return [];
}

/** What `unwrap` throws. */
export class MutationFailed extends Error {
  override readonly name = 'MutationFailed';
  readonly code: ErrorCode | null;
  /** The typed error, with all fields that the document selects; null when there is no result. */
  readonly error: MutationError | null;

  constructor(message: string, error: MutationError | null) {
    super(message);
    this.error = error;
    this.code = error?.code ?? null;
  }
}

/**
 * The success of a mutation's result, such as `data.activateCustomer`. Select
 * `... on Error { code message }` in the document.
 * @throws MutationFailed when the result is a typed error or that of a dry run, or null because of an
 *   entry in `errors`
 */
export function unwrap<T>(result: T): Exclude<NonNullable<T>, MutationError | DryRunResult> {
  if (result === null || result === undefined) {
    throw new MutationFailed('The mutation returned no result: see `errors`.', null);
  }
  if (isDryRun(result)) {
    throw new MutationFailed('This is the result of a dry run: nothing was sent.', null);
  }
  if (isSuccess(result)) return result;
  const error = isMutationError(result) ? result : null;
  throw new MutationFailed(error?.message ?? 'The result is not an object.', error);
}

/** Whether the result of a mutation is that of a dry run that was not refused. */
export function isDryRun(result: unknown): result is DryRunResult {
  const lists = [get(result, 'changes'), get(result, 'warnings')];
  return typeof get(result, 'summary') === 'string' && lists.every(Array.isArray);
}

function isSuccess<T>(
  result: T,
): result is Exclude<NonNullable<T>, MutationError | DryRunResult> & T {
  return typeof result === 'object' && !isMutationError(result);
}

/** Whether the result of a mutation is a typed error. */
export function isMutationError(result: unknown): result is MutationError {
  return isErrorCode(get(result, 'code')) && typeof get(result, 'message') === 'string';
}

function asGatewayError(value: unknown): GatewayError[] {
  if (isGatewayError(value)) return [value];
  // Some clients wrap the error of the response.
  const original = get(value, 'originalError');
  return isGatewayError(original) ? [original] : [];
}

function isErrorCode(value: unknown): value is ErrorCode {
  return errorCodes.some((code) => code === value);
}

function get(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Reflect.get(value, key);
}

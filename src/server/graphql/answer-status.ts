import type { ExecutionResult } from 'graphql';
import { type ErrorCode, errorCodes } from '../../domain/error.ts';
import { statuses } from './http-status.ts';
import type { MediaType } from './media-type.ts';
import { isShed } from './public-error.ts';

/** The status of a request that was shed, although its null fields are data: load balancers need it. */
export const SHED_STATUS = 503;
/** Seconds after which a request that was shed may be sent again. */
export const SHED_RETRY_AFTER = '1';

/**
 * The HTTP status of a result whose errors have their public form. A result without data has the
 * status of its errors; clients that accept only application/json expect 200 when the document is
 * invalid, as GraphQL over HTTP specifies.
 */
export function answerStatus(result: ExecutionResult, mediaType: MediaType): number {
  const { data, errors } = result;
  if (!errors) return 200;
  if (isShed(result)) return SHED_STATUS;
  if (data !== undefined) return 200;
  const found = errors.map(({ extensions }) => statusOf(extensions['code'], mediaType));
  return Math.max(...found, 200);
}

function statusOf(code: unknown, mediaType: MediaType): number {
  const known = errorCodes.find((name): name is ErrorCode => name === code);
  if (!known || (known === 'BAD_USER_INPUT' && mediaType === 'application/json')) return 200;
  return statuses[known];
}

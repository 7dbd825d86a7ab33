import { type HttpResponse, resellerError } from '../../../src/backends/reseller/errors.ts';
import type { GatewayError } from '../../../src/domain/error.ts';

type Headers = HttpResponse['headers'];

/** The error of a response to a read. */
export function errorOf(status: number, text: string, headers: Headers = {}): GatewayError {
  return resellerError({ status, headers, text }, 'GET /customers/C1');
}

/** An error body in Google's format. */
export function google(
  code: number,
  reason: string,
  message: string | null = 'vendor words',
): string {
  const domain = /Limit|quota|accessNot/.test(reason) ? 'usageLimits' : 'global';
  return JSON.stringify({ error: { code, message, errors: [{ domain, reason, message }] } });
}

/** The gateway's own messages: the vendor's words are never shown. */
export const own = {
  BAD_USER_INPUT: 'The reseller API rejected the request as invalid.',
  FORBIDDEN: 'The reseller API denied permission for this request.',
  NOT_FOUND: 'The object was not found in the reseller API.',
  CONFLICT: 'The object already exists in the reseller API.',
  FAILED_PRECONDITION: "The reseller API rejected the request in the object's current state.",
};

import { z } from 'zod';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import { vendorText } from '../../domain/sensitive-text.ts';
import { ConnectFailure, explained, publicReason } from '../network/failures.ts';
import { type ErrorBody, parseBody } from './error-body.ts';
import { knownProblem } from './known-problems.ts';

const SERVICE = 'reseller';

/** An HTTP response whose body has been read. Header names are in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The response that caused an error, for the log. `call` must not contain the query string. */
export class HttpFailure extends Error {
  readonly status: number;
  /** The start of the body without credentials and personal data. */
  readonly body: string;

  constructor(call: string, response: HttpResponse) {
    super(`${call} returned ${response.status}`);
    this.name = 'HttpFailure';
    this.status = response.status;
    this.body = vendorText(response.text);
  }
}

interface Rule {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  /** Always shown. Without it, the message depends on the problem that the vendor names. */
  readonly message?: string;
}

const RATE_LIMITED: Rule = {
  code: 'RATE_LIMITED',
  retryable: true,
  message: 'The reseller API rate limit is exceeded. Retry later.',
};
const DAILY_LIMIT: Rule = {
  code: 'RATE_LIMITED',
  message: 'The daily quota of the reseller API is exhausted.',
};
const UNAVAILABLE: Rule = {
  code: 'UNAVAILABLE',
  retryable: true,
  message: 'The reseller API is unavailable.',
};
const INVALID_RESPONSE: Rule = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'The reseller API returned an invalid response.',
};

/**
 * Reasons that are more specific than the HTTP status: quota errors come with 403, 429 and 503.
 * `accessNotConfigured` maps to UNAVAILABLE rather than FORBIDDEN because the API is disabled for the
 * whole gateway, whatever the caller's permissions.
 */
const byReason: Readonly<Record<string, Rule>> = {
  rateLimitExceeded: RATE_LIMITED,
  userRateLimitExceeded: RATE_LIMITED,
  quotaExceeded: RATE_LIMITED,
  dailyLimitExceeded: DAILY_LIMIT,
  dailyLimitExceededUnreg: DAILY_LIMIT,
  accessNotConfigured: {
    code: 'UNAVAILABLE',
    message:
      'The reseller API is not enabled for this gateway. Enable it in the Google Cloud project.',
  },
  insufficientPermissions: {
    code: 'FORBIDDEN',
    message:
      "The gateway's service account is not permitted to call this method of the reseller API.",
  },
  backendError: UNAVAILABLE,
  conditionNotMet: { code: 'FAILED_PRECONDITION' },
  failedPrecondition: { code: 'FAILED_PRECONDITION' },
  duplicate: { code: 'CONFLICT' },
};

const byStatus: Readonly<Record<number, Rule>> = {
  400: { code: 'BAD_USER_INPUT' },
  401: {
    code: 'UNAUTHENTICATED',
    message: "The reseller API rejected the gateway's credentials.",
  },
  403: { code: 'FORBIDDEN' },
  404: { code: 'NOT_FOUND' },
  408: UNAVAILABLE,
  409: { code: 'CONFLICT' },
  410: { code: 'NOT_FOUND' },
  412: { code: 'FAILED_PRECONDITION' },
  413: { code: 'BAD_USER_INPUT' },
  414: { code: 'BAD_USER_INPUT' },
  422: { code: 'BAD_USER_INPUT' },
  429: RATE_LIMITED,
  431: { code: 'BAD_USER_INPUT' },
  500: { code: 'INTERNAL_SERVER_ERROR', message: 'The reseller API failed.' },
  502: UNAVAILABLE,
  503: UNAVAILABLE,
  504: {
    code: 'DEADLINE_EXCEEDED',
    retryable: true,
    message: 'The reseller API timed out.',
  },
};

/** Used when the vendor's message names no known problem. */
const fallbackMessages: Partial<Record<ErrorCode, string>> = {
  BAD_USER_INPUT: 'The reseller API rejected the request as invalid.',
  FORBIDDEN: 'The reseller API denied permission for this request.',
  NOT_FOUND: 'The object was not found in the reseller API.',
  CONFLICT: 'The object already exists in the reseller API.',
  FAILED_PRECONDITION: "The reseller API rejected the request in the object's current state.",
};

/**
 * The error for a response that is not 2xx. `call` names the request in the log. An HTML 404 comes
 * from a front end that does not serve the path, so the configured endpoint is wrong; it must not be
 * reported as a missing customer.
 * @param isWrite whether the call changes something: then 400 badRequest is about the object's state
 */
export function resellerError(response: HttpResponse, call: string, isWrite = false): GatewayError {
  const body = parseBody(response.text);
  const html = body === null && /^\s*</.test(response.text);
  const rule =
    html && response.status === 404
      ? INVALID_RESPONSE
      : (ruleForReason(body) ??
        (isWrite ? ruleForWrite(response.status, body) : undefined) ??
        byStatus[response.status] ??
        otherStatus(response.status));
  return new GatewayError(rule.code, messageFor(rule, body), {
    service: SERVICE,
    retryable: rule.retryable,
    retryAfterMs: retryAfterMs(response.headers['retry-after']) ?? body?.retryDelayMs,
    requestId: body?.requestId,
    violations: body?.violations,
    cause: new HttpFailure(call, response),
  });
}

/** The error for a 2xx response that cannot be decoded. */
export function invalidResponse(
  response: HttpResponse,
  call: string,
  problem: unknown,
): GatewayError {
  const cause = new HttpFailure(call, response);
  // The parser's message quotes the body.
  cause.cause = problem instanceof SyntaxError ? new Error('the body is not JSON') : problem;
  return new GatewayError(INVALID_RESPONSE.code, messageFor(INVALID_RESPONSE, null), {
    service: SERVICE,
    cause,
  });
}

class ConnectionFailure extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super('the connection to the reseller API failed', { cause });
    this.name = 'ConnectionFailure';
    this.code = z.object({ code: z.string() }).safeParse(cause).data?.code ?? '';
  }
}

/** The error for a failed connection; a rejected certificate or a closed pool is not retryable. */
export function connectionError(problem: unknown): GatewayError {
  const known = explained(problem, 'the reseller API', 'RESELLER_TLS_CERT_FILE');
  const cause = new ConnectionFailure(known);
  const reason = publicReason(known);
  const message =
    reason === null ? messageFor(UNAVAILABLE, null) : `The reseller API is unavailable: ${reason}.`;
  return new GatewayError('UNAVAILABLE', message, {
    service: SERVICE,
    retryable:
      known instanceof ConnectFailure
        ? known.retryable
        : !/^UND_ERR_(CLOSED|DESTROYED|INVALID_ARG)$/.test(cause.code),
    nothingSent: isNeverSent(cause.code),
    cause,
  });
}

/** Whether the failed call may have been applied because only its response was lost. */
export function mayHaveBeenApplied(error: GatewayError): boolean {
  const { cause } = error;
  if (cause instanceof HttpFailure) return [408, 500, 502, 504].includes(cause.status);
  if (cause instanceof ConnectionFailure) return !error.nothingSent;
  return error.code === 'DEADLINE_EXCEEDED';
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_INVALID_ARG',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'PROXY_UNREACHABLE',
  'PROXY_REFUSED',
]);

/**
 * A server certificate is verified before the request is sent. An alert from the server (ERR_SSL_*)
 * can arrive after it: in TLS 1.3 the client sends before the server has verified its certificate.
 */
function isNeverSent(code: string): boolean {
  return neverSent.has(code) || (/CERT|ALTNAME/.test(code) && !code.startsWith('ERR_SSL_'));
}

function otherStatus(status: number): Rule {
  return status >= 500
    ? { code: 'INTERNAL_SERVER_ERROR', message: 'The reseller API failed.' }
    : INVALID_RESPONSE;
}

function ruleForReason(body: ErrorBody | null): Rule | undefined {
  if (!body) return undefined;
  for (const reason of body.reasons) {
    if (Object.hasOwn(byReason, reason)) return byReason[reason];
  }
  return body.status === 'FAILED_PRECONDITION' ? { code: 'FAILED_PRECONDITION' } : undefined;
}

/**
 * badRequest means that the subscription is suspended or cancelled, unless the response names the
 * parameter that is invalid.
 * https://developers.google.com/workspace/admin/reseller/v1/reference/reseller_api_common_errors
 */
function ruleForWrite(status: number, body: ErrorBody | null): Rule | undefined {
  if (status !== 400 || !body || body.violations.length > 0) return undefined;
  return body.reasons.includes('badRequest') ? { code: 'FAILED_PRECONDITION' } : undefined;
}

function messageFor(rule: Rule, body: ErrorBody | null): string {
  const known = body?.message && knownProblem(rule.code, body.message);
  return rule.message ?? (known || fallbackMessages[rule.code]) ?? 'The reseller API failed.';
}

/** Retry-After in milliseconds: seconds, or a date; undefined when it is neither. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

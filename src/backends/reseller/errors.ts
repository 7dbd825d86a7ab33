import { z } from 'zod';
import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import { type ErrorBody, parseBody } from './error-body.ts';

const SERVICE = 'reseller';

/** An HTTP answer whose body has been read. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The answer behind an error, for the log: what was asked (never with its query) and what came. */
export class HttpFailure extends Error {
  readonly status: number;
  readonly body: string;

  constructor(call: string, answer: Answer) {
    super(`${call} was answered with ${answer.status}`);
    this.name = 'HttpFailure';
    this.status = answer.status;
    this.body = answer.text.slice(0, 2000);
  }
}

interface Verdict {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  /** What a client reads; without it the vendor's own words, which then are about the request. */
  readonly message?: string;
}

const RATE_LIMITED: Verdict = {
  code: 'RATE_LIMITED',
  retryable: true,
  message: 'The reseller API allows no more requests for now.',
};
const DAILY_LIMIT: Verdict = {
  code: 'RATE_LIMITED',
  message: "The day's requests to the reseller API are used up.",
};
const UNAVAILABLE: Verdict = {
  code: 'UNAVAILABLE',
  retryable: true,
  message: 'The reseller API is unavailable.',
};
const UNREADABLE: Verdict = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'The reseller API gave an answer that the gateway cannot read.',
};

/**
 * Reasons that say more than the status they come with: quota trouble is seen as 403, 429 and 503
 * (decided by domain and reason). `accessNotConfigured` is UNAVAILABLE and not FORBIDDEN: the
 * API is switched off for the whole gateway, nobody's rights can change that.
 */
const byReason: Readonly<Record<string, Verdict>> = {
  rateLimitExceeded: RATE_LIMITED,
  userRateLimitExceeded: RATE_LIMITED,
  quotaExceeded: RATE_LIMITED,
  dailyLimitExceeded: DAILY_LIMIT,
  dailyLimitExceededUnreg: DAILY_LIMIT,
  accessNotConfigured: {
    code: 'UNAVAILABLE',
    message: 'The reseller API is not enabled for this gateway.',
  },
  insufficientPermissions: {
    code: 'FORBIDDEN',
    message: 'The gateway itself has no permission for this call to the reseller API.',
  },
  backendError: UNAVAILABLE,
  conditionNotMet: { code: 'FAILED_PRECONDITION' },
  failedPrecondition: { code: 'FAILED_PRECONDITION' },
  duplicate: { code: 'CONFLICT' },
};

const byStatus: Readonly<Record<number, Verdict>> = {
  400: { code: 'BAD_USER_INPUT' },
  401: {
    code: 'UNAUTHENTICATED',
    message: "The reseller API does not accept the gateway's credentials.",
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
    message: 'The reseller API did not answer in its own time.',
  },
};

/** Said for codes whose answer has no words of the vendor that a client could be shown. */
const neutral: Partial<Record<ErrorCode, string>> = {
  BAD_USER_INPUT: 'The reseller API refused the request.',
  FORBIDDEN: 'The reseller API does not allow this.',
  NOT_FOUND: 'The reseller API does not know this.',
  CONFLICT: 'The reseller API already has this.',
  FAILED_PRECONDITION: 'The reseller API does not do this in the present state.',
};

/**
 * The error that an answer other than 2xx stands for. `call` names what was asked, for the log.
 * A 404 in HTML comes from a front end that does not know the path: the endpoint is wrong then, and
 * it must not read as "no such customer".
 */
export function resellerError(answer: Answer, call: string): GatewayError {
  const body = parseBody(answer.text);
  const html = body === null && /^\s*</.test(answer.text);
  const verdict =
    html && answer.status === 404
      ? UNREADABLE
      : (reasonVerdict(body) ?? byStatus[answer.status] ?? otherStatus(answer.status));
  return new GatewayError(verdict.code, messageFor(verdict, body), {
    service: SERVICE,
    retryable: verdict.retryable,
    retryAfterMs: retryAfterMs(answer.headers['retry-after']) ?? body?.retryDelayMs,
    requestId: body?.requestId,
    violations: body?.violations,
    cause: new HttpFailure(call, answer),
  });
}

/** A 2xx answer that is not what was asked for. */
export function unreadable(answer: Answer, call: string, problem: unknown): GatewayError {
  const cause = new HttpFailure(call, answer);
  cause.cause = problem;
  return new GatewayError(UNREADABLE.code, messageFor(UNREADABLE, null), {
    service: SERVICE,
    cause,
  });
}

/** No answer at all: the connection failed, for the reason in `cause`. */
class ConnectionFailure extends Error {
  readonly code: string;

  constructor(cause: unknown) {
    super('the connection to the reseller API failed', { cause });
    this.name = 'ConnectionFailure';
    this.code = z.object({ code: z.string() }).safeParse(cause).data?.code ?? '';
  }
}

/** The error of a failed connection. Only a certificate that is refused stays refused. */
export function connectionError(problem: unknown): GatewayError {
  const cause = new ConnectionFailure(problem);
  return new GatewayError('UNAVAILABLE', messageFor(UNAVAILABLE, null), {
    service: SERVICE,
    retryable: !/CERT|ALTNAME|^UND_ERR_(CLOSED|DESTROYED|INVALID_ARG)$/.test(cause.code),
    cause,
  });
}

/**
 * Whether the failed call may have been carried out all the same: its answer was lost, so sending a
 * write again could do it twice.
 */
export function mayHaveHappened(error: GatewayError): boolean {
  const { cause } = error;
  if (cause instanceof HttpFailure) return [408, 500, 502, 504].includes(cause.status);
  if (cause instanceof ConnectionFailure) return !neverSent.has(cause.code);
  return error.code === 'DEADLINE_EXCEEDED';
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function otherStatus(status: number): Verdict {
  return status >= 500
    ? { code: 'INTERNAL_SERVER_ERROR', message: 'The reseller API failed.' }
    : UNREADABLE;
}

function reasonVerdict(body: ErrorBody | null): Verdict | undefined {
  if (!body) return undefined;
  for (const reason of body.reasons) {
    if (Object.hasOwn(byReason, reason)) return byReason[reason];
  }
  return body.status === 'FAILED_PRECONDITION' ? { code: 'FAILED_PRECONDITION' } : undefined;
}

function messageFor(verdict: Verdict, body: ErrorBody | null): string {
  return verdict.message ?? body?.message ?? neutral[verdict.code] ?? 'The reseller API failed.';
}

/** Retry-After in milliseconds: seconds, or a date; undefined when it is neither. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

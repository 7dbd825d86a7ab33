import { type ErrorCode, GatewayError } from '../../domain/error.ts';
import { vendorText } from '../../domain/sensitive-text.ts';
import { parseBody, plainText } from './error-body.ts';
import { INVALID_RESPONSE, type Rule, ruleFor } from './error-rules.ts';
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
  /** Whether the response is about the gateway's own access rather than about this call. */
  readonly isDeployment: boolean;

  constructor(call: string, response: HttpResponse, isDeployment = false) {
    super(`${call} returned ${response.status}`);
    this.name = 'HttpFailure';
    this.status = response.status;
    this.body = vendorText(response.text);
    this.isDeployment = isDeployment;
  }
}

/** Used when the vendor's message names no known problem. */
const fallbackMessages: Partial<Record<ErrorCode, string>> = {
  BAD_USER_INPUT: 'The reseller API rejected the request as invalid.',
  FORBIDDEN: 'The reseller API denied permission for this request.',
  NOT_FOUND: 'The object was not found in the reseller API.',
  CONFLICT: 'The object already exists in the reseller API.',
  FAILED_PRECONDITION: "The reseller API rejected the request in the object's current state.",
};

/**
 * The error for a response that is not 2xx. `call` names the request in the log.
 * @param isWrite whether the call changes something: then 400 badRequest is about the object's state
 */
export function resellerError(response: HttpResponse, call: string, isWrite = false): GatewayError {
  const { status } = response;
  const body = parseBody(response.text);
  const isHtml = body === null && /^\s*</.test(response.text);
  const text = body ? (body.message ?? '') : plainText(response.text);
  const rule = ruleFor({ status, body, text, isHtml, isWrite });
  return new GatewayError(rule.code, messageFor(rule, text), {
    service: SERVICE,
    retryable: rule.retryable,
    retryAfterMs: retryAfterMs(response.headers['retry-after']) ?? body?.retryDelayMs,
    requestId: body?.requestId,
    // What is wrong with the gateway's access is not about a field of the input.
    violations: rule.isDeployment ? [] : body?.violations,
    cause: new HttpFailure(call, response, rule.isDeployment),
  });
}

/** The same failure as one of the object's state: the call has no input that could be invalid. */
export function asStateError(error: GatewayError): GatewayError {
  const { requestId, cause } = error;
  const text = cause instanceof HttpFailure ? cause.body : '';
  const rule: Rule = { code: 'FAILED_PRECONDITION' };
  return new GatewayError(rule.code, messageFor(rule, text), {
    ...{ service: SERVICE, requestId, cause },
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
  const { code, message } = INVALID_RESPONSE;
  return new GatewayError(code, message, { service: SERVICE, cause });
}

function messageFor(rule: Rule, text: string): string {
  if (rule.message !== undefined) return rule.message;
  return knownProblem(rule.code, text) ?? fallbackMessages[rule.code] ?? 'The reseller API failed.';
}

/** Retry-After in milliseconds: seconds, or a date; undefined when it is neither. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

import type { ErrorCode } from '../../domain/error.ts';
import type { ErrorBody } from './error-body.ts';
import { namesState } from './known-problems.ts';

/** What a failed response means for the caller. */
export interface Rule {
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  /** Always shown. Without it, the message depends on the problem that the vendor names. */
  readonly message?: string;
  /** Whether every call of the gateway fails like this, whatever it is about. */
  readonly isDeployment?: boolean;
}

const RATE_LIMITED: Rule = {
  code: 'RATE_LIMITED',
  retryable: true,
  message: 'The reseller API rate limit is exceeded. Retry later.',
  isDeployment: true,
};
const DAILY_LIMIT: Rule = {
  code: 'RATE_LIMITED',
  message: 'The daily quota of the reseller API is exhausted.',
  isDeployment: true,
};
export const UNAVAILABLE = {
  code: 'UNAVAILABLE',
  retryable: true,
  message: 'The reseller API is unavailable.',
} as const satisfies Rule;
export const INVALID_RESPONSE = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'The reseller API returned an invalid response.',
} as const satisfies Rule;
const UNAUTHENTICATED: Rule = {
  code: 'UNAUTHENTICATED',
  message: "The reseller API rejected the gateway's credentials.",
  isDeployment: true,
};
/** UNAVAILABLE rather than FORBIDDEN: the API is disabled, whatever the caller's permissions. */
const NOT_ENABLED: Rule = {
  code: 'UNAVAILABLE',
  message:
    'The reseller API is not enabled for this gateway. Enable it in the Google Cloud project.',
  isDeployment: true,
};
const PROJECT_REJECTED: Rule = {
  code: 'UNAVAILABLE',
  message: "The reseller API does not accept calls of the gateway's Google Cloud project.",
  isDeployment: true,
};
const NO_SCOPE: Rule = {
  code: 'FORBIDDEN',
  message:
    "The gateway's service account is not permitted to call this method of the reseller API.",
  isDeployment: true,
};
const FAILED_PRECONDITION: Rule = { code: 'FAILED_PRECONDITION' };
const INVALID: Rule = { code: 'BAD_USER_INPUT' };

/**
 * Reasons that are more specific than the HTTP status: quota errors come with 403, 429 and 503. The
 * names are those of `errors[].reason` (`rateLimitExceeded`) and of google.rpc.ErrorInfo
 * (`RATE_LIMIT_EXCEEDED`), in lower case without underscores.
 */
const byReason: ReadonlyMap<string, Rule> = new Map([
  ['ratelimitexceeded', RATE_LIMITED],
  ['userratelimitexceeded', RATE_LIMITED],
  ['concurrentlimitexceeded', RATE_LIMITED],
  ['quotaexceeded', RATE_LIMITED],
  ['resourcequotaexceeded', RATE_LIMITED],
  ['resourceexhausted', RATE_LIMITED],
  ['dailylimitexceeded', DAILY_LIMIT],
  ['dailylimitexceededunreg', DAILY_LIMIT],
  ['accessnotconfigured', NOT_ENABLED],
  ['servicedisabled', NOT_ENABLED],
  ['billingdisabled', PROJECT_REJECTED],
  ['consumerinvalid', PROJECT_REJECTED],
  ['consumersuspended', PROJECT_REJECTED],
  ['resourceprojectinvalid', PROJECT_REJECTED],
  ['userprojectdenied', PROJECT_REJECTED],
  ['insufficientpermissions', NO_SCOPE],
  ['accesstokenscopeinsufficient', NO_SCOPE],
  ['accesstokenexpired', UNAUTHENTICATED],
  ['accesstokentypeunsupported', UNAUTHENTICATED],
  ['credentialsmissing', UNAUTHENTICATED],
  ['backenderror', UNAVAILABLE],
  ['conditionnotmet', FAILED_PRECONDITION],
  ['failedprecondition', FAILED_PRECONDITION],
  ['duplicate', { code: 'CONFLICT' }],
  ['alreadyexists', { code: 'CONFLICT' }],
]);

/** Names of google.rpc.Code that are more specific than the HTTP status. */
const byRpcStatus: ReadonlyMap<string, Rule> = new Map([
  ['FAILED_PRECONDITION', FAILED_PRECONDITION],
  ['RESOURCE_EXHAUSTED', RATE_LIMITED],
]);

/** Texts of a response that gives no reason, by which GAM recognises them too. */
const byText: readonly {
  readonly statuses: readonly number[];
  readonly says: RegExp;
  readonly rule: Rule;
}[] = [
  {
    statuses: [403, 429, 503],
    says: /quota.{0,40}exceeded|exceeded.{0,40}quota|check quota|request rate|rate.?limit|too many requests|quer(?:y|ies) per/i,
    rule: RATE_LIMITED,
  },
  { statuses: [403, 429, 503], says: /daily.{0,10}(?:limit|quota)/i, rule: DAILY_LIMIT },
  {
    statuses: [403],
    says: /has not been used in project|access.?not.?configured|\bapi\b.{0,80}\b(?:disabled|not enabled)\b/i,
    rule: NOT_ENABLED,
  },
  {
    statuses: [403],
    says: /insufficient.{0,20}(?:scope|permission)/i,
    rule: NO_SCOPE,
  },
];

/** A limit for a day, in a message or in the name or unit of a quota (`1/d/{project}`). */
const DAILY = /per[ _-]?day|\bdaily|\/d(?:\/|$)/i;

const byStatus: Readonly<Record<number, Rule>> = {
  400: INVALID,
  401: UNAUTHENTICATED,
  403: { code: 'FORBIDDEN' },
  404: { code: 'NOT_FOUND' },
  408: UNAVAILABLE,
  409: { code: 'CONFLICT' },
  410: { code: 'NOT_FOUND' },
  412: FAILED_PRECONDITION,
  413: INVALID,
  414: INVALID,
  422: INVALID,
  429: RATE_LIMITED,
  431: INVALID,
  500: { code: 'INTERNAL_SERVER_ERROR', message: 'The reseller API failed.' },
  502: UNAVAILABLE,
  503: UNAVAILABLE,
  504: {
    code: 'DEADLINE_EXCEEDED',
    retryable: true,
    message: 'The reseller API timed out.',
  },
};

/** A response that is not 2xx, as far as the rules consider it. */
export interface Failed {
  readonly status: number;
  /** Null when the body is not a JSON error. */
  readonly body: ErrorBody | null;
  /** The vendor's message, or the text of a body that is not JSON. */
  readonly text: string;
  readonly isHtml: boolean;
  readonly isWrite: boolean;
}

/**
 * The rule of a failed response. An HTML 404 comes from a front end that does not serve the path, so
 * the configured endpoint is wrong; it must not be reported as a missing customer.
 */
export function ruleFor(failed: Failed): Rule {
  const { status, isHtml } = failed;
  if (isHtml && status === 404) return INVALID_RESPONSE;
  const rule =
    ruleForReason(failed.body) ??
    ruleForText(failed) ??
    (failed.isWrite ? ruleForWrite(failed) : undefined) ??
    byStatus[status] ??
    otherStatus(status);
  return rule === RATE_LIMITED && isDaily(failed) ? DAILY_LIMIT : rule;
}

function ruleForReason(body: ErrorBody | null): Rule | undefined {
  if (!body) return undefined;
  for (const reason of body.reasons) {
    const rule = byReason.get(reason.replaceAll('_', '').toLowerCase());
    if (rule) return rule;
  }
  return byRpcStatus.get(body.status ?? '');
}

function ruleForText({ status, text }: Failed): Rule | undefined {
  return byText.find(({ statuses, says }) => statuses.includes(status) && says.test(text))?.rule;
}

/** Parameters that address the object of a call. A violation of one says nothing about the input. */
const targets: ReadonlySet<string> = new Set(['customerId', 'subscriptionId']);
const refusals: ReadonlySet<number> = new Set([400, 403, 409, 412]);

/**
 * The state of the object is FAILED_PRECONDITION, so that the caller knows that its input is correct.
 * badRequest means that the subscription is suspended or cancelled, unless the response names the
 * parameter that is invalid.
 * https://developers.google.com/workspace/admin/reseller/v1/reference/reseller_api_common_errors
 */
function ruleForWrite({ status, body, text }: Failed): Rule | undefined {
  if (refusals.has(status) && namesState(text)) return FAILED_PRECONDITION;
  if (status !== 400 || !body?.reasons.some((reason) => /^bad_?request$/i.test(reason))) {
    return undefined;
  }
  return body.violations.every(({ field }) => targets.has(field)) ? FAILED_PRECONDITION : undefined;
}

/** The daily limit also comes as `rateLimitExceeded`. */
function isDaily({ text, body }: Failed): boolean {
  return [text, ...(body?.limits ?? [])].some((limit) => DAILY.test(limit));
}

function otherStatus(status: number): Rule {
  return status >= 500
    ? { code: 'INTERNAL_SERVER_ERROR', message: 'The reseller API failed.' }
    : INVALID_RESPONSE;
}

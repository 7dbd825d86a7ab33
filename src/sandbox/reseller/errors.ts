/** The two formats of an error's body; `1` has `errors`, `2` has `details`. */
export type ErrorFormat = '1' | '2';

/** The part of the request that is invalid. */
export interface Location {
  readonly location: string;
  readonly locationType: 'parameter' | 'header';
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** An HTTP error in the format of Google's JSON APIs. */
export class RestError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly domain: string;
  readonly location: Location | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    reason: string,
    message: string,
    extra: {
      readonly domain?: string;
      readonly location?: Location | undefined;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'RestError';
    this.status = status;
    this.reason = reason;
    this.domain = extra.domain ?? 'global';
    this.location = extra.location;
    this.headers = extra.headers ?? {};
  }

  /** The response body. Format 2 has `details` with google.rpc.ErrorInfo instead of `errors`. */
  toJson(format: ErrorFormat): object {
    const { status: code, message, domain, reason } = this;
    const errors = [{ message, domain, reason, ...this.location }];
    const name = statusNames[code];
    const status = name === undefined ? {} : { status: name };
    if (format === '1') return { error: { code, message, errors, ...status } };
    return { error: { code, message, ...status, details: this.#details() } };
  }

  #details(): readonly object[] {
    const type = 'type.googleapis.com/google.rpc.';
    const info = infoReasons[`${this.status} ${this.reason}`];
    const metadata = { service: 'reseller.googleapis.com', ...info?.metadata };
    const errorInfo = info
      ? { reason: info.reason, domain: 'googleapis.com', metadata }
      : { reason: this.reason, domain: this.domain };
    const field = this.location?.locationType === 'parameter' ? this.location.location : undefined;
    const violation = { field, description: this.message };
    return [
      { '@type': `${type}ErrorInfo`, ...errorInfo },
      ...(field === undefined
        ? []
        : [{ '@type': `${type}BadRequest`, fieldViolations: [violation] }]),
    ];
  }
}

interface InfoReason {
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

const rateLimit: InfoReason = {
  reason: 'RATE_LIMIT_EXCEEDED',
  metadata: { quota_limit: 'defaultPerMinutePerProject' },
};

/** By status and reason: the reasons of Google's API platform that are spelled differently in google.rpc.ErrorInfo. */
const infoReasons: Readonly<Record<string, InfoReason>> = {
  '401 required': { reason: 'CREDENTIALS_MISSING' },
  '401 authError': { reason: 'ACCESS_TOKEN_EXPIRED' },
  '403 accessNotConfigured': { reason: 'SERVICE_DISABLED' },
  '403 insufficientPermissions': { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' },
  '403 rateLimitExceeded': rateLimit,
  '403 userRateLimitExceeded': rateLimit,
  '429 rateLimitExceeded': rateLimit,
  '429 quotaExceeded': rateLimit,
};

function parameter(location: string | undefined): { location: Location | undefined } {
  return {
    location: location === undefined ? undefined : { location, locationType: 'parameter' },
  };
}

/** 400: the request is malformed, or not possible in the current state. */
export function badRequest(message: string): RestError {
  return new RestError(400, 'badRequest', message);
}

/** 400: a value is invalid. */
export function invalid(message: string, location?: string): RestError {
  return new RestError(400, 'invalid', message, parameter(location));
}

export function invalidParameter(name: string, message: string): RestError {
  return new RestError(400, 'invalidParameter', message, parameter(name));
}

export function required(name: string): RestError {
  return new RestError(400, 'required', `Required: ${name}`, parameter(name));
}

export function parseError(message = 'Parse Error'): RestError {
  return new RestError(400, 'parseError', message);
}

export function forbidden(message: string): RestError {
  return new RestError(403, 'forbidden', message);
}

export function notFound(message: string): RestError {
  return new RestError(404, 'notFound', message);
}

export function conditionNotMet(message: string): RestError {
  return new RestError(412, 'conditionNotMet', message);
}

function unauthenticated(reason: string, message: string): RestError {
  return new RestError(401, reason, message, {
    location: { location: 'Authorization', locationType: 'header' },
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
  });
}

export function loginRequired(): RestError {
  return unauthenticated('required', 'Login Required.');
}

export function invalidCredentials(): RestError {
  return unauthenticated('authError', 'Invalid Credentials');
}

export function conflict(message: string): RestError {
  return new RestError(409, 'conflict', message);
}

/** 409: the object already exists. */
export function duplicate(message: string): RestError {
  return new RestError(409, 'duplicate', message);
}

import { describe, expect, test } from 'vitest';
import { connectionError } from '../../../src/backends/reseller/connection-errors.ts';
import { invalidResponse, resellerError } from '../../../src/backends/reseller/errors.ts';
import { isRefused } from '../../../src/backends/reseller/refusals.ts';
import { badInput, GatewayError } from '../../../src/domain/error.ts';
import { errorOf, google, own } from './error-bodies.support.ts';

describe('code and reason', () => {
  test.each<[number, string, string, boolean, string | RegExp]>([
    [400, 'badRequest', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'invalid', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'required', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'invalidParameter', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'parseError', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'failedPrecondition', 'FAILED_PRECONDITION', false, own.FAILED_PRECONDITION],
    [401, 'authError', 'UNAUTHENTICATED', false, /rejected the gateway's credentials/],
    [401, 'required', 'UNAUTHENTICATED', false, /rejected the gateway's credentials/],
    [403, 'forbidden', 'FORBIDDEN', false, own.FORBIDDEN],
    [403, 'insufficientPermissions', 'FORBIDDEN', false, /service account is not permitted/],
    [403, 'dailyLimitExceeded', 'RATE_LIMITED', false, /daily quota/],
    [403, 'accessNotConfigured', 'UNAVAILABLE', false, /not enabled/],
    [403, 'rateLimitExceeded', 'RATE_LIMITED', true, /rate limit/],
    [403, 'userRateLimitExceeded', 'RATE_LIMITED', true, /rate limit/],
    [403, 'quotaExceeded', 'RATE_LIMITED', true, /rate limit/],
    [404, 'notFound', 'NOT_FOUND', false, own.NOT_FOUND],
    [409, 'duplicate', 'CONFLICT', false, own.CONFLICT],
    [409, 'other', 'CONFLICT', false, own.CONFLICT],
    [412, 'conditionNotMet', 'FAILED_PRECONDITION', false, own.FAILED_PRECONDITION],
    [429, 'quotaExceeded', 'RATE_LIMITED', true, /rate limit/],
    [429, 'rateLimitExceeded', 'RATE_LIMITED', true, /rate limit/],
    [500, 'internalError', 'INTERNAL_SERVER_ERROR', false, 'The reseller API failed.'],
    [500, 'backendError', 'UNAVAILABLE', true, /unavailable/],
    [502, 'badGateway', 'UNAVAILABLE', true, /unavailable/],
    [503, 'backendError', 'UNAVAILABLE', true, /unavailable/],
    [503, 'quotaExceeded', 'RATE_LIMITED', true, /rate limit/],
    [504, 'timeout', 'DEADLINE_EXCEEDED', true, /timed out/],
    [501, 'x', 'INTERNAL_SERVER_ERROR', false, 'The reseller API failed.'],
    [302, 'x', 'INTERNAL_SERVER_ERROR', false, /invalid response/],
    [405, 'x', 'INTERNAL_SERVER_ERROR', false, /invalid response/],
    [408, 'x', 'UNAVAILABLE', true, /unavailable/],
    [410, 'x', 'NOT_FOUND', false, own.NOT_FOUND],
    [413, 'x', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
    [400, 'toString', 'BAD_USER_INPUT', false, own.BAD_USER_INPUT],
  ])('%i %s is %s, retryable: %s', (status, reason, code, retryable, message) => {
    const error = errorOf(status, google(status, reason));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code, retryable, service: 'reseller', violations: [] });
    expect(error.message).toMatch(message);
  });
});

describe('a 400 response to a write', () => {
  test.each([
    ['badRequest', 'FAILED_PRECONDITION'],
    ['failedPrecondition', 'FAILED_PRECONDITION'],
    ['invalid', 'BAD_USER_INPUT'],
    ['required', 'BAD_USER_INPUT'],
    ['invalidParameter', 'BAD_USER_INPUT'],
    ['parseError', 'BAD_USER_INPUT'],
    ['unknownReason', 'BAD_USER_INPUT'],
  ] as const)('%s is %s', (reason, code) => {
    const response = { status: 400, headers: {}, text: google(400, reason) };
    expect(resellerError(response, 'POST /suspend', true)).toMatchObject({
      code,
      message: own[code],
      retryable: false,
    });
  });

  test('badRequest that names a parameter is BAD_USER_INPUT', () => {
    const errors = [{ reason: 'badRequest', message: 'm', location: 'seats' }];
    const text = JSON.stringify({ error: { code: 400, message: 'm', errors } });
    expect(resellerError({ status: 400, headers: {}, text }, 'POST /x', true)).toMatchObject({
      code: 'BAD_USER_INPUT',
      violations: [{ field: 'seats' }],
    });
  });

  test('without a reason is BAD_USER_INPUT', () => {
    expect(resellerError({ status: 400, headers: {}, text: '' }, 'POST /x', true).code).toBe(
      'BAD_USER_INPUT',
    );
  });
});

describe('isRefused', () => {
  test.each([
    [400, true],
    [401, true],
    [403, true],
    [404, true],
    [408, false],
    [409, true],
    [412, true],
    [429, true],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
    [302, false],
  ])('for a %i response is %s', (status, refused) => {
    expect(isRefused(errorOf(status, ''))).toBe(refused);
  });

  test.each([
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['EAI_AGAIN', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['UND_ERR_CLOSED', true],
    ['CERT_HAS_EXPIRED', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false],
    ['ECONNRESET', false],
    ['UND_ERR_SOCKET', false],
    ['UND_ERR_DESTROYED', false],
    ['', false],
  ])('for the connection error %s is %s', (code, refused) => {
    const error = connectionError(Object.assign(new Error('failed'), { code }));
    expect(isRefused(error)).toBe(refused);
    expect(error.nothingSent).toBe(refused);
  });

  test('is false for a response that cannot be read', () => {
    const response = { status: 200, headers: {}, text: '<html>' };
    expect(isRefused(invalidResponse(response, 'POST /x', new Error('not JSON')))).toBe(false);
  });

  test('is true for input that the gateway rejects before sending', () => {
    expect(isRefused(badInput('The customer id is invalid.'))).toBe(true);
  });

  test('is false for an error of the gateway without nothingSent', () => {
    expect(isRefused(new GatewayError('UNAVAILABLE', 'shutting down'))).toBe(false);
    expect(isRefused(new DOMException('timed out', 'TimeoutError'))).toBe(false);
  });
});

describe('error bodies', () => {
  const rejected = own.BAD_USER_INPUT;
  test.each<[string, number, string, string, string]>([
    ['no errors[]', 400, '{"error":{"code":400,"message":"m"}}', 'BAD_USER_INPUT', rejected],
    ['message null', 400, google(400, 'invalid', null), 'BAD_USER_INPUT', rejected],
    [
      'no message at all',
      500,
      '{"error":{"code":500,"message":null}}',
      'INTERNAL_SERVER_ERROR',
      'The reseller API failed.',
    ],
    [
      'a message only in errors[]',
      409,
      '{"error":{"errors":[{"reason":"duplicate","message":"m"}]}}',
      'CONFLICT',
      own.CONFLICT,
    ],
    [
      'a google.rpc status',
      400,
      '{"error":{"code":400,"message":"m","status":"FAILED_PRECONDITION"}}',
      'FAILED_PRECONDITION',
      own.FAILED_PRECONDITION,
    ],
    ['wrapped in an array', 409, `[${google(409, 'duplicate')}]`, 'CONFLICT', own.CONFLICT],
    [
      'an OAuth error',
      400,
      '{"error":"invalid_request","error_description":"m"}',
      'BAD_USER_INPUT',
      rejected,
    ],
    ['an OAuth error without a description', 400, '{"error":"bad"}', 'BAD_USER_INPUT', rejected],
    ['empty', 400, '', 'BAD_USER_INPUT', rejected],
    ['empty 404', 404, '', 'NOT_FOUND', 'The object was not found in the reseller API.'],
    ['empty 403', 403, '', 'FORBIDDEN', 'The reseller API denied permission for this request.'],
    ['HTML', 502, '<!DOCTYPE html><h1>502</h1>', 'UNAVAILABLE', 'The reseller API is unavailable.'],
    [
      'HTML 403',
      403,
      '<html>no</html>',
      'FORBIDDEN',
      'The reseller API denied permission for this request.',
    ],
    [
      'HTML 404, from a wrong endpoint',
      404,
      ' <html>no</html>',
      'INTERNAL_SERVER_ERROR',
      'The reseller API returned an invalid response.',
    ],
    ['HTML in a JSON message', 400, google(400, 'x', '<b>no</b>'), 'BAD_USER_INPUT', rejected],
    ['truncated', 400, '{"error":{"code"', 'BAD_USER_INPUT', rejected],
    ['a different format', 400, '{"message":"x"}', 'BAD_USER_INPUT', rejected],
    ['null', 400, 'null', 'BAD_USER_INPUT', rejected],
    ['null error', 400, '{"error":null}', 'BAD_USER_INPUT', rejected],
    [
      'invalid entries',
      403,
      '{"error":{"errors":[null,7,{"reason":"rateLimitExceeded"}],"details":"x"}}',
      'RATE_LIMITED',
      'The reseller API rate limit is exceeded. Retry later.',
    ],
    ['several lines', 400, google(400, 'x', ' a\r\n\tb\u0000 '), 'BAD_USER_INPUT', rejected],
  ])('%s', (_, status, text, code, message) => {
    expect(errorOf(status, text)).toMatchObject({ code, message });
  });

  test.each([
    [
      409,
      'duplicate',
      'Customer already exists',
      /already exists in the reseller API. Transfer it/,
    ],
    [
      409,
      'duplicate',
      'The customer already has a subscription of X',
      /already has a subscription/,
    ],
    [409, 'conflict', 'Multiple teams exist on this domain', /Use the customer id/],
    [403, 'forbidden', 'The transfer token is invalid', /transfer token is invalid or has expired/],
    [412, 'conditionNotMet', 'Terms of service not accepted', /terms of service/],
    [400, 'failedPrecondition', 'The subscription is suspended', /^The subscription is suspended/],
    [400, 'invalid', 'Too few seats', /number of seats/],
  ])('%i %s "%s" has a message of its own', (status, reason, text, message) => {
    expect(errorOf(status, google(status, reason, text)).message).toMatch(message);
  });

  test('keeps the response for the log and hides the message of a 5xx', () => {
    const error = errorOf(500, google(500, 'x', 'stack trace'));
    expect(error.message).not.toContain('stack');
    expect(error.cause).toMatchObject({
      message: 'GET /customers/C1 returned 500',
      status: 500,
      body: expect.stringContaining('stack trace'),
    });
  });
});

describe('retryAfterMs', () => {
  const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();
  const retryInfo = (delay: string) =>
    JSON.stringify({
      error: {
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay }],
      },
    });
  test.each<[string, string | string[] | undefined, string, number | undefined]>([
    ['seconds', '120', '', 120_000],
    ['zero', '0', '', 0],
    ['given twice', ['3', '9'], '', 3_000],
    ['a past date', 'Wed, 21 Oct 2015 07:28:00 GMT', '', 0],
    ['invalid', 'soon', '', undefined],
    ['negative', '-5', '', undefined],
    ['too large', '9'.repeat(30), '', undefined],
    ['missing', undefined, '', undefined],
    ['in the details', undefined, retryInfo('1.5s'), 1_500],
    ['invalid in the details', undefined, retryInfo('later'), undefined],
    ['in the header and the details', '2', retryInfo('9s'), 2_000],
  ])('%s', (_, header, text, expected) => {
    expect(errorOf(503, text, { 'retry-after': header }).retryAfterMs).toBe(expected);
  });

  test('supports an HTTP date', () => {
    const { retryAfterMs } = errorOf(429, '', { 'retry-after': inAMinute() });
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe('field violations', () => {
  const body = (error: object) => JSON.stringify({ error: { message: 'general', ...error } });

  test('come from errors[].location unless it is a header', () => {
    const errors = [
      { reason: 'invalid', message: 'too low', location: 'maxResults', locationType: 'parameter' },
      { reason: 'invalid', location: 'seats' },
      { reason: 'x', message: 'y', location: 'Authorization', locationType: 'header' },
    ];
    expect(errorOf(400, body({ errors })).violations).toEqual([
      { field: 'maxResults', description: 'too low' },
      { field: 'seats', description: 'general' },
    ]);
  });

  test('come from google.rpc.BadRequest without duplicate fields', () => {
    const details = [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'postal_address', description: 'bad' }, { field: 'x' }, 'odd'],
      },
      { '@type': 'type.googleapis.com/google.rpc.Help', fieldViolations: [{ field: 'no' }] },
    ];
    const errors = [{ location: 'postal_address', message: 'again' }];
    expect(errorOf(400, body({ details, errors })).violations).toEqual([
      { field: 'postal_address', description: 'bad' },
      { field: 'x', description: 'is invalid' },
    ]);
  });

  test('are independent of the request id in google.rpc.RequestInfo', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'upstream-1' },
    ];
    expect(errorOf(400, body({ details })).requestId).toBe('upstream-1');
  });
});

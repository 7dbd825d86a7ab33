import { describe, expect, test } from 'vitest';
import { resellerError } from '../../../src/backends/reseller/errors.ts';
import { isCustomerForbidden } from '../../../src/backends/reseller/refusals.ts';
import { errorOf, google, own } from './error-bodies.support.ts';

/** An error body in Google's error format 2, which has no `errors[]`. */
function format2(status: string, message: string, info?: object): string {
  const type = 'type.googleapis.com/google.rpc.ErrorInfo';
  const details = info ? [{ '@type': type, domain: 'googleapis.com', ...info }] : undefined;
  return JSON.stringify({ error: { code: 0, message, status, details } });
}

const disabled =
  'Reseller API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/reseller.googleapis.com/overview?project=123456789012 then retry.';
const perMinute =
  "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'reseller.googleapis.com' for consumer 'project_number:123456789012'.";
const perDay = perMinute.replace('per minute', 'per day');
const scopes = 'Request had insufficient authentication scopes.';

describe('a response without errors[]', () => {
  const limited = [true, 'The reseller API rate limit is exceeded. Retry later.'] as const;
  const daily = [false, 'The daily quota of the reseller API is exhausted.'] as const;
  const notEnabled = [false, /not enabled for this gateway/] as const;
  const noScope = [false, /service account is not permitted/] as const;
  const denied = [false, own.FORBIDDEN] as const;
  const info = (reason: string, metadata: object = {}) => ({ reason, metadata });
  const quota = (limit: string) => info('RATE_LIMIT_EXCEEDED', { quota_limit: limit });

  test.each<[string, number, string, string, boolean, string | RegExp]>([
    [
      'disabled',
      403,
      format2('X', disabled, info('SERVICE_DISABLED')),
      'UNAVAILABLE',
      ...notEnabled,
    ],
    ['disabled, no reason', 403, format2('X', disabled), 'UNAVAILABLE', ...notEnabled],
    ['disabled, text/plain', 403, disabled, 'UNAVAILABLE', ...notEnabled],
    [
      ...(['project denied', 403, format2('X', 'm', info('USER_PROJECT_DENIED'))] as const),
      ...(['UNAVAILABLE', false, /Google Cloud project/] as const),
    ],
    [
      'scope',
      403,
      format2('X', scopes, info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')),
      'FORBIDDEN',
      ...noScope,
    ],
    ['scope, no reason', 403, format2('PERMISSION_DENIED', scopes), 'FORBIDDEN', ...noScope],
    ['rate', 403, format2('X', 'm', quota('RequestsPerMinute')), 'RATE_LIMITED', ...limited],
    ['rate, 429', 429, format2('X', 'm', quota('RequestsPerMinute')), 'RATE_LIMITED', ...limited],
    ['rate by status', 403, format2('RESOURCE_EXHAUSTED', 'm'), 'RATE_LIMITED', ...limited],
    ['rate by message', 403, format2('X', perMinute), 'RATE_LIMITED', ...limited],
    ['rate as text', 403, 'Request rate higher than configured.', 'RATE_LIMITED', ...limited],
    ['rate as HTML', 403, '<h1>Rate limit exceeded</h1>', 'RATE_LIMITED', ...limited],
    ['rate, forbidden', 403, google(403, 'forbidden', perMinute), 'RATE_LIMITED', ...limited],
    [
      'daily by quota_limit',
      403,
      format2('X', 'm', quota('QueriesPerDay')),
      'RATE_LIMITED',
      ...daily,
    ],
    [
      ...(['daily by quota_unit', 429] as const),
      format2('X', 'm', info('RATE_LIMIT_EXCEEDED', { quota_unit: '1/d/{project}' })),
      ...(['RATE_LIMITED', ...daily] as const),
    ],
    ['daily by message', 403, format2('X', perDay), 'RATE_LIMITED', ...daily],
    ['daily by message, 429', 429, format2('X', perDay), 'RATE_LIMITED', ...daily],
    [
      ...(['daily as rateLimitExceeded', 403] as const),
      google(403, 'rateLimitExceeded', perDay),
      ...(['RATE_LIMITED', ...daily] as const),
    ],
    ['daily as text', 403, 'Daily Limit Exceeded', 'RATE_LIMITED', ...daily],
    ['forbidden', 403, format2('PERMISSION_DENIED', 'no'), 'FORBIDDEN', ...denied],
    ['forbidden as text', 403, 'Forbidden', 'FORBIDDEN', ...denied],
    ['not found', 404, format2('NOT_FOUND', 'no'), 'NOT_FOUND', false, own.NOT_FOUND],
    ['duplicate', 409, format2('ALREADY_EXISTS', 'no'), 'CONFLICT', false, own.CONFLICT],
    [
      ...(['expired token', 401, format2('X', 'm', info('ACCESS_TOKEN_EXPIRED'))] as const),
      ...(['UNAUTHENTICATED', false, /gateway's credentials/] as const),
    ],
    [
      'invalid',
      400,
      format2('INVALID_ARGUMENT', 'no'),
      'BAD_USER_INPUT',
      false,
      own.BAD_USER_INPUT,
    ],
    [
      ...(['condition', 412, format2('X', 'm', info('CONDITION_NOT_MET'))] as const),
      ...(['FAILED_PRECONDITION', false, own.FAILED_PRECONDITION] as const),
    ],
  ])('%s', (_, status, text, code, retryable, message) => {
    const error = errorOf(status, text);
    expect(error).toMatchObject({ code, retryable, violations: [] });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/123456789012|console|googleapis/);
  });

  test('about the gateway itself says nothing about the customer', () => {
    const response = format2('X', scopes, { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' });
    expect(isCustomerForbidden(errorOf(403, response))).toBe(false);
    expect(isCustomerForbidden(errorOf(403, format2('PERMISSION_DENIED', scopes)))).toBe(false);
    expect(isCustomerForbidden(errorOf(403, format2('PERMISSION_DENIED', 'no')))).toBe(true);
  });

  test('keeps texts about the deployment out of violations', () => {
    const violation = (description: string) => ({ field: 'customer_id', description });
    const text = (description: string) =>
      JSON.stringify({
        error: {
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [violation(description)],
            },
          ],
        },
      });
    for (const description of [
      'Enable the API in project acme-prod',
      'See the Google Cloud console',
      'consumer project_number:1',
      'denied for the service account of acme',
      'call reseller.googleapis.com',
    ]) {
      expect(errorOf(400, text(description)).violations).toEqual([violation('is invalid')]);
    }
    expect(errorOf(400, text('is not a customer')).violations).toEqual([
      violation('is not a customer'),
    ]);
  });
});

describe('a write that the state of the subscription refuses', () => {
  test.each([
    ['badRequest', 400, google(400, 'badRequest', 'm')],
    ['BAD_REQUEST', 400, format2('INVALID_ARGUMENT', 'm', { reason: 'BAD_REQUEST' })],
    ['by message', 400, format2('INVALID_ARGUMENT', 'The subscription is suspended')],
    ['by message, invalid', 400, google(400, 'invalid', 'Subscription is already suspended.')],
    ['by message, 403', 403, google(403, 'forbidden', 'Terms of service are not accepted')],
    ['by message, 409', 409, google(409, 'conflict', 'Subscription has been cancelled')],
    ['as text', 400, 'The subscription is not in a trial'],
    ['by rpc status', 400, format2('FAILED_PRECONDITION', 'm')],
  ])('is FAILED_PRECONDITION: %s', (_, status, text) => {
    const response = { status, headers: {}, text };
    expect(resellerError(response, 'POST /x', true).code).toBe('FAILED_PRECONDITION');
  });

  test('is FAILED_PRECONDITION when only the subscription itself is named', () => {
    const errors = [{ reason: 'badRequest', message: 'm', location: 'subscriptionId' }];
    const text = JSON.stringify({ error: { code: 400, message: 'm', errors } });
    const error = resellerError({ status: 400, headers: {}, text }, 'POST /x', true);
    expect(error.code).toBe('FAILED_PRECONDITION');
  });
});

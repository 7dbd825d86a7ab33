import type { Any } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from 'vitest';
import {
  BadRequestSchema,
  DebugInfoSchema,
  HelpSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  QuotaFailureSchema,
  RequestInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '../../../src/gen/google/rpc/error_details_pb.ts';
import { anyOf, mapped, type OperationInit, packed } from './billing.support.ts';

function failed(...details: Any[]): OperationInit {
  return { done: true, result: { case: 'error', value: { code: 9, message: 'no', details } } };
}

describe('details of a failed operation', () => {
  test.each([
    [
      'BadRequest',
      packed(BadRequestSchema, { fieldViolations: [{ field: 'name', description: 'empty' }] }),
      { type: 'badRequest', fieldViolations: [{ field: 'name', description: 'empty' }] },
    ],
    [
      'PreconditionFailure',
      packed(PreconditionFailureSchema, {
        violations: [{ type: 'TOS', subject: 'C1', description: 'not accepted' }],
      }),
      {
        type: 'preconditionFailure',
        violations: [{ type: 'TOS', subject: 'C1', description: 'not accepted' }],
      },
    ],
    [
      'QuotaFailure',
      packed(QuotaFailureSchema, { violations: [{ subject: 'clouds', description: '5 at most' }] }),
      { type: 'quotaFailure', violations: [{ subject: 'clouds', description: '5 at most' }] },
    ],
    [
      'ResourceInfo',
      packed(ResourceInfoSchema, {
        resourceType: 'customer',
        resourceName: 'C1',
        owner: 'R1',
        description: 'gone',
      }),
      {
        type: 'resourceInfo',
        resourceType: 'customer',
        resourceName: 'C1',
        owner: 'R1',
        description: 'gone',
      },
    ],
    [
      'RequestInfo',
      packed(RequestInfoSchema, { requestId: 'up-1', servingData: 'x' }),
      { type: 'requestInfo', requestId: 'up-1', servingData: '' },
    ],
    [
      'RetryInfo',
      packed(RetryInfoSchema, { retryDelay: { seconds: 2n, nanos: 250_000_000 } }),
      { type: 'retryInfo', retryDelayMs: 2_250 },
    ],
    [
      'Help',
      packed(HelpSchema, { links: [{ description: 'docs', url: 'https://x.example' }] }),
      { type: 'help', links: [] },
    ],
    [
      'LocalizedMessage',
      packed(LocalizedMessageSchema, { locale: 'ru', message: 'нет' }),
      { type: 'localizedMessage', locale: 'ru', message: 'нет' },
    ],
    [
      'an unknown type',
      anyOf('x/acme.Detail', '00'),
      {
        type: 'unknown',
        typeUrl: 'x/acme.Detail',
        json: { '@type': 'x/acme.Detail' },
      },
    ],
    [
      'invalid bytes',
      anyOf('x/google.rpc.BadRequest', '0aff'),
      {
        type: 'unknown',
        typeUrl: 'x/google.rpc.BadRequest',
        json: { '@type': 'x/google.rpc.BadRequest' },
      },
    ],
    [
      'a type without a name',
      anyOf('x/', '00'),
      { type: 'unknown', typeUrl: 'x/', json: { '@type': 'x/' } },
    ],
  ])('%s', (_, detail, expected) => {
    const { result } = mapped(failed(detail));
    const message = 'The operation is not possible in the current state of the object.';
    expect(result).toEqual({ type: 'failure', code: 9, message, details: [expected] });
  });

  test.each([
    ['valid', packed(DebugInfoSchema, { detail: 'stack', stackEntries: ['main'] })],
    ['invalid', anyOf('type.googleapis.com/google.rpc.DebugInfo', '0aff')],
  ])('omit DebugInfo that is %s', (_, debug) => {
    const { result } = mapped(failed(debug, packed(RequestInfoSchema, { requestId: 'up-1' })));
    expect(result).toMatchObject({ details: [{ type: 'requestInfo' }] });
  });

  test('are plain objects without protobuf properties', () => {
    const all = [
      packed(BadRequestSchema, { fieldViolations: [{ field: 'f' }] }),
      packed(PreconditionFailureSchema, { violations: [{ type: 't' }] }),
      packed(QuotaFailureSchema, { violations: [{ subject: 's' }] }),
      packed(HelpSchema, { links: [{ url: 'u' }] }),
    ];
    expect(JSON.stringify(mapped(failed(...all)))).not.toContain('$typeName');
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import { lostOperations, type Operation, operationKinds } from '../../src/domain/operation.ts';
import { decodeOperation, encodeOperation } from '../../src/store/operations/operation-json.ts';
import { operation } from '../operations/operations.support.ts';

const text = fc.string({ unit: 'grapheme' });
const date = fc.option(fc.date({ noInvalidDate: true }));
const unknown = fc.record({
  type: fc.constant('unknown' as const),
  typeUrl: text,
  json: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
});
const violations = fc.array(fc.record({ type: text, subject: text, description: text }));
const detail = fc.oneof(
  unknown,
  fc.record({
    type: fc.constant('badRequest' as const),
    fieldViolations: fc.array(fc.record({ field: text, description: text })),
  }),
  fc.record({ type: fc.constant('preconditionFailure' as const), violations }),
  fc.record({
    type: fc.constant('quotaFailure' as const),
    violations: fc.array(fc.record({ subject: text, description: text })),
  }),
  fc.record({
    type: fc.constant('resourceInfo' as const),
    resourceType: text,
    resourceName: text,
    owner: text,
    description: text,
  }),
  fc.record({ type: fc.constant('requestInfo' as const), requestId: text, servingData: text }),
  fc.record({ type: fc.constant('retryInfo' as const), retryDelayMs: fc.nat() }),
  fc.record({
    type: fc.constant('help' as const),
    links: fc.array(fc.record({ description: text, url: text })),
  }),
  fc.record({ type: fc.constant('localizedMessage' as const), locale: text, message: text }),
);
const fields = {
  operationId: text,
  kind: fc.constantFrom(...operationKinds),
  description: fc.option(text),
  createdAt: date,
  createdBy: fc.option(text),
  modifiedAt: date,
  done: fc.boolean(),
  metadata: fc.option(
    fc.oneof(
      unknown,
      fc.record({ type: fc.constant('customer' as const), resellerId: text, customerId: text }),
    ),
  ),
  result: fc.option(
    fc.oneof(
      unknown,
      fc.record({
        type: fc.constant('customer' as const),
        customer: fc.record({ resellerId: text, customerId: text, billingAccountId: text }),
      }),
      fc.record({
        type: fc.constant('failure' as const),
        code: fc.integer(),
        message: text,
        details: fc.array(detail),
      }),
    ),
  ),
};
const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.record(fields),
  fc.record({ ...fields, lost: fc.constantFrom(...lostOperations) }),
);

test('every operation is read as it was stored, including dates', () => {
  fc.assert(
    fc.property(operations, (state) => {
      expect(decodeOperation(encodeOperation(state))).toEqual(state);
    }),
    { numRuns: 300 },
  );
});

test('text that looks like a date is read as text', () => {
  const state = operation({ description: '2026-01-01T00:00:00.000Z' });
  expect(decodeOperation(encodeOperation(state))).toEqual(state);
});

test('a kind that a newer version wrote is read as UNKNOWN', () => {
  const newer = encodeOperation(operation()).replace('ACTIVATE_CUSTOMER', 'ARCHIVE_CUSTOMER');
  expect(decodeOperation(newer).kind).toBe('UNKNOWN');
});

test.each(['', '{}', 'null', '{"operationId":1}'])('an entry of %o is rejected', (entry) => {
  expect(() => decodeOperation(entry)).toThrow(GatewayError);
});

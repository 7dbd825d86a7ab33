import { describe, expect, test } from 'vitest';
import {
  isEnded,
  isPolled,
  type Operation,
  type OperationStatus,
  operationStatus,
  withKnown,
} from '../../src/domain/operation.ts';

const known = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;

function operation(overrides: Partial<Operation> = {}): Operation {
  return {
    operationId: 'op',
    kind: 'ACTIVATE_CUSTOMER',
    description: null,
    createdAt: null,
    createdBy: null,
    modifiedAt: null,
    done: false,
    metadata: null,
    result: null,
    ...overrides,
  };
}

function succeeded(resellerId: string): Pick<Operation, 'done' | 'result'> {
  const customer = { resellerId, customerId: 'C1', billingAccountId: 'A1' };
  return { done: true, result: { type: 'customer', customer } };
}

const failure = { type: 'failure', code: 9, message: 'no', details: [] } as const;

test.each<[OperationStatus, Partial<Operation>, { ended: boolean; polled: boolean }]>([
  ['RUNNING', {}, { ended: false, polled: true }],
  ['FAILING', { result: failure }, { ended: false, polled: true }],
  ['SUCCEEDED', succeeded('R1'), { ended: true, polled: false }],
  ['FAILED', { done: true, result: failure }, { ended: true, polled: false }],
  ['CANCELLED', { done: true, result: { ...failure, code: 1 } }, { ended: true, polled: false }],
  ['LOST', { lost: 'STILL_POLLED', result: failure }, { ended: true, polled: true }],
  ['LOST', { lost: 'GIVEN_UP' }, { ended: true, polled: false }],
])('an operation is %s with %j', (status, fields, { ended, polled }) => {
  const state = operation(fields);
  expect(operationStatus(state)).toBe(status);
  expect({ ended: isEnded(state), polled: isPolled(state) }).toEqual({ ended, polled });
});

describe('withKnown', () => {
  test('adds the known metadata to a state without metadata', () => {
    expect(withKnown(operation(), known).metadata).toEqual(known);
  });

  test('keeps the metadata of the state and fills in its empty fields', () => {
    const own = { ...known, resellerId: 'R2' };
    expect(withKnown(operation({ metadata: own }), known).metadata).toEqual(own);
    const empty = { ...known, resellerId: '', customerId: '' };
    expect(withKnown(operation({ metadata: empty }), known).metadata).toEqual(known);
  });

  test('keeps metadata of an unknown type', () => {
    const unknown = { type: 'unknown', typeUrl: 't', json: {} } as const;
    expect(withKnown(operation({ metadata: unknown }), known).metadata).toEqual(unknown);
  });

  test('adds the known reseller to the result', () => {
    const result = { customer: { resellerId: 'R1', customerId: 'C1' } };
    expect(withKnown(operation(succeeded('')), known)).toMatchObject({ result });
  });

  test('returns the state unchanged without known metadata', () => {
    const state = operation(succeeded(''));
    expect(withKnown(state, null)).toEqual(state);
  });
});

import { describe, expect, test } from 'vitest';
import { type Operation, withKnown } from '../../src/domain/operation.ts';

const about = { type: 'customer', resellerId: 'R1', customerId: 'C1' } as const;

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

describe('a state with what is known from before', () => {
  test('has the metadata of an earlier one when it has none', () => {
    expect(withKnown(operation(), about).metadata).toEqual(about);
  });

  test('keeps its own metadata, and fills what is empty in it', () => {
    const own = { ...about, resellerId: 'R2' };
    expect(withKnown(operation({ metadata: own }), about).metadata).toEqual(own);
    const empty = { ...about, resellerId: '', customerId: '' };
    expect(withKnown(operation({ metadata: empty }), about).metadata).toEqual(about);
  });

  test('keeps metadata of a type that nobody knows', () => {
    const unknown = { type: 'unknown', typeUrl: 't', json: {} } as const;
    expect(withKnown(operation({ metadata: unknown }), about).metadata).toEqual(unknown);
  });

  test('names the reseller of its result', () => {
    const result = { customer: { resellerId: 'R1', customerId: 'C1' } };
    expect(withKnown(operation(succeeded('')), about)).toMatchObject({ result });
  });

  test('that nothing is known of stays as it is', () => {
    const state = operation(succeeded(''));
    expect(withKnown(state, null)).toEqual(state);
  });
});

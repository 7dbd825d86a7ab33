import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { request } from '../support/request.ts';

/** One customer that a client activates, and what the client was told of it. */
export interface Activation {
  readonly customerId: string;
  readonly idempotencyKey: string;
  /** The operation's own id; null when no answer came. */
  operationId: string | null;
  /** The code of the failure that the client was told of. */
  failure: string | null;
}

/** One for each customer of the reseller, as many as are wanted. */
export function activations(sandbox: Sandbox, count: number): Activation[] {
  const customers = sandbox.store.billing.customersOf(sandbox.resellerId).slice(0, count);
  if (customers.length < count) throw new Error(`the seed has ${customers.length} customers`);
  return customers.map(({ id: customerId }) => ({
    ...{ customerId, idempotencyKey: randomUUID() },
    ...{ operationId: null, failure: null },
  }));
}

interface Answer {
  readonly activateCustomer: {
    readonly operation?: { readonly operationId: string };
    readonly code?: string;
  };
}

/** Sends it, and notes the answer. Rejects when none comes. */
export async function activate(
  url: string,
  sandbox: Sandbox,
  activation: Activation,
): Promise<Activation> {
  const { customerId, idempotencyKey } = activation;
  const { data, errors } = await request<Answer, object>(
    url,
    `mutation ($customer: ID!, $key: UUID) {
      activateCustomer(input: { customer: $customer, idempotencyKey: $key }) {
        ... on ActivateCustomerSuccess { operation { operationId } }
        ... on Error { code }
      }
    }`,
    {
      customer: encodeGlobalId('Customer', 'b', sandbox.resellerId, customerId),
      key: idempotencyKey,
    },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  activation.operationId = data.activateCustomer.operation?.operationId ?? null;
  activation.failure = data.activateCustomer.code ?? null;
  return activation;
}

export interface ListedOperation {
  readonly id: string;
  readonly operationId: string;
  readonly status: string;
  readonly cursor: string;
}

/** The operations of the journal, in the state last seen. */
export async function listOperations(url: string): Promise<readonly ListedOperation[]> {
  const { data, errors } = await request<
    { operations: { nodes: readonly ListedOperation[] } },
    object
  >(url, '{ operations(first: 1000) { nodes { id operationId status cursor } } }');
  if (!data) throw new Error(JSON.stringify(errors));
  return data.operations.nodes;
}

/** Notes which operations billing makes from here on: not which calls it gets. */
export function upstreamStarts(sandbox: Sandbox) {
  const started: { customerId: string; idempotencyKey: string | undefined; id: string }[] = [];
  const { operations } = sandbox;
  const start = operations.start.bind(operations);
  vi.spyOn(operations, 'start').mockImplementation((plan, idempotencyKey) => {
    const operation = start(plan, idempotencyKey);
    started.push({ customerId: plan.customerId, idempotencyKey, id: operation.id });
    return operation;
  });
  return started;
}

import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { request } from '../support/request.ts';

/** What a client learns from a mutation that starts an operation. */
export interface Answer {
  readonly __typename: string;
  readonly code?: string;
  readonly retryable?: boolean;
  readonly idempotencyKey?: string;
  readonly replayed?: boolean;
  readonly operation?: { readonly operationId: string; readonly cursor: string };
  readonly auditEntry?: { readonly id: string; readonly outcome: string };
}

const SELECTION = `__typename
  ... on Error { code message }
  ... on UnavailableError { retryable }
  ... on OutcomeUnknownError { idempotencyKey auditEntry { id outcome } }`;

const successes = {
  activateCustomer: 'ActivateCustomerSuccess',
  suspendCustomer: 'SuspendCustomerSuccess',
  createResellerServedCustomer: 'CreateResellerServedCustomerSuccess',
} as const;

/** Sends a mutation of billing. Rejects when the response has errors. */
export async function mutate(
  url: string,
  mutation: keyof typeof successes,
  input: object,
): Promise<Answer> {
  const success = successes[mutation];
  const inputType = success.replace('Success', 'Input');
  const { data, errors } = await request<{ answer: Answer | null }, object>(
    url,
    `mutation ($input: ${inputType}!) { answer: ${mutation}(input: $input) {
      ${SELECTION}
      ... on ${success} { replayed operation { operationId cursor } auditEntry { id outcome } }
    } }`,
    { input },
  );
  if (!data?.answer) throw new Error(JSON.stringify(errors));
  return data.answer;
}

/** Customers of the sandbox's reseller, with their ids at billing and in this API. */
export function customersOf(sandbox: Sandbox, count: number) {
  const { resellerId } = sandbox;
  const customers = sandbox.store.billing.customersOf(resellerId).slice(0, count);
  if (customers.length < count) throw new Error(`the seed has ${customers.length} customers`);
  return customers.map(({ id }) => ({
    id,
    global: encodeGlobalId('Customer', 'b', resellerId, id),
  }));
}

export async function outcomeOf(url: string, auditEntry: string | undefined): Promise<unknown> {
  const query = 'query ($id: ID!) { node(id: $id) { ... on AuditEntry { outcome } } }';
  const { data } = await request<{ node: { outcome: string } | null }, object>(url, query, {
    id: auditEntry ?? '',
  });
  return data?.node?.outcome;
}

export const newKey = (): string => randomUUID();

import { useState } from 'react';
import { type DryRunResult, type MutationError, unwrap } from 'reseller-gateway/clients/index.js';
import { type AnyVariables, type TypedDocumentNode, useQuery } from 'urql';
import { client, label, messageOf } from './client.ts';
import * as gql from './gql/graphql.ts';

/** Runs a mutation with one field and returns its success. */
async function mutate<Result, Variables extends AnyVariables>(
  document: TypedDocumentNode<Record<string, Result>, Variables>,
  variables: Variables,
): Promise<Exclude<NonNullable<Result>, DryRunResult | MutationError>> {
  const { data, error } = await client.mutation(document, variables);
  if (error) throw error;
  return unwrap(Object.values(data ?? {})[0]);
}

/** The current state of a row at both vendors, and what can be changed. */
export function Details({ row, watch }: { row: string; watch: (operation: string) => void }) {
  const [{ data, error }] = useQuery({ query: gql.SelectedDocument, variables: { row } });
  const [problem, setProblem] = useState('');
  if (!data?.node || !('skuId' in data.node)) return <p>{error && messageOf(error)}</p>;
  const { organizationName, customerDomain, skuName, skuId, customer } = data.node;
  const { id: subscription = '', status } = data.node.subscription ?? {};
  const active = customer.billing?.account?.active;
  const changes = {
    'Suspend subscription': () => mutate(gql.SuspendSubscriptionDocument, { subscription }),
    'Activate subscription': () => mutate(gql.ActivateSubscriptionDocument, { subscription }),
    async 'Suspend customer'() {
      if (!confirm('The data is deleted after 60 days. Suspend the customer?')) return;
      const input = { customer: customer.id, confirm: true };
      watch((await mutate(gql.SuspendCustomerDocument, { input })).operation.id);
    },
    async 'Activate customer'() {
      watch((await mutate(gql.ActivateCustomerDocument, { customer: customer.id })).operation.id);
    },
  };
  const button = (text: keyof typeof changes) => (
    <button type="button" onClick={() => changes[text]().catch((e) => setProblem(messageOf(e)))}>
      {text}
    </button>
  );
  return (
    <>
      <strong>{organizationName ?? customerDomain}</strong>
      <p>{`${skuName ?? skuId}: ${label(status)}`}</p>
      {status && button(status === 'ACTIVE' ? 'Suspend subscription' : 'Activate subscription')}
      <p>{`Billing account: ${active ? 'Active' : active === false ? 'Suspended' : 'None'}`}</p>
      {active !== undefined && button(active ? 'Suspend customer' : 'Activate customer')}
      {problem && <p role="alert">{problem}</p>}
    </>
  );
}

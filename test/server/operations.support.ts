import { expect } from 'vitest';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { ActivateCustomerDocument, CustomersDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

type Outcome = NonNullable<SandboxOptions['operations']>['outcome'];

/** A gateway on which operations end as told. */
export function startGatewayWithOutcome(
  outcome: Outcome,
  env: Record<string, string> = {},
): Promise<TestGateway> {
  return startTestGateway({ env, sandbox: { operations: { outcome, notFoundShare: 0 } } });
}

/** Activates the first customer; gives the global id of the operation. */
export async function activateFirstCustomer(url: string): Promise<string> {
  const { data } = await request(url, CustomersDocument, { first: 1 });
  const customer = data?.customers?.nodes[0]?.id ?? '';
  const answer = await request(url, ActivateCustomerDocument, { customer });
  const result = answer.data?.activateCustomer;
  if (!result || !('operation' in result)) throw new Error(JSON.stringify(answer));
  return (result.operation as { id: string }).id;
}

/** Operations are being read, again and again. */
export async function expectPolling({ sandbox }: TestGateway): Promise<void> {
  const before = polls(sandbox);
  await expect.poll(() => polls(sandbox), { interval: 2 }).toBeGreaterThan(before + 1);
}

/** Nothing polls any more 100 ms from now, and it stays so for longer than pollers pause. */
export async function expectNoMorePolls({ sandbox }: TestGateway): Promise<void> {
  const left = performance.now();
  let last = { count: polls(sandbox), at: left };
  function quietMs(): number {
    const count = polls(sandbox);
    if (count !== last.count) last = { count, at: performance.now() };
    return performance.now() - last.at;
  }
  await expect.poll(quietMs, { interval: 5, timeout: 5000 }).toBeGreaterThan(400);
  expect(last.at - left).toBeLessThan(100);
}

/** How many requests the billing API has in hand. */
export function inFlight({ calls }: Sandbox): number {
  calls.reset();
  return calls.peak('billing');
}

function polls(sandbox: Sandbox): number {
  return sandbox.calls.count('OperationService.Get');
}

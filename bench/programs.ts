import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import type { BillingCustomerKey } from '../src/domain/customer.ts';
import { encodeGlobalId } from '../src/schema/relay/global-id.ts';

export interface Program {
  readonly child: ChildProcess;
  /** What it printed when it started. */
  readonly said: string;
}

/** Starts the gateway or the sandbox in a process of its own, and waits until it is ready. */
export async function startProgram(
  args: readonly string[],
  env: Record<string, string>,
  script = 'src/main.cjs',
): Promise<Program> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('Try:')) break;
  }
  return { child, said };
}

export async function stop({ child }: Program): Promise<void> {
  child.kill();
  await once(child, 'exit');
}

/** A sandbox whose operations do not end while the bench runs. */
export function startBackends(env: Record<string, string>): Promise<Program> {
  return startProgram(['sandbox'], {
    SANDBOX_BILLING_PORT: '0',
    SANDBOX_RESELLER_PORT: '0',
    SANDBOX_OPERATION_MIN_MS: '3600000',
    SANDBOX_OPERATION_MAX_MS: '3600000',
    SANDBOX_LOG_LEVEL: 'silent',
    ...env,
  });
}

/** The settings of a gateway on these backends. */
export function settingsFor({ said }: Program, databaseUrl: string): Record<string, string> {
  return {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    BILLING_ENDPOINT: /billing, operations\s+(\S+)/.exec(said)?.[1] ?? '',
    BILLING_TLS: 'false',
    PORTFOLIO: 'false',
    BILLING_RESELLER_ID: /reseller id\s+(\S+)/.exec(said)?.[1] ?? '',
    RESELLER_ENDPOINT: /reseller\s+(http\S+)/.exec(said)?.[1] ?? '',
    OPERATION_POLL_INTERVAL_MS: '60000',
  };
}

/** Milliseconds of CPU time that a process has used, in all of its threads. Linux counts in 10 ms. */
export function cpuTimeOf({ child }: Program): number {
  const text = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const [, , , , , , , , , , , user, system] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) * 10;
}

interface CustomersPage {
  readonly data: {
    readonly customers: {
      readonly nodes: { readonly billing: BillingCustomerKey }[];
      readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    };
  };
}

/** A client of a gateway that runs. */
export class MutationClient {
  readonly #url: string;
  readonly #dispatcher = new Agent({ connections: 2_000 });

  constructor({ said }: Program) {
    this.#url = /http:\S+\/graphql/.exec(said)?.[0] ?? '';
  }

  get url(): string {
    return this.#url;
  }

  /** All customers. */
  async customers(): Promise<BillingCustomerKey[]> {
    const customers: BillingCustomerKey[] = [];
    for (let after: string | null = null; ; ) {
      const { data }: CustomersPage = await this.#ask(
        `query ($after: String) { customers(first: 1000, after: $after) {
          nodes { billing { resellerId customerId } } pageInfo { endCursor hasNextPage } } }`,
        { after },
      );
      customers.push(...data.customers.nodes.map(({ billing }) => billing));
      if (!data.customers.pageInfo.hasNextPage) return customers;
      after = data.customers.pageInfo.endCursor;
    }
  }

  /** Returns whether the activation was started. */
  async activate({ resellerId, customerId }: BillingCustomerKey): Promise<boolean> {
    const customer = encodeGlobalId('Customer', 'b', resellerId, customerId);
    const { data } = await this.#ask<{ data?: { activateCustomer?: { operation?: object } } }>(
      `mutation ($customer: ID!) { activateCustomer(input: { customer: $customer }) {
        ... on ActivateCustomerSuccess { operation { id } } } }`,
      { customer },
    );
    return data?.activateCustomer?.operation !== undefined;
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  async #ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const { body } = await this.#dispatcher.request({
      origin: new URL(this.#url).origin,
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await body.json()) as T;
  }
}

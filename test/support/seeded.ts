import { vi } from 'vitest';
import type { TestGateway } from './gateway.ts';
import { CustomersDocument } from './gql/graphql.ts';
import { request } from './request.ts';

/** The global id of the customer that the seed's story gives this name. */
export async function customerNamed({ url }: TestGateway, name: string): Promise<string> {
  // A gateway with short timeouts may need a second try on a busy machine.
  return vi.waitFor(async () => {
    const { data } = await request(url, CustomersDocument, { first: 10 });
    const found = data?.customers?.nodes.find((node) => node.billing?.account?.name === name);
    if (!found) throw new Error(`the seed has no customer ${name}`);
    return found.id;
  });
}

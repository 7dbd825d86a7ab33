import { expect } from 'vitest';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import type { Access, Ask } from './tenants.support.ts';

export interface Listed {
  readonly nodes: readonly Record<string, unknown>[];
  readonly totalCount?: number;
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The list that a document of one field returns. */
export async function list(
  ask: Ask,
  token: string,
  query: string,
  variables = {},
): Promise<Listed> {
  const { data, errors } = await ask(token, query, variables);
  expect(errors).toBeUndefined();
  return Object.values(data ?? {})[0] as Listed;
}

/** Sees both tenants, as a support team would. */
export const both: Access = {
  roles: ['admin'],
  resellers: ['dn2nordwindcloud0000', secondResellerId],
};

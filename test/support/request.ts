import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';

export interface GraphQLResult<T> {
  readonly data?: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>;
  }[];
}

/** Posts a query; the result as it came, errors included. */
export async function request<T, V>(
  url: string,
  document: TypedDocumentNode<T, V> | string,
  variables?: V,
): Promise<GraphQLResult<T>> {
  const query = typeof document === 'string' ? document : print(document as DocumentNode);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphQLResult<T>;
}

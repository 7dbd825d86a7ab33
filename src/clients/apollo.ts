import { possibleTypes as types, typesWithoutId } from './generated/schema.ts';

/** The options of `new InMemoryCache(...)` that this schema needs. */
export const cacheOptions: {
  possibleTypes: Record<string, string[]>;
  typePolicies: Record<string, { merge: true }>;
} = {
  // Without it, the cache drops the fields of `... on Error`.
  possibleTypes: Object.fromEntries(Object.entries(types).map(([name, list]) => [name, [...list]])),
  // Objects without an id belong to their parent: two selections of one are merged.
  typePolicies: Object.fromEntries(typesWithoutId.map((name) => [name, { merge: true }])),
};

interface StoredPage {
  readonly edges?: readonly unknown[];
  readonly nodes?: readonly unknown[];
  readonly pageInfo?: unknown;
}

/** A field policy that `connectionPages` returns. */
export interface ConnectionPolicy {
  keyArgs(args: Record<string, unknown> | null): string;
  merge(
    existing: StoredPage | undefined,
    incoming: StoredPage,
    options: { args: Record<string, unknown> | null },
  ): StoredPage;
}

/**
 * The field policy of a list whose pages `fetchMore` reads: they become one list, with `nodes` and
 * `edges`. A page without `after` starts the list again. Lists with other filters are kept apart.
 */
export function connectionPages(): ConnectionPolicy {
  return {
    keyArgs(args) {
      const { first: _first, after: _after, ...filters } = args ?? {};
      return JSON.stringify(filters);
    },
    merge(existing, incoming, { args }) {
      if (!existing || args?.['after'] == null) return incoming;
      const merged: Record<string, unknown> = { ...existing, ...incoming };
      for (const key of ['edges', 'nodes'] as const) {
        const [before, added] = [existing[key], incoming[key]];
        if (before && added) merged[key] = appended(before, added);
      }
      return merged;
    },
  };
}

/** A page that is read again adds nothing. */
function appended(before: readonly unknown[], added: readonly unknown[]): unknown[] {
  const known = new Set(before.map(identityOf));
  return [...before, ...added.filter((item) => !known.has(identityOf(item)))];
}

/** The cache's reference to a node, or to the node of an edge; otherwise the item itself. */
function identityOf(item: unknown): unknown {
  const node = property(item, 'node') ?? item;
  return property(node, '__ref') ?? node;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
